/**
 * Sums and histograms over the judged calls.
 *
 * @module
 */

import { sumOf } from "./evidence.ts";
import type { CallFacts } from "./facts.ts";
import { type Histogram, histogram, type Weighted } from "./histogram.ts";
import type { ReportHistograms, ReportTotals } from "./report/report.ts";

/**
 * Adds up the facts of calls.
 *
 * @param headOrders Distinct heads behind all of them, by order.
 * @param lookups Whether `get_dev_pagemap()` was observed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const totals = totalsOf([], { "9": 2 }, false);
 * assertEquals([totals.calls, totals.heads, totals.pgmapLookups], [0, 2, null]);
 * ```
 */
export function totalsOf(
  facts: readonly CallFacts[],
  headOrders: Readonly<Record<string, number>>,
  lookups: boolean,
): ReportTotals {
  return {
    calls: facts.length,
    pages: sumOf(facts, (fact) => fact.pages),
    grabs: sumOf(facts, (fact) => fact.grabs),
    refs: sumOf(facts, (fact) => fact.refs),
    heads: sumOf(Object.values(headOrders), (heads) => heads),
    headOrders,
    leastGrabs: sumOf(facts, (fact) => fact.leastGrabs),
    leaves: {
      pte: sumOf(facts, (fact) => fact.leaves.pte),
      pmd: sumOf(facts, (fact) => fact.leaves.pmd),
      pud: sumOf(facts, (fact) => fact.leaves.pud),
    },
    pgmapLookups: lookups ? sumOf(facts, (fact) => fact.lookups) : null,
    pgmapRealLookups: lookups ? sumOf(facts, (fact) => fact.realLookups) : null,
    puts: null,
    slowPages: sumOf(facts, (fact) => fact.slowPages),
    slowGrabs: sumOf(facts, (fact) => fact.slowGrabs),
    undoneGrabs: sumOf(facts, (fact) => fact.undoneGrabs),
    refused: sumOf(facts, (fact) => fact.refused),
  };
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
