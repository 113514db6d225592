import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { adjust, rankTest, ratioOf, summarize } from "headcount";

function range(from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

/** p values that SciPy 1.17 gives, or for ties a count of all ways to split the values. */
const REFERENCES: readonly (readonly [number[], number[], number, boolean])[] = [
  [[1, 2, 2, 3, 9, 4], [2, 2, 5, 7, 8], 0.5108225108225108, true],
  [[10, 10, 10, 11], [10, 12, 12, 13, 14], 0.06349206349206349, true],
  [
    [3.1, 2.7, 4.4, 5.0, 3.3, 2.2, 4.1, 3.9],
    [5.2, 4.9, 6.1, 5.8, 4.2, 7.7, 5.5],
    0.0021756021756021756,
    true,
  ],
  [range(1, 50), range(8, 40), 0.5185095039883678, false],
  [
    range(0, 40).map((i) => i % 7),
    range(0, 40).map((i) => i * i % 7 + 1),
    0.7840607074257905,
    false,
  ],
];

Deno.test("rankTest() gives the p of SciPy: exact with ties, and by the normal distribution", () => {
  for (const [a, b, p, exact] of REFERENCES) {
    const found = rankTest(a, b);
    assertEquals(found.exact, exact);
    assert(Math.abs(found.p - p) < (exact ? 1e-12 : 1e-6), `${found.p}, not ${p}`);
    assert(Math.abs(rankTest(b, a).p - found.p) < 1e-12, "whichever comes first");
  }
  assertEquals(rankTest([5, 5, 5], [5, 5]).p, 1, "all alike");
  assertEquals(rankTest(range(0, 40).fill(5), range(0, 40).fill(5)).p, 1);
  assertThrows(() => rankTest([], [1]), RangeError, "empty sample");
});

Deno.test("ratioOf() has the interval of the tables: the sixth of 36 ratios from each end", () => {
  const before = [10, 11, 12, 13, 14.5, 15];
  const after = [20, 21, 25, 24, 30, 18.5];
  assertEquals(ratioOf(before, after), {
    estimate: 1.832167832167832,
    interval: [1.4230769230769231, 2.3076923076923075],
  });
  assertEquals(ratioOf([1, 2, 3], [4, 5, 6])?.interval, null, "three and three cannot differ");
  assertEquals(ratioOf([0, 1], [1, 1]), null);
});

Deno.test("the interval leaves 1 out just where the test sees a difference, without ties", () => {
  const times = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), {
    minLength: 8,
    maxLength: 24,
  });
  fc.assert(fc.property(times, fc.integer({ min: 4, max: 20 }), (all, cut) => {
    const [a, b] = [all.slice(0, cut), all.slice(cut)];
    if (b.length < 4) return;
    const { p } = rankTest(a, b);
    const [lo, hi] = ratioOf(a, b)?.interval ?? [0, Infinity];
    assertEquals(p <= 0.05, lo > 1 || hi < 1, `p ${p}, ${lo}..${hi}`);
  }));
});

Deno.test("ratioOf() of many samples is near that of all of them", () => {
  const a = range(1, 1600).map((i) => 1000 + i % 97);
  const b = a.map((value) => value * 1.05);
  const { estimate, interval } = ratioOf(a, b) ?? { estimate: NaN, interval: null };
  assert(Math.abs(estimate - 1.05) < 0.001);
  assert(interval !== null && interval[0] > 1.045 && interval[1] < 1.055, String(interval));
});

Deno.test("adjust() multiplies by how many are left, and never orders them anew", () => {
  assertEquals(adjust([]), []);
  assertEquals(adjust([0.04]), [0.04]);
  assertEquals(adjust([0.02, 0.02, 0.9]), [0.06, 0.06, 0.9]);
  assertEquals(adjust([0.5, 0.6]), [1, 1]);
});

Deno.test("summarize() of nothing is nothing", () => {
  assertEquals(summarize([]), null);
  assertEquals(summarize([4]), { n: 1, min: 4, lower: 4, median: 4, upper: 4, max: 4 });
});
