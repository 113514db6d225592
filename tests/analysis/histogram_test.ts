import { assertEquals, assertThrows } from "@std/assert";
import { bucketOf, histogram } from "../../analysis/histogram.ts";

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
