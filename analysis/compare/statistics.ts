/**
 * Two samples of times: what they are, by how much they differ, and whether that can be chance.
 *
 * What the statistics library has is its own: quantiles, the rank sum, the error function. A p value of
 * ranks with ties it has not, nor the interval that belongs to it.
 *
 * @module
 */

import {
  errorFunction,
  medianSorted,
  quantileSorted,
  quickselect,
  wilcoxonRankSum,
} from "simple-statistics";

/** What a sample is like. */
export interface Summary {
  /** How many values. */
  readonly n: number;
  /** The least. */
  readonly min: number;
  /** A quarter of them is below. */
  readonly lower: number;
  /** Half of them is below. */
  readonly median: number;
  /** Three quarters are below. */
  readonly upper: number;
  /** The greatest. */
  readonly max: number;
}

/**
 * Sums up a sample; `null` where it is empty.
 *
 * @example
 * ```ts
 * import { summarize } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(summarize([5, 1, 3]), { n: 3, min: 1, lower: 2, median: 3, upper: 4, max: 5 });
 * ```
 */
export function summarize(values: readonly number[]): Summary | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  return {
    n: sorted.length,
    min,
    lower: quantileSorted(sorted, 0.25),
    median: medianSorted(sorted),
    upper: quantileSorted(sorted, 0.75),
    max,
  };
}

/** The answer of a rank test. */
export interface RankTest {
  /** How often chance alone makes two samples of one population differ at least as much. */
  readonly p: number;
  /** Whether it is exact; else the normal distribution stands in. */
  readonly exact: boolean;
}

/** So many values in both samples together are ranked exactly. */
const EXACT = 60;

/**
 * The rank test of Mann, Whitney and Wilcoxon, two-sided. Up to 60 values it is exact, ties included: the
 * rank sums of all ways to split these very values are counted. Beyond, it is the normal approximation,
 * corrected for ties and for continuity.
 *
 * @throws {RangeError} where a sample is empty.
 *
 * @example Two samples that do not overlap: 2 of the 252 ways to split ten values are as far apart
 * ```ts
 * import { rankTest } from "headcount";
 * import { assert } from "@std/assert";
 *
 * const { p, exact } = rankTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]);
 * assert(exact && Math.abs(p - 2 / 252) < 1e-12);
 * ```
 */
export function rankTest(a: readonly number[], b: readonly number[]): RankTest {
  if (a.length === 0 || b.length === 0) throw new RangeError("Cannot rank an empty sample");
  const sum = wilcoxonRankSum([...a], [...b]);
  const ties = tiesOf([...a, ...b]);
  if (a.length + b.length <= EXACT) {
    return { p: exactP(sum, a.length, ranksOf(ties)), exact: true };
  }
  const n = a.length + b.length;
  const mean = a.length * (n + 1) / 2;
  const tied = ties.reduce((all, t) => all + t ** 3 - t, 0) / (n * (n - 1));
  const deviation = Math.sqrt(a.length * b.length / 12 * (n + 1 - tied));
  const distance = Math.max(0, Math.abs(sum - mean) - 0.5);
  const p = deviation === 0 ? 1 : 1 - errorFunction(distance / deviation / Math.SQRT2);
  return { p: Math.min(1, Math.max(p, 0)), exact: false };
}

/** How often each value occurs, ascending by value. */
function tiesOf(values: number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values.sort((a, b) => a - b)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}

/** Twice the rank of each value, ascending: tied ones have their mean, which may be a half. */
function ranksOf(ties: readonly number[]): number[] {
  let before = 0;
  return ties.flatMap((t) => {
    const rank = 2 * before + t + 1;
    before += t;
    return Array<number>(t).fill(rank);
  });
}

/** The share of all ways to take `n` of the ranks whose sum is as far from the mean, or farther. */
function exactP(sum: number, n: number, doubled: readonly number[]): number {
  // Without ties the ranks are whole.
  const scale = doubled.every((rank) => rank % 2 === 0) ? 1 : 2;
  const shares = rankSums(n, doubled.map((rank) => rank * scale / 2));
  const mean = scale * n * (doubled.length + 1) / 2;
  const distance = Math.abs(scale * sum - mean);
  let p = 0;
  for (const [at, share] of shares.entries()) {
    if (Math.abs(at - mean) >= distance) p += share;
  }
  return Math.min(1, p);
}

