import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { analyze } from "../../analysis/analyze.ts";
import { renderJson } from "../../analysis/report/json.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import {
  at,
  CALL,
  EVENTS_5_10,
  EVENTS_6_1,
  EVENTS_7_3,
  EVENTS_RFC,
  footerFor,
  HEAD,
  HEADER,
  HEADER_7_3,
  LEAF,
  linesOf,
  PIN,
  PUT,
  READY,
  reportOf,
  RUN,
  shuffled,
  withAlign,
  withRoles,
} from "./support.ts";

Deno.test("analyze() finds 6.1 to grab one compound page once for each of its pages", async () => {
  const report = await reportOf(EVENTS_6_1);
  assertEquals(report.verdict, "per-page");
  assertEquals(report.reasons, [
    "512 grabs for 512 pages, one for each page, where 3 would do.",
  ]);
  assertEquals(report.counterExample, {
    tid: 412,
    call: 1,
    address: at(0),
    head: HEAD,
    order: 9,
    headGrabs: 256,
    pages: 256,
    grabs: 256,
    refs: 256,
    leastGrabs: 1,
  });
  assertEquals(report.leafLevel, {
    source: "function",
    level: "pmd",
    pages: 512,
    why: "__gup_device_huge served them",
  });
  assertEquals(report.totals, {
    calls: 3,
    pages: 512,
    grabs: 512,
    refs: 512,
    heads: 1,
    headOrders: { "9": 1 },
    leastGrabs: 3,
    refsPerGrab: [[1, 512]],
    grabsPerHead: [[1, 1], [255, 1], [256, 1]],
    leaves: { pte: 0, pmd: 3, pud: 0 },
    pgmapLookups: 512,
    pgmapRealLookups: 3,
    fellBack: 0,
    longterm: 0,
    slowPages: 0,
    slowGrabs: 0,
    slowCalls: 0,
    slowCallPages: 0,
    undoneGrabs: 0,
    refused: 0,
  });
  assertEquals(report.histograms.refsPerGrab, [{ lo: 1, hi: 2, count: 512 }]);
  assertEquals(report.histograms.pagesPerCall.filter(({ count }) => count > 0), [
    { lo: 1, hi: 2, count: 1 },
    { lo: 128, hi: 256, count: 1 },
    { lo: 256, hi: 512, count: 1 },
  ]);
  assertEquals(report.histograms.grabsPerHead, report.histograms.pagesPerCall);
  assertEquals(report.ledger.clean, true);
});

Deno.test("analyze() finds 7.3 to grab it once in each call", async () => {
  const report = await reportOf(EVENTS_7_3, { header: HEADER_7_3 });
  assertEquals(report.verdict, "once");
  assertEquals(report.reasons, [
    "3 grabs for 512 pages in 3 calls, one for each leaf of each call: the fewest possible.",
  ]);
  assertEquals(report.counterExample, null);
  assertEquals(report.leafLevel.source, "mapping");
  assertEquals([report.totals.grabs, report.totals.leastGrabs, report.totals.heads], [3, 3, 1]);
  assertEquals(report.totals.leaves, { pte: 0, pmd: 3, pud: 0 });
});

Deno.test("analyze() finds 5.10 to grab 512 single pages behind a huge leaf", async () => {
  const report = await reportOf(EVENTS_5_10);
  assertEquals(report.verdict, "per-page");
  assertEquals(report.reasons, [
    "512 grabs for 512 pages, one for each page, where 3 would do.",
    "Every page is its own head (order 0): fewer grabs take compound pages first.",
  ]);
  assertEquals(report.totals.headOrders, { "0": 512 });
  assertEquals([report.totals.heads, report.totals.leastGrabs], [512, 3]);
  assertEquals(report.histograms.grabsPerHead, [{ lo: 1, hi: 2, count: 512 }]);
});

Deno.test("analyze() finds 5.10 with the RFC's change to grab once", async () => {
  const report = await reportOf(EVENTS_RFC);
  assertEquals([report.verdict, report.leafLevel.source], ["once", "function"]);
  assertEquals([report.totals.pgmapLookups, report.totals.pgmapRealLookups], [3, 3]);
});

