/**
 * Sums and histograms over the judged calls.
 *
 * @module
 */

import { type CallSums, weightsOf } from "./call_sums.ts";
import { histogramOf, timeHistogramOf } from "./steps.ts";
import { histogram } from "./histogram.ts";
import type { AloneCalls } from "./ranges.ts";
import type { ReportHistograms, ReportTotals } from "./report/report.ts";

/** What totals hold beside the sums over calls. */
export interface TotalsContext {
  /** Distinct heads behind all of them, by order. */
  readonly headOrders: Readonly<Record<string, number>>;
  /** Whether `get_dev_pagemap()` was observed. */
  readonly lookups: boolean;
  /** Calls in the buffer that the slow path served without gup-fast. */
  readonly alone: AloneCalls;
}

/**
 * The totals of a report.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { noCalls } from "./call_sums.ts";
 *
 * const alone = { calls: 0, pages: 0 };
 * const totals = totalsOf(noCalls(), { headOrders: { "9": 2 }, lookups: false, alone });
 * assertEquals([totals.calls, totals.heads, totals.pgmapLookups], [0, 2, null]);
 * ```
 */
export function totalsOf(
  sums: CallSums,
  { headOrders, lookups, alone }: TotalsContext,
): ReportTotals {
  const { pte, pmd, pud } = sums.leaves;
  return {
    calls: sums.calls,
    pages: sums.pages,
    grabs: sums.grabs,
    refs: sums.refs,
    heads: Object.values(headOrders).reduce((all, heads) => all + heads, 0),
    headOrders,
    leastGrabs: sums.leastGrabs,
    refsPerGrab: weightsOf(sums.refsPerGrab),
    grabsPerHead: weightsOf(sums.grabsPerHead),
    leaves: { pte, pmd, pud },
    pgmapLookups: lookups ? sums.lookups : null,
    pgmapRealLookups: lookups ? sums.realLookups : null,
    fellBack: sums.fellBack,
    longterm: sums.longterm,
    slowPages: sums.slowPages,
    slowGrabs: sums.slowGrabs,
    slowCalls: alone.calls,
    slowCallPages: alone.pages,
    undoneGrabs: sums.undoneGrabs,
    refused: sums.refused,
  };
}

/**
 * The histograms of a report.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { noCalls } from "./call_sums.ts";
 *
 * assertEquals(histogramsOf(noCalls()).refsPerGrab, []);
 * ```
 */
export function histogramsOf(sums: CallSums): ReportHistograms {
  return {
    refsPerGrab: histogram(weightsOf(sums.refsPerGrab)),
    grabsPerHead: histogram(weightsOf(sums.grabsPerHead)),
    pagesPerCall: histogramOf(sums.pagesPerCall),
    callNanoseconds: timeHistogramOf(sums.nanoseconds),
  };
}
