import { assertEquals } from "@std/assert";
import { type LeafLevel, leafLevel, leavesOf } from "../../analysis/leaves.ts";
import { absent, HEAD, LEAF, probed, RUN } from "./support.ts";

const PMD: LeafLevel = { source: "mapping", level: "pmd", pages: 512, why: "" };
const FUNCTION: LeafLevel = { ...PMD, source: "function" };
const FIRST = 0x7f0040000;

Deno.test("leafLevel() goes by the mapping where the leaf function never ran", () => {
  const role = probed("gup_fast_devmap_leaf");
  assertEquals(leafLevel(role, { alignBytes: 2 ** 21 }, 4096, false), {
    source: "mapping",
    level: "pmd",
    pages: 512,
    why: "gup_fast_devmap_leaf was never called for them",
  });
});

Deno.test("leafLevel() tells the level by the mapping size", () => {
  const levels = [2 ** 12, 2 ** 21, 2 ** 30].map((alignBytes) => {
    const { source, level, pages } = leafLevel(probed("f"), { alignBytes }, 4096, true);
    return [source, level, pages];
  });
  assertEquals(levels, [
    ["mapping", "pte", 1],
    ["function", "pmd", 512],
    ["function", "pud", 262144],
  ]);
  assertEquals(leafLevel(absent(), { alignBytes: 2 ** 30 }, 4096, true).source, "mapping");
});

Deno.test("leavesOf() counts a leaf that maps order-0 pages as one", () => {
  const run = { ...RUN, order: 0, count: 512, refs: 1, step: 1 };
  assertEquals(leavesOf(FIRST, 512, [run], [], PMD).leastGrabs, 1);
  const crossing = { ...run, pfn: HEAD + 500, head: HEAD + 500, count: 24 };
  assertEquals(leavesOf(FIRST + 500, 24, [crossing], [], PMD).leastGrabs, 2);
});

Deno.test("leavesOf() needs a grab for each head in a leaf", () => {
  const run = { ...RUN, order: 3, count: 1, refs: 8, step: 8 };
  const runs = [run, { ...run, pfn: HEAD + 8, head: HEAD + 8 }];
  assertEquals(leavesOf(FIRST, 16, runs, [], PMD).leastGrabs, 2);
  const leaf = { ...LEAF, pages: 16 };
  assertEquals(leavesOf(FIRST, 16, runs, [leaf], FUNCTION).leastGrabs, 2);
});

Deno.test("leavesOf() needs a grab for each leaf of a larger head", () => {
  const runs = [{ ...RUN, order: 18 }, { ...RUN, order: 18, pfn: HEAD + 512 }];
  assertEquals(leavesOf(FIRST, 1024, runs, [], PMD), {
    counts: { pte: 0, pmd: 2, pud: 0 },
    leastGrabs: 2,
    uncovered: 0,
  });
});

Deno.test("leavesOf() takes pages that no leaf event covers for single ones", () => {
  const leaf = { ...LEAF, pages: 500 };
  assertEquals(leavesOf(FIRST, 512, [RUN], [leaf, { ...LEAF, taken: false }], FUNCTION), {
    counts: { pte: 12, pmd: 1, pud: 0 },
    leastGrabs: 13,
    uncovered: 12,
  });
});

Deno.test("leavesOf() of no pages needs no grab", () => {
  assertEquals(leavesOf(FIRST, 0, [], [], PMD), {
    counts: { pte: 0, pmd: 0, pud: 0 },
    leastGrabs: 0,
    uncovered: 0,
  });
});