Deno.test("analyze() says that single-page leaves leave nothing to batch", async () => {
  const events = EVENTS_5_10.filter(({ kind }) => kind !== "leaf");
  const report = await reportOf(events, { header: withAlign(4096) });
  assertEquals(report.verdict, "once");
  assertEquals(
    report.reasons[1],
    "There was nothing to batch: the memory is mapped by single pages, and each is its own leaf.",
  );
  assertEquals(report.totals.leaves, { pte: 512, pmd: 0, pud: 0 });
  assertEquals(report.totals.leastGrabs, 512);
});

Deno.test("analyze() cuts a call at the border of a PMD", async () => {
  const events: RecordingEvent[] = [
    READY,
    { ...RUN, pfn: HEAD + 261, refs: 251, step: 251 },
    { ...RUN, pfn: HEAD + 512, head: HEAD + 512, refs: 4, step: 4 },
    { ...CALL, address: at(261), asked: 255, returned: 255 },
  ];
  const report = await reportOf(events, { header: HEADER_7_3 });
  assertEquals(report.verdict, "once");
  assertEquals([report.totals.heads, report.totals.leastGrabs], [2, 2]);
});

Deno.test("analyze() knows a PUD leaf by the device's mapping size", async () => {
  const pages = 262144;
  const events: RecordingEvent[] = [
    { kind: "workload", report: { step: "ready", pid: 412, address: at(0), bytes: 2 ** 30 } },
    { ...RUN, pfn: 0x140000, head: 0x140000, order: 18, refs: pages, step: pages },
    { ...CALL, asked: pages, returned: pages },
  ];
  const report = await reportOf(events, { header: withAlign(2 ** 30, HEADER_7_3) });
  assertEquals(report.verdict, "once");
  assertEquals(report.totals.leaves, { pte: 0, pmd: 0, pud: 1 });
  assertEquals(report.totals.headOrders, { "18": 1 });
});

Deno.test("analyze() trusts the mapping where the leaf function stayed silent", async () => {
  const header = withRoles({
    hugeLeaf: {
      kind: "probed",
      function: "gup_fast_devmap_leaf",
      attach: "fentry",
      why: "present",
    },
  });
  const report = await reportOf(EVENTS_7_3, { header });
  assertEquals(report.verdict, "once");
  assertEquals(report.leafLevel.why, "gup_fast_devmap_leaf was never called for them");
});

Deno.test("analyze() sets calls outside the buffer aside, but not from the sums", async () => {
  const futex: RecordingEvent[] = [
    { ...RUN, call: 9, pfn: 77, head: 77, order: 0, count: 2, refs: 1, step: 0 },
    { ...CALL, call: 9, address: "0x7ffc00001000", asked: 1, returned: 1 },
  ];
  const events = [...EVENTS_7_3, ...futex];
  const report = await reportOf(events, { header: HEADER_7_3 });
  assertEquals(report.verdict, "once");
  assertEquals(report.ledger.setAside, { outside: 1, straddling: 0, failed: 0 });
  assertEquals(report.totals.calls, 3);
  assertEquals(report.ledger.laws.map(({ name, stream, holds }) => [name, stream, holds]), [
    ["calls", 4, true],
    ["pages", 513, true],
    ["grabs", 5, true],
    ["references", 514, true],
    ["pgmap look-ups", 0, true],
    ["real look-ups", 0, true],
    ["pins taken", 514, null],
  ]);
});