/** By sum: the share of all ways to take `n` of some ranks that have it. */
function rankSums(n: number, ranks: readonly number[]): Float64Array {
  const size = ranks.reduce((sum, rank) => sum + rank, 0) + 1;
  // ways[k]: those of k of the ranks so far. There are fewer than a double holds.
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(size));
  const [none] = ways;
  if (none !== undefined) none[0] = 1;
  let reached = 0;
  for (const [i, rank] of ranks.entries()) {
    reached += rank;
    for (let k = Math.min(n, i + 1); k > 0; k--) {
      const to = ways[k];
      const from = ways[k - 1];
      if (to === undefined || from === undefined) continue;
      for (let at = reached; at >= rank; at--) to[at] = (to[at] ?? 0) + (from[at - rank] ?? 0);
    }
  }
  const shares = ways[n] ?? new Float64Array();
  const all = shares.reduce((sum, count) => sum + count, 0);
  return shares.map((count) => count / all);
}

/**
 * The least p that samples of such sizes can have: that of two which do not overlap.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([leastP(3, 3), leastP(1, 30)].map((p) => p.toFixed(3)), ["0.100", "0.065"]);
 * ```
 */
export function leastP(n: number, m: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(n, m); i++) ways *= (Math.max(n, m) + i) / i;
  return Math.min(1, 2 / ways);
}

/** By how much the values of one sample are greater than those of another. */
export interface Ratio {
  /** The middle one of all ratios of a value of the second to one of the first (Hodges and Lehmann). */
  readonly estimate: number;
  /** An interval that covers the true ratio 19 times out of 20; `null` where the samples are too small. */
  readonly interval: readonly [lo: number, hi: number] | null;
}

/** So many values of a sample are paired with those of the other: beyond, evenly spaced quantiles. */
const PAIRED = 1000;

/**
 * Estimates the ratio of two samples, with the interval of 95 % that belongs to the rank test: the ratios
 * by which the first could be multiplied without the test seeing a difference. It asks for nothing but that
 * both are distributed alike but for a factor. `null` where a value is not above 0.
 *
 * @throws {RangeError} where a sample is empty.
 *
 * @example
 * ```ts
 * import { ratioOf } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ratioOf([10, 10, 10, 10], [20, 20, 20, 20]), { estimate: 2, interval: [2, 2] });
 * assertEquals(ratioOf([10], [20]), { estimate: 2, interval: null });
 * ```
 */
export function ratioOf(from: readonly number[], to: readonly number[]): Ratio | null {
  if (from.length === 0 || to.length === 0) {
    throw new RangeError("Cannot compare an empty sample");
  }
  if ([...from, ...to].some((value) => !(value > 0))) return null;
  const [a, b] = [thin(from), thin(to)];
  const ratios = a.flatMap((x) => b.map((y) => y / x));
  const outside = outsideOf(from.length, to.length) / (from.length * to.length);
  // The k least ratios are outside, and the k greatest.
  const k = Math.ceil(outside * ratios.length);
  return {
    estimate: middle(ratios),
    interval: k === 0 ? null : [nth(ratios, k - 1), nth(ratios, ratios.length - k)],
  };
}

function thin(values: readonly number[]): readonly number[] {
  if (values.length <= PAIRED) return values;
  const sorted = values.toSorted((a, b) => a - b);
  return Array.from({ length: PAIRED }, (_, i) => quantileSorted(sorted, (i + 0.5) / PAIRED));
}

/** How many of all pairs are to be outside of the interval on each side, its end included; 0 for none. */
function outsideOf(n: number, m: number): number {
  if (n + m > EXACT) {
    const deviation = Math.sqrt(n * m * (n + m + 1) / 12);
    return Math.max(0, Math.floor(n * m / 2 - 1.959964 * deviation));
  }
  let below = 0;
  let k = 0;
  const shares = rankSums(n, Array.from({ length: n + m }, (_, i) => i + 1));
  for (let at = n * (n + 1) / 2; at < shares.length; at++) {
    below += shares[at] ?? 0;
    if (below > 0.025) break;
    k++;
  }
  return k;
}

function middle(values: number[]): number {
  const half = values.length >> 1;
  return values.length % 2 === 1
    ? nth(values, half)
    : (nth(values, half - 1) + nth(values, half)) / 2;
}

/** The value of an index in ascending order; the array is partly sorted by it. */
function nth(values: number[], index: number): number {
  quickselect(values, index);
  return values[index] ?? NaN;
}

/**
 * The p values of several tests as Holm adjusts them: the chance that any of them sees what is not there
 * stays what it is for one.
 *
 * @example
 * ```ts
 * import { adjust } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(adjust([0.01, 0.5, 0.02]), [0.03, 0.5, 0.04]);
 * ```
 */
export function adjust(ps: readonly number[]): readonly number[] {
  const order = ps.map((_, i) => i).sort((i, j) => (ps[i] ?? 1) - (ps[j] ?? 1));
  const adjusted = [...ps];
  let least = 0;
  for (const [place, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (ps[i] ?? 1) * (ps.length - place)));
    adjusted[i] = least;
  }
  return adjusted;
}
