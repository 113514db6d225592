import { assertEquals } from "@std/assert";
import {
  type DeviceLevel,
  leafLevel,
  leafRole,
  type Leaves,
  leavesOf,
  type Walk,
} from "../../analysis/leaves.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import {
  absent,
  at,
  CALL,
  EVENTS_5_10,
  EVENTS_6_1,
  HEAD,
  LEAF,
  probed,
  READY,
  reportOf,
  RUN,
  withAlign,
  withRoles,
} from "./support.ts";

const PMD: DeviceLevel = { source: "mapping", level: "pmd", pages: 512, why: "" };
const FUNCTION: DeviceLevel = { ...PMD, source: "function" };
const FIRST = 0x7f0040000;

function leaves(walk: Partial<Walk>, level: DeviceLevel): Leaves {
  return leavesOf({ first: FIRST, pages: 512, runs: [], leaves: [], ...walk }, level, 4096);
}

Deno.test("leafLevel() goes by the mapping where the leaf function never ran", () => {
  const roles = { hugeLeaf: probed("gup_fast_devmap_leaf"), pteLeaf: probed("gup_pte_range") };
  assertEquals(leafLevel(roles, { alignBytes: 2 ** 21 }, 4096, new Set()), {
    source: "mapping",
    level: "pmd",
    pages: 512,
    why: "gup_fast_devmap_leaf was never called for them",
  });
});

Deno.test("leafLevel() tells the level by the mapping size", () => {
  const levels = [2 ** 12, 2 ** 21, 2 ** 30].map((alignBytes) => {
    const served = new Set(alignBytes === 2 ** 12 ? [] : ["hugeLeaf" as const]);
    const found = leafLevel({ hugeLeaf: probed("f") }, { alignBytes }, 4096, served);
    return [found.source, found.level, found.pages];
  });
  assertEquals(levels, [
    ["mapping", "pte", 1],
    ["function", "pmd", 512],
    ["function", "pud", 262144],
  ]);
  const absentLeaf = { hugeLeaf: absent() };
  assertEquals(leafLevel(absentLeaf, { alignBytes: 2 ** 30 }, 4096, new Set()).source, "mapping");
});

Deno.test("leafLevel() takes a file's leaves for huge where a device's leaf function served them", () => {
  const roles = { hugeLeaf: probed("__gup_device_huge") };
  const file = { alignBytes: 4096, kind: "fsdax" } as const;
  const levels = [new Set(["hugeLeaf" as const]), new Set<never>()].map((served) => {
    const { source, level, pages } = leafLevel(roles, file, 4096, served);
    return [source, level, pages];
  });
  assertEquals(levels, [["function", "pmd", 512], ["mapping", "pte", 1]]);
  // A device's mapping size is what it maps by.
  const device = leafLevel(roles, { alignBytes: 4096 }, 4096, new Set(["hugeLeaf"]));
  assertEquals(device.level, "pte");
});

Deno.test("analyze() judges a file's pages by the leaves that served them, or one by one", async () => {
  const header = { ...withAlign(4096), memory: { kind: "fsdax", map: "dev" } } as const;
  const huge = await reportOf(EVENTS_5_10, { header });
  assertEquals([huge.verdict, huge.totals.leastGrabs, huge.leafLevel.level], [
    "per-page",
    3,
    "pmd",
  ]);
  const small = await reportOf(EVENTS_5_10.filter(({ kind }) => kind !== "leaf"), { header });
  assertEquals([small.verdict, small.totals.leastGrabs, small.leafLevel.level], [
    "once",
    512,
    "pte",
  ]);
});

Deno.test("analyze() says that pages of compound heads are grabbed one by one at pte leaves", async () => {
  const header = { ...withAlign(4096), memory: { kind: "tmpfs" } } as const;
  const report = await reportOf(EVENTS_6_1.filter(({ kind }) => kind !== "leaf"), { header });
  assertEquals(report.verdict, "once");
  assertEquals(report.reasons.slice(1), [
    "There was nothing to batch: the memory is mapped by single pages, and each is its own leaf.",
    "Some pages have compound heads: single leaves are grabbed one by one even so.",
  ]);
});

Deno.test("leafLevel() names the functions that served", () => {
  const roles = { hugeLeaf: probed("f"), pmdLeaf: probed("g"), pteLeaf: probed("h") };
  const served = new Set(["pteLeaf", "hugeLeaf"] as const);
  assertEquals(leafLevel(roles, { alignBytes: 2 ** 12 }, 4096, served), {
    source: "function",
    level: "pte",
    pages: 1,
    why: "f, h served them",
  });
});

