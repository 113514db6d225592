import { assert, assertEquals, assertThrows } from "@std/assert";
import { addTime, noCalls } from "../../analysis/call_sums.ts";
import { quartilesOf, timeHistogramOf } from "../../analysis/steps.ts";
import {
  bucketName,
  bucketOf,
  histogram,
  mergeHistograms,
  rowsOf,
} from "../../analysis/histogram.ts";

Deno.test("bucketOf() is exact at the edges", () => {
  const edges = [
    [0, 0, 1],
    [1, 1, 2],
    [2, 2, 4],
    [3, 2, 4],
    [4, 4, 8],
    [511, 256, 512],
    [512, 512, 1024],
    [513, 512, 1024],
    [2 ** 49 - 1, 2 ** 48, 2 ** 49],
    [2 ** 49, 2 ** 49, 2 ** 50],
    [Number.MAX_SAFE_INTEGER, 2 ** 52, 2 ** 53],
  ] as const;
  for (const [value, lo, hi] of edges) assertEquals(bucketOf(value), { lo, hi });
});

Deno.test("bucketOf() refuses what is not a count", () => {
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => bucketOf(value), RangeError, `Cannot put ${value} into a bucket`);
  }
});

Deno.test("histogram() weighs values by their count", () => {
  assertEquals(histogram([[1, 512]]), [{ lo: 1, hi: 2, count: 512 }]);
});

Deno.test("histogram() keeps empty buckets between full ones", () => {
  assertEquals(histogram([[5, 1], [0, 2], [4, 1]]), [
    { lo: 0, hi: 1, count: 2 },
    { lo: 1, hi: 2, count: 0 },
    { lo: 2, hi: 4, count: 0 },
    { lo: 4, hi: 8, count: 2 },
  ]);
});

Deno.test("histogram() of nothing has no buckets", () => {
  assertEquals(histogram([]), []);
  assertEquals(histogram([[7, 0]]), []);
});

Deno.test("quartiles of times are within a thirty-second of the true ones", () => {
  for (const scale of [1, 700, 1_000_003, 2 ** 40]) {
    const sums = noCalls();
    for (let i = 1; i <= 1000; i++) addTime(sums, i * scale);
    const { count, lower, median, upper } = quartilesOf(sums.nanoseconds) ?? fail();
    assertEquals(count, 1000);
    for (const [found, true_] of [[lower, 250], [median, 500], [upper, 750]] as const) {
      assert(Math.abs(found / (true_ * scale) - 1) < 1 / 32, `${scale}: ${found}`);
    }
  }
});

Deno.test("times are counted at every power of two, 0 and the largest included", () => {
  const times = [0, 1, 15, 16, 31, 32, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
  const sums = noCalls();
  for (const ns of times) addTime(sums, ns);
  assertEquals(timeHistogramOf(sums.nanoseconds), histogram(times.map((ns) => [ns, 1])));
});

function fail(): never {
  throw new Error("no quartiles");
}

Deno.test("mergeHistograms() has all buckets between the lowest and the highest", () => {
  const [low, high] = [histogram([[0, 2], [4, 1]]), histogram([[5, 3], [16, 1]])];
  for (const merged of [mergeHistograms(low, high), mergeHistograms(high, low)]) {
    assertEquals(merged, histogram([[0, 2], [4, 4], [16, 1]]));
  }
  assertEquals(mergeHistograms(), []);
  assertEquals(mergeHistograms([{ lo: -Infinity, hi: 0, count: 1 }], histogram([[2, 1]])), [
    { lo: -Infinity, hi: 0, count: 1 },
    { lo: 0, hi: 1, count: 0 },
    { lo: 1, hi: 2, count: 0 },
    { lo: 2, hi: 4, count: 1 },
  ]);
});

Deno.test("rowsOf() makes a gap of three empty buckets, not of two", () => {
  const rows = (counts: readonly number[]): string =>
    rowsOf(counts.map((count, i) => ({ lo: i, hi: i + 1, count })))
      .map((row) => row === null ? "..." : row.count).join(" ");
  assertEquals(rows([1, 0, 0, 2]), "1 0 0 2");
  assertEquals(rows([1, 0, 0, 0, 2]), "1 ... 2");
  assertEquals(rows([0, 0, 0, 0]), "...");
  assertEquals(rows([1, 0, 0, 0, 2, 0, 0, 0, 0, 3]), "1 ... 2 ... 3");
});

Deno.test("bucketName() shortens multiples of 1024 and leaves unknown bounds open", () => {
  const names = [[0, 1], [512, 1024], [1000, 2000], [2 ** 62, 2 ** 63], [-2048, 0]] as const;
  assertEquals(names.map(([lo, hi]) => bucketName({ lo, hi })), [
    "[0, 1)",
    "[512, 1K)",
    "[1000, 2000)",
    "[4E, 8E)",
    "[-2K, 0)",
  ]);
  assertEquals(bucketName({ lo: -Infinity, hi: 0 }), "(..., 0)");
  assertEquals(bucketName({ lo: 2 ** 31, hi: Infinity }), "[2G, ...)");
});
