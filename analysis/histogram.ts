/**
 * Histograms: in powers of two where headcount counts, in other steps where another tool did.
 *
 * @module
 */

/** How many values were seen in the half-open interval [lo, hi). */
export interface Bucket {
  /** The least value that belongs to it; `-Infinity` where there is none, `null` in JSON. */
  readonly lo: number;
  /** The least value above that does not; `Infinity` where there is none, `null` in JSON. */
  readonly hi: number;
  /** Values seen, with their weights. */
  readonly count: number;
}

/**
 * Buckets that adjoin each other, from the lowest that holds something to the highest, empty ones between
 * them included.
 */
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
  for (const [value, count] of values) {
    if (count === 0) continue;
    const { lo } = bucketOf(value);
    counts.set(lo, (counts.get(lo) ?? 0) + count);
  }
  return withEmpty([...counts].map(([lo, count]) => ({ ...bucketOf(lo), count })));
}

/**
 * Several histograms in powers of two on one axis: all buckets from the lowest to the highest, with the
 * counts of all.
 *
 * @example
 * ```ts
 * import { mergeHistograms } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const [before, after] = [[{ lo: 1, hi: 2, count: 512 }], [{ lo: 4, hi: 8, count: 1 }]];
 * assertEquals(mergeHistograms(before, after).map(({ count }) => count), [512, 0, 1]);
 * ```
 */
export function mergeHistograms(...histograms: readonly Histogram[]): Histogram {
  const buckets = new Map<number, Bucket>();
  for (const bucket of histograms.flat()) {
    const count = bucket.count + (buckets.get(bucket.lo)?.count ?? 0);
    buckets.set(bucket.lo, { ...bucket, count });
  }
  return withEmpty([...buckets.values()]);
}

/** Buckets in order, with the empty ones between them. */
function withEmpty(buckets: readonly Bucket[]): Histogram {
  const whole: Bucket[] = [];
  for (const bucket of buckets.toSorted((a, b) => a.lo - b.lo)) {
    for (let lo = whole.at(-1)?.hi ?? bucket.lo; lo < bucket.lo; lo = whole.at(-1)?.hi ?? lo) {
      whole.push({ lo, hi: Math.max(1, lo * 2), count: 0 });
    }
    whole.push(bucket);
  }
  return whole;
}

/**
 * A histogram as rows to show: three empty buckets or more in a row are one gap, which is `null`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const rows = rowsOf(histogram([[1, 512], [16, 1]]));
 * assertEquals(rows.map((row) => row?.lo ?? "..."), [1, "...", 16]);
 * ```
 */
export function rowsOf(histogram: Histogram): readonly (Bucket | null)[] {
  return histogram.flatMap((bucket, i) => {
    let [from, to] = [i, i];
    while (histogram[from - 1]?.count === 0) from--;
    while (histogram[to]?.count === 0) to++;
    if (bucket.count !== 0 || to - from < 3) return [bucket];
    return i === from ? [null] : [];
  });
}

/**
 * A bucket as bpftrace writes one: 1024 is 1K.
 *
 * @example
 * ```ts
 * import { bucketName } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bucketName({ lo: 512, hi: 1024 }), "[512, 1K)");
 * assertEquals(bucketName({ lo: 100, hi: Infinity }), "[100, ...)");
 * ```
 */
export function bucketName({ lo, hi }: Pick<Bucket, "lo" | "hi">): string {
  return `${lo === -Infinity ? "(..." : `[${short(lo)}`}, ${hi === Infinity ? "..." : short(hi)})`;
}

function short(value: number): string {
  const units = ["", "K", "M", "G", "T", "P", "E"];
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1024 && rest % 1024 === 0 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${rest}${units[unit]}`;
}
