/**
 * Sums and histograms over the judged calls.
 *
 * @module
 */

import type { CallEvent } from "../recording/event.ts";
import { sumOf } from "./evidence.ts";
import type { CallFacts } from "./facts.ts";
import { type Histogram, histogram, type Weighted } from "./histogram.ts";
import type { ReportHistograms, ReportTotals } from "./report/report.ts";

/** What totals hold beside the facts of calls. */
export interface TotalsContext {
  /** Distinct heads behind all of them, by order. */
  readonly headOrders: Readonly<Record<string, number>>;
  /** Whether `get_dev_pagemap()` was observed. */
  readonly lookups: boolean;
  /** Calls in the buffer that the slow path served without gup-fast. */
  readonly alone: readonly CallEvent[];
}

/**
 * Adds up the facts of calls.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const totals = totalsOf([], { headOrders: { "9": 2 }, lookups: false, alone: [] });
 * assertEquals([totals.calls, totals.heads, totals.pgmapLookups], [0, 2, null]);
 * ```
 */
export function totalsOf(
  facts: readonly CallFacts[],
  { headOrders, lookups, alone }: TotalsContext,
): ReportTotals {
  return {
    calls: facts.length,
    pages: sumOf(facts, (fact) => fact.pages),
    grabs: sumOf(facts, (fact) => fact.grabs),
    refs: sumOf(facts, (fact) => fact.refs),
    heads: sumOf(Object.values(headOrders), (heads) => heads),
    headOrders,
    leastGrabs: sumOf(facts, (fact) => fact.leastGrabs),
    refsPerGrab: valuesOf(facts.flatMap((fact) => fact.refsPerGrab)),
    grabsPerHead: valuesOf(facts.flatMap((fact) => fact.grabsPerHead)),
    leaves: {
      pte: sumOf(facts, (fact) => fact.leaves.pte),
      pmd: sumOf(facts, (fact) => fact.leaves.pmd),
      pud: sumOf(facts, (fact) => fact.leaves.pud),
    },
    pgmapLookups: lookups ? sumOf(facts, (fact) => fact.lookups) : null,
    pgmapRealLookups: lookups ? sumOf(facts, (fact) => fact.realLookups) : null,
    fellBack: facts.filter((fact) => fact.fellBack).length,
    longterm: facts.filter((fact) => fact.longterm).length,
    slowPages: sumOf(facts, (fact) => fact.slowPages),
    slowGrabs: sumOf(facts, (fact) => fact.slowGrabs),
    slowCalls: alone.length,
    slowCallPages: sumOf(alone, ({ returned }) => Math.max(0, returned)),
    undoneGrabs: sumOf(facts, (fact) => fact.undoneGrabs),
    refused: sumOf(facts, (fact) => fact.refused),
  };
}

/** Each value once, with all of its weight, ascending. */
function valuesOf(weighted: readonly Weighted[]): readonly Weighted[] {
  const weights = new Map<number, number>();
  for (const [value, count] of weighted) weights.set(value, (weights.get(value) ?? 0) + count);
  return [...weights].sort(([a], [b]) => a - b);
}

/**
 * Draws the histograms of calls.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(histogramsOf([]).refsPerGrab, []);
 * ```
 */
export function histogramsOf(facts: readonly CallFacts[]): ReportHistograms {
  const over = (of: (fact: CallFacts) => readonly Weighted[]): Histogram =>
    histogram(facts.values().flatMap(of));
  return {
    refsPerGrab: over((fact) => fact.refsPerGrab),
    grabsPerHead: over((fact) => fact.grabsPerHead),
    pagesPerCall: over((fact) => [[fact.pages, 1]]),
    callNanoseconds: over((fact) => [[fact.ns, 1]]),
  };
}