Deno.test("analyze() counts a leaf once that an ordinary function hands on to the device's", async () => {
  const { pfn: _, ...leaf } = LEAF;
  const header = withRoles({ pmdLeaf: probed("gup_huge_pmd") });
  const events = [0, 1, 2, 3].flatMap((i): RecordingEvent[] => {
    const key = { tid: 412, call: i + 1 };
    const address = at(2 * i);
    return [
      { ...RUN, ...key, role: "grabOne", pfn: HEAD + 2 * i, count: 2, refs: 1, step: 1 },
      { ...LEAF, ...key, address, pfn: HEAD + 2 * i, pages: 2 },
      { ...leaf, ...key, address, level: "pmd", pages: 2 },
      { ...CALL, ...key, address, asked: 2, returned: 2 },
    ];
  });
  const { verdict, totals } = await reportOf([READY, ...events], { header });
  assertEquals([verdict, totals.leastGrabs, totals.leaves.pmd], ["per-page", 4, 4]);
});

Deno.test("leafRole() knows the device's leaves from ordinary ones", () => {
  const levels = [undefined, "pte", "pmd", "pud"] as const;
  const roles = levels.map((level) => leafRole(level === undefined ? {} : { level }));
  assertEquals(roles, ["hugeLeaf", "pteLeaf", "pmdLeaf", "pudLeaf"]);
});

Deno.test("leavesOf() counts a leaf that maps order-0 pages as one", () => {
  const run = { ...RUN, order: 0, count: 512, refs: 1, step: 1 };
  assertEquals(leaves({ runs: [run] }, PMD).leastGrabs, 1);
  const crossing = { ...run, pfn: HEAD + 500, head: HEAD + 500, count: 24 };
  assertEquals(leaves({ first: FIRST + 500, pages: 24, runs: [crossing] }, PMD).leastGrabs, 2);
});

Deno.test("leavesOf() needs a grab for each head in a leaf", () => {
  const run = { ...RUN, order: 3, count: 1, refs: 8, step: 8 };
  const runs = [run, { ...run, pfn: HEAD + 8, head: HEAD + 8 }];
  assertEquals(leaves({ pages: 16, runs }, PMD).leastGrabs, 2);
  const leaf = { ...LEAF, pages: 16 };
  assertEquals(leaves({ pages: 16, runs, leaves: [leaf] }, FUNCTION).leastGrabs, 2);
});

Deno.test("leavesOf() needs a grab for each leaf of a larger head", () => {
  const runs = [{ ...RUN, order: 18 }, { ...RUN, order: 18, pfn: HEAD + 512 }];
  assertEquals(leaves({ pages: 1024, runs }, PMD), {
    counts: { pte: 0, pmd: 2, pud: 0 },
    leastGrabs: 2,
    uncovered: 0,
  });
});

Deno.test("leavesOf() takes pages that no leaf event covers for single ones", () => {
  const leaf = { ...LEAF, pages: 500 };
  assertEquals(leaves({ runs: [RUN], leaves: [leaf, { ...LEAF, taken: false }] }, FUNCTION), {
    counts: { pte: 12, pmd: 1, pud: 0 },
    leastGrabs: 13,
    uncovered: 12,
  });
});

Deno.test("leavesOf() of no pages needs no grab", () => {
  assertEquals(leaves({ pages: 0 }, PMD), {
    counts: { pte: 0, pmd: 0, pud: 0 },
    leastGrabs: 0,
    uncovered: 0,
  });
});

Deno.test("leavesOf() counts the entries of a page table, as far as the walk got", () => {
  const { pfn: _, ...leaf } = LEAF;
  const table = { ...leaf, level: "pte", pages: 512 } as const;
  const tables = [table, { ...table, address: at(512), taken: false }];
  const level: DeviceLevel = { source: "function", level: "pte", pages: 1, why: "" };
  assertEquals(leaves({ pages: 700, leaves: tables }, level), {
    counts: { pte: 700, pmd: 0, pud: 0 },
    leastGrabs: 700,
    uncovered: 0,
  });
});

Deno.test("leavesOf() needs one grab for an ordinary huge leaf", () => {
  const { pfn: _, ...leaf } = LEAF;
  const pmd = { ...leaf, level: "pmd" } as const;
  assertEquals(leaves({ pages: 1024, leaves: [pmd, { ...pmd, address: at(512) }] }, FUNCTION), {
    counts: { pte: 0, pmd: 2, pud: 0 },
    leastGrabs: 2,
    uncovered: 0,
  });
});
