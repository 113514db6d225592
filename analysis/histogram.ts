/**
 * Histograms in powers of two.
 *
 * @module
 */

/** How many values were seen in the half-open interval [lo, hi). */
export interface Bucket {
  /** The least value that belongs to it. */
  readonly lo: number;
  /** The least value above that does not. */
  readonly hi: number;
  /** Values seen, with their weights. */
  readonly count: number;
}

/** Buckets from the lowest that holds something to the highest, empty ones between them included. */
export type Histogram = readonly Bucket[];

/** A value and how often it was seen. */
export type Weighted = readonly [value: number, count: number];

/**
 * The bucket of a value: [0, 1), [1, 2), [2, 4), [4, 8) and so on.
 *
 * Doubling is exact for every safe integer, which `Math.log2` is not.
 *
 * @throws {RangeError} where the value is not a whole number from 0 on.
 *
 * @example The edges of a bucket
 * ```ts
 * import { bucketOf } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bucketOf(511), { lo: 256, hi: 512 });
 * assertEquals(bucketOf(512), { lo: 512, hi: 1024 });
 * ```
 */
export function bucketOf(value: number): { readonly lo: number; readonly hi: number } {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot put ${value} into a bucket: not a whole number from 0 on`);
  }
  let hi = 1;
  while (hi <= value) hi *= 2;
  return { lo: hi === 1 ? 0 : hi / 2, hi };
}

/**
 * Counts values into buckets, each with its weight.
 *
 * @throws {RangeError} where a value is not a whole number from 0 on.
 *
 * @example 512 grabs of one reference and one of four
 * ```ts
 * import { histogram } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(histogram([[1, 512], [4, 1]]), [
 *   { lo: 1, hi: 2, count: 512 },
 *   { lo: 2, hi: 4, count: 0 },
 *   { lo: 4, hi: 8, count: 1 },
 * ]);
 * ```
 */
export function histogram(values: Iterable<Weighted>): Histogram {
  const counts = new Map<number, number>();
  let first = Infinity;
  let last = -Infinity;
  for (const [value, count] of values) {
    if (count === 0) continue;
    const { lo } = bucketOf(value);
    counts.set(lo, (counts.get(lo) ?? 0) + count);
    first = Math.min(first, lo);
    last = Math.max(last, lo);
  }
  const buckets: Bucket[] = [];
  for (let lo = first; lo <= last; lo = Math.max(1, lo * 2)) {
    buckets.push({ lo, hi: Math.max(1, lo * 2), count: counts.get(lo) ?? 0 });
  }
  return buckets;
}