Deno.test("analyze() does not judge what the fast walk gave back", async () => {
  const events: RecordingEvent[] = [
    READY,
    { ...RUN, role: "grabOne", count: 100, refs: 1, step: 1 },
    { ...LEAF, taken: false },
    { kind: "refused", tid: 412, call: 1, path: "fast", role: "grabOne", pfn: HEAD, refs: 1 },
    { ...RUN, path: "slow" },
    CALL,
    { ...RUN, call: 2 },
    { ...LEAF, call: 2 },
    { ...CALL, call: 2 },
  ];
  const report = await reportOf(events);
  assertEquals(report.verdict, "once");
  assertEquals(report.reasons.slice(1), [
    "1 of 2 calls fell back: the slow path served 512 of 1024 pages, which are not judged.",
    "The fast walk gave 100 grabs back: these are not judged.",
    "The kernel refused 1 grab: these took nothing.",
  ]);
  const { grabs, undoneGrabs, refused, slowPages, slowGrabs } = report.totals;
  assertEquals([grabs, undoneGrabs, refused, slowPages, slowGrabs], [1, 100, 1, 512, 1]);
});

Deno.test("analyze() tells calls that fell back for FOLL_LONGTERM, and those without gup-fast", async () => {
  const { longterm } = HEADER.plan.flags;
  const events: RecordingEvent[] = [
    READY,
    { ...RUN, path: "slow" },
    { ...CALL, flags: PIN | longterm, fellBack: true },
    { ...RUN, call: 2, path: "slow", count: 2, refs: 1, step: 1 },
    { ...CALL, call: 2, path: "slow", asked: 2, returned: 2 },
  ];
  const report = await reportOf(events);
  assertEquals([report.verdict, ...report.reasons], [
    "undecided",
    "The slow path served all 512 pages: the fast walk took none.",
    "1 of 1 call fell back (1 asked for FOLL_LONGTERM): the slow path served 512 of 512 pages, which are not judged.",
    "The slow path by itself served 2 pages more in 1 call: these are not judged.",
  ]);
  const { calls, fellBack, slowPages, slowCalls, slowCallPages } = report.totals;
  assertEquals([calls, fellBack, report.totals.longterm], [1, 1, 1]);
  assertEquals([slowPages, slowCalls, slowCallPages], [512, 1, 2]);
});

Deno.test("analyze() is undecided where nothing asked gup-fast", async () => {
  const events: RecordingEvent[] = [READY, { ...RUN, path: "slow" }, { ...CALL, path: "slow" }];
  const report = await reportOf(events);
  assertEquals([report.verdict, ...report.reasons], [
    "undecided",
    "Nothing asked gup-fast for the workload's buffer: the slow path by itself served 512 pages in 1 call.",
  ]);
});

Deno.test("analyze() gives the same report for any order of the events", async () => {
  const events: readonly RecordingEvent[] = [
    ...EVENTS_6_1,
    { ...PUT, call: 2, path: "fast" },
    PUT,
    { ...PUT, tid: 9 },
    { kind: "undo", tid: 412, call: 2, pfn: HEAD, pages: 1 },
    { kind: "refcount", pfn: HEAD, added: 5, taken: 3 },
    { kind: "refcount", pfn: HEAD + 1, added: 5, taken: 3 },
    { kind: "lost", events: 2 },
    { kind: "lost", events: 3 },
    { kind: "helperError", helper: "map_update_elem", code: -7 },
    { kind: "helperError", helper: "map_delete_elem", code: -2 },
    { kind: "helperError", helper: "map_update_elem", code: -28 },
    { kind: "refused", tid: 412, call: 2, path: "fast", role: "grabOne", pfn: 1, refs: 1 },
    { ...RUN, tid: 9, call: 1 },
    { ...CALL, call: 3, ns: 1 },
  ];
  const expected = renderJson(await reportOf(events));
  for (let seed = 1; seed <= 200; seed++) {
    assertStrictEquals(renderJson(await reportOf(shuffled(events, seed))), expected);
  }
});

Deno.test("analyze() wants a header first and everything once", async () => {
  const footer = footerFor([]);
  const cases = [
    [[], "Cannot analyze an empty recording"],
    [[READY, HEADER], 'Cannot analyze a recording that begins with "workload"'],
    [[HEADER, HEADER], "Cannot analyze two recordings as one"],
    [[HEADER, footer, footer], "Cannot analyze a recording with two footers"],
  ] as const;
  for (const [lines, message] of cases) {
    await assertRejects(() => analyze(linesOf(lines)), TypeError, message);
  }
});
