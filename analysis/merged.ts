/**
 * What the judged calls of several recordings add up to. Merging is associative and has a neutral
 * element, so that recordings can be added in any grouping, and none at all.
 *
 * @module
 */

import { type Histogram, histogram, type Weighted } from "./histogram.ts";
import type { Report, ReportTotals } from "./report/report.ts";

/** Sums over recordings. */
export interface MergedSums {
  /** How many. */
  readonly recordings: number;
  /** Sums over their judged calls; heads are counted once in each recording. */
  readonly totals: ReportTotals;
  /** Histograms over their judged calls. */
  readonly histograms: Report["histograms"];
}

/** Sums over no recording: merged with others, it leaves them as they are. */
export const NO_RECORDINGS: MergedSums = {
  recordings: 0,
  totals: {
    calls: 0,
    pages: 0,
    grabs: 0,
    refs: 0,
    heads: 0,
    headOrders: {},
    leastGrabs: 0,
    refsPerGrab: [],
    grabsPerHead: [],
    leaves: { pte: 0, pmd: 0, pud: 0 },
    pgmapLookups: 0,
    pgmapRealLookups: 0,
    fellBack: 0,
    longterm: 0,
    slowPages: 0,
    slowGrabs: 0,
    slowCalls: 0,
    slowCallPages: 0,
    undoneGrabs: 0,
    refused: 0,
  },
  histograms: { refsPerGrab: [], grabsPerHead: [], pagesPerCall: [], callNanoseconds: [] },
};

/** What of a report can be merged with others'. */
export function sumsOf({ totals, histograms }: Pick<Report, "totals" | "histograms">): MergedSums {
  return { recordings: 1, totals, histograms };
}

/**
 * Adds two sums up.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, mergeSums, NO_RECORDINGS, splitLines, sumsOf } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/debian-6.1-2M/recording.jsonl");
 * const sums = sumsOf(await analyze(decodeItems(splitLines(file.readable))));
 * assertEquals(mergeSums(sums, NO_RECORDINGS), sums);
 * assertEquals(mergeSums(sums, sums).totals.grabs, 1024);
 * ```
 */
export function mergeSums(one: MergedSums, other: MergedSums): MergedSums {
  const both = <T>(of: (sums: MergedSums) => T): readonly [T, T] => [of(one), of(other)];
  const histograms = (name: keyof Report["histograms"]): Histogram =>
    mergeHistograms(...both((sums) => sums.histograms[name]));
  return {
    recordings: one.recordings + other.recordings,
    totals: mergeTotals(one.totals, other.totals),
    histograms: {
      refsPerGrab: histograms("refsPerGrab"),
      grabsPerHead: histograms("grabsPerHead"),
      pagesPerCall: histograms("pagesPerCall"),
      callNanoseconds: histograms("callNanoseconds"),
    },
  };
}

/**
 * Adds two histograms up.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mergeHistograms([{ lo: 1, hi: 2, count: 5 }], [{ lo: 2, hi: 4, count: 1 }]), [
 *   { lo: 1, hi: 2, count: 5 },
 *   { lo: 2, hi: 4, count: 1 },
 * ]);
 * ```
 */
export function mergeHistograms(one: Histogram, other: Histogram): Histogram {
  return histogram([...one, ...other].map(({ lo, count }): Weighted => [lo, count]));
}

function mergeTotals(one: ReportTotals, other: ReportTotals): ReportTotals {
  return {
    calls: one.calls + other.calls,
    pages: one.pages + other.pages,
    grabs: one.grabs + other.grabs,
    refs: one.refs + other.refs,
    heads: one.heads + other.heads,
    headOrders: mergeCounts(one.headOrders, other.headOrders),
    leastGrabs: one.leastGrabs + other.leastGrabs,
    refsPerGrab: mergeWeights(one.refsPerGrab, other.refsPerGrab),
    grabsPerHead: mergeWeights(one.grabsPerHead, other.grabsPerHead),
    leaves: {
      pte: one.leaves.pte + other.leaves.pte,
      pmd: one.leaves.pmd + other.leaves.pmd,
      pud: one.leaves.pud + other.leaves.pud,
    },
    pgmapLookups: addKnown(one.pgmapLookups, other.pgmapLookups),
    pgmapRealLookups: addKnown(one.pgmapRealLookups, other.pgmapRealLookups),
    fellBack: one.fellBack + other.fellBack,
    longterm: one.longterm + other.longterm,
    slowPages: one.slowPages + other.slowPages,
    slowGrabs: one.slowGrabs + other.slowGrabs,
    slowCalls: one.slowCalls + other.slowCalls,
    slowCallPages: one.slowCallPages + other.slowCallPages,
    undoneGrabs: one.undoneGrabs + other.undoneGrabs,
    refused: one.refused + other.refused,
  };
}

/** What one of them did not observe is not known of both. */
function addKnown(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

function mergeCounts(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) counts[name] = (counts[name] ?? 0) + count;
  return counts;
}

/** Ascending, as they are in a report. */
function mergeWeights(
  one: readonly Weighted[],
  other: readonly Weighted[],
): readonly Weighted[] {
  const counts = new Map(one);
  for (const [value, count] of other) counts.set(value, (counts.get(value) ?? 0) + count);
  return [...counts].sort(([a], [b]) => a - b);
}
