import { assertEquals, assertStrictEquals } from "@std/assert";
import type { EndedCall } from "../../analysis/calls.ts";
import { createCollector } from "../../analysis/collector.ts";
import { complaints } from "../../analysis/ledger.ts";
import { renderJson } from "../../analysis/report/json.ts";
import { renderText } from "../../analysis/report/text.ts";
import type { CallEvent, RecordingEvent } from "../../recording/event.ts";
import {
  at,
  CALL,
  footerFor,
  HEAD,
  HEADER,
  inLine,
  LEAF,
  probed,
  PUT,
  READY,
  reportOf,
  RUN,
  shuffled,
  WHOLE_CALL,
  withAlign,
  withRoles,
} from "./support.ts";

const HALF = { ...RUN, refs: 256, step: 256 };
/** A call of two runs, one of which has a line of its own. */
const TWO_RUNS: CallEvent = {
  ...CALL,
  ...inLine({ ...HALF, pfn: HEAD + 256 }, LEAF),
  parts: 1,
};

Deno.test("createCollector() hands a call on as soon as all that it tells of has come", () => {
  const calls: EndedCall[] = [];
  const collector = createCollector((call) => calls.push(call));
  const seen = (event: RecordingEvent & { kind: "call" | "run" | "put" }): number => {
    collector.add(event);
    return calls.length;
  };
  const inside = { ...PUT, call: 2, path: "fast", count: 2 } as const;
  assertEquals([seen(WHOLE_CALL), seen(TWO_RUNS)], [1, 1]);
  assertEquals([seen({ ...HALF, call: 2 }), seen({ ...TWO_RUNS, call: 2, putsInside: 4 })], [1, 1]);
  assertEquals([seen(inside), seen(inside)], [1, 2]);
  assertEquals(calls.map(({ runs, leaves, puts }) => [runs.length, leaves.length, puts.length]), [
    [1, 1, 0],
    [2, 1, 2],
  ]);
  const { parts, duplicates, orphans } = collector.finish();
  assertEquals([parts, duplicates, orphans], [{ lacking: 0, surplus: 0 }, 1, 0]);
});

Deno.test("createCollector() keeps calls to the end that do not tell what belongs to them", () => {
  const calls: EndedCall[] = [];
  const collector = createCollector((call) => calls.push(call));
  for (const event of [CALL, RUN]) collector.add(event);
  assertEquals(calls, []);
  assertEquals(collector.finish().parts, undefined);
  assertEquals(calls.map(({ runs }) => runs), [[RUN]]);
});

const PUTS_SEEN = withRoles({ put: probed("gup_put_folio"), pmdLeaf: probed("gup_huge_pmd") });

/** Calls of all kinds, of format 2. */
const MIXED: readonly RecordingEvent[] = [
  READY,
  { ...READY, report: { step: "ready", pid: 412, address: at(8192), bytes: 2 ** 21 } },
  WHOLE_CALL,
  { ...HALF, call: 2 },
  { ...TWO_RUNS, call: 2, at: 17 },
  { ...WHOLE_CALL, call: 3, address: at(8192) },
  { ...WHOLE_CALL, call: 4, address: at(9000), asked: 1, returned: 1 },
  { ...WHOLE_CALL, call: 5, address: "0x7ffc00001000" },
  { ...WHOLE_CALL, call: 6, address: at(8192 + 256), returned: 511 },
  { ...CALL, call: 7, returned: -14, parts: 1 },
  { kind: "refused", tid: 412, call: 7, path: "fast", role: "grabOne", pfn: HEAD, refs: 1 },
  { ...CALL, ...inLine({ ...RUN, path: "slow" }, undefined), call: 8, parts: 2, putsInside: 1 },
  { ...RUN, call: 8 },
  { ...LEAF, call: 8, taken: false },
  { ...PUT, call: 8, path: "fast" },
  { ...PUT, tid: 9, count: 3 },
  { ...WHOLE_CALL, tid: 9, call: 1, path: "slow" },
];

Deno.test("analyze() gives the same report for any order of the events of format 2", async () => {
  const cases = [MIXED, MIXED.filter(({ kind }) => kind !== "workload"), MIXED.slice(1, -3)];
  for (const events of cases) {
    const expected = renderJson(await reportOf(events, { header: PUTS_SEEN }));
    for (let seed = 1; seed <= 100; seed++) {
      const report = await reportOf(shuffled(events, seed), { header: PUTS_SEEN });
      assertStrictEquals(renderJson(report), expected);
    }
  }
});

Deno.test("analyze() says the same of a call whose run is in its line and of one whose is not", async () => {
  const apart: readonly RecordingEvent[] = [READY, RUN, LEAF, CALL];
  const inOne: readonly RecordingEvent[] = [READY, WHOLE_CALL];
  const { ledger: { parts: _, ...ledger }, ...report } = await reportOf(inOne, {
    footer: footerFor(apart),
  });
  assertEquals({ ...report, ledger }, await reportOf(apart));
});

Deno.test("analyze() takes calls for inside whose buffer becomes known after them", async () => {
  const events = [
    WHOLE_CALL,
    { ...WHOLE_CALL, call: 2, address: "0x7ffc00001000" as const },
    READY,
  ];
  const { totals, ledger, leafLevel } = await reportOf(events);
  assertEquals([totals.calls, ledger.setAside.outside, leafLevel.source], [1, 1, "function"]);
  const { totals: all, reasons } = await reportOf(events.slice(0, 2));
  assertEquals(all.calls, 2);
  assertEquals(
    reasons[0],
    "The workload did not say where its buffer is, so its calls cannot be told apart.",
  );
});

Deno.test("analyze() goes by the leaf function even if it serves the last call only", async () => {
  const { leaf: _, ...leafless } = WHOLE_CALL;
  const calls = [1, 2, 3].map((call) => ({ ...leafless, call, at: call }));
  const silent = await reportOf([READY, ...calls]);
  assertEquals([silent.leafLevel.source, silent.totals.leaves.pmd], ["mapping", 3]);
  const served = await reportOf([READY, ...calls, { ...WHOLE_CALL, call: 4 }]);
  assertEquals([served.leafLevel.source, served.totals.leaves], [
    "function",
    { pte: 3 * 512, pmd: 1, pud: 0 },
  ]);
});

Deno.test("complaints() names calls that lack events, and events that no call tells of", async () => {
  const lacking = await reportOf([READY, TWO_RUNS]);
  assertEquals(lacking.ledger.parts, { lacking: 1, surplus: 0 });
  assertEquals(complaints(lacking.ledger)[0], "1 call lacks events that belong to it.");
  assertEquals(lacking.verdict, "undecided");
  for (const events of [[READY, WHOLE_CALL, RUN], [READY, RUN, WHOLE_CALL]]) {
    const { ledger, verdict, reasons } = await reportOf(events);
    assertEquals(ledger.parts, { lacking: 0, surplus: 1 });
    assertEquals(complaints(ledger)[0], "1 event was of calls that were whole without it.");
    assertEquals([verdict, reasons[0]], [
      "undecided",
      "Some calls were told of more than once: what belongs to them is not certain.",
    ]);
  }
  const twice = await reportOf([READY, WHOLE_CALL, WHOLE_CALL]);
  assertEquals([twice.ledger.duplicates, twice.verdict, twice.totals.calls], [1, "undecided", 1]);
});

Deno.test("renderText() tells of missing and of surplus events only where there are any", async () => {
  const text = renderText(await reportOf([READY, TWO_RUNS, { ...RUN, call: 9 }]));
  assertEquals(text.split("\n").filter((line) => line.includes("incomplete")), [
    "  calls    0 incomplete, 1 seen in part, 1 lacking events, 0 events too many",
  ]);
});

/** A call of which 200 grabs of one page each are known by their sums only. */
const UNLISTED: CallEvent = {
  ...CALL,
  ...inLine({ ...RUN, role: "grabOne", order: 0, count: 312, refs: 1, step: 1 }, undefined),
  parts: 0,
  unlisted: { grabs: 200, refs: 200, slowGrabs: 0, slowRefs: 0 },
};

/** The sums that the kernel counted for {@linkcode UNLISTED}. */
function withUnlisted(events: readonly RecordingEvent[], header = HEADER) {
  const footer = footerFor(events, header);
  const totals = { ...footer.totals, grabs: 512, refs: 512 };
  return { header, footer: { ...footer, totals, pins: { acquired: 512, released: 512 } } };
}

Deno.test("analyze() does not judge calls with grabs that are known by sums only", async () => {
  const events = [READY, UNLISTED];
  const report = await reportOf(events, withUnlisted(events));
  assertEquals([report.verdict, ...report.reasons], [
    "undecided",
    "200 grabs of 1 call are known by sums only: whether a head was grabbed more often than " +
    "needed there is not known.",
  ]);
  const { totals, ledger, putSide } = report;
  assertEquals([totals.grabs, totals.refs, totals.pages], [512, 512, 512]);
  assertEquals([ledger.clean, ledger.balance.even], [true, 1]);
  assertEquals(ledger.unlisted, { calls: 1, grabs: 200, refs: 200 });
  assertEquals(putSide.pins.taken, 512);
  assertEquals(
    renderText(report).split("\n").filter((line) => line.startsWith("  sums only")),
    ["  sums only  200 grabs of 1 call, adding 200 references"],
  );
});

Deno.test("analyze() judges them where each page is its own leaf", async () => {
  const header = withAlign(4096);
  const events = [READY, UNLISTED];
  const { verdict, totals } = await reportOf(events, withUnlisted(events, header));
  assertEquals([verdict, totals.grabs, totals.leastGrabs], ["once", 512, 512]);
});

Deno.test("analyze() finds unlisted references that no page accounts for", async () => {
  const more = { ...UNLISTED, unlisted: { grabs: 201, refs: 201, slowGrabs: 0, slowRefs: 0 } };
  const { footer } = withUnlisted([READY, more]);
  const totals = { ...footer.totals, grabs: 513, refs: 513 };
  const report = await reportOf([READY, more], {
    footer: { ...footer, totals, pins: { acquired: 513, released: 0 } },
  });
  assertEquals([report.verdict, report.ledger.clean], ["unbalanced", true]);
});

Deno.test("analyze() says nothing of held references where accounts lack grabs", async () => {
  const header = { ...PUTS_SEEN, plan: { ...PUTS_SEEN.plan, pageRef: true } };
  const put: RecordingEvent = { ...PUT, order: 0, pfn: HEAD + 400, count: 1, refs: 1, step: 0 };
  const events = [READY, UNLISTED, put];
  const { putSide, ledger } = await reportOf(events, {
    ...withUnlisted(events, header),
    footer: { ...withUnlisted(events, header).footer, pins: { acquired: 512, released: 1 } },
  });
  assertEquals([putSide.held, putSide.pins], [[], { taken: 512, put: 1, surplus: 0 }]);
  assertEquals(ledger.laws.filter(({ name }) => name.startsWith("refcounts")), []);
  assertEquals(ledger.laws.map(({ holds }) => holds).includes(false), false);
});

Deno.test("analyze() leaves grabs of the slow path to the slow path where only sums are known", async () => {
  const unlisted = { grabs: 300, refs: 300, slowGrabs: 200, slowRefs: 200 };
  const run = { ...RUN, order: 0, count: 212, refs: 1, step: 1 };
  const events = [READY, { ...UNLISTED, ...inLine(run, undefined), unlisted, fellBack: true }];
  const { totals } = await reportOf(events, withUnlisted(events));
  assertEquals([totals.grabs, totals.slowGrabs, totals.slowPages], [312, 200, 200]);
});

const ENTRY_ONLY = withRoles({
  grabOne: { ...probed("try_grab_page"), attach: "kprobe", entryOnly: true },
  hugeLeaf: { ...probed("__gup_device_huge"), attach: "kprobe", entryOnly: true },
});
const { taken: _, ...UNTOLD } = LEAF;

Deno.test("analyze() takes a leaf for taken whose pages the fast walk took", async () => {
  const whole = await reportOf([READY, { ...CALL, ...inLine(RUN, UNTOLD), parts: 0 }], {
    header: ENTRY_ONLY,
    footer: footerFor([CALL, RUN], ENTRY_ONLY),
  });
  assertEquals([whole.verdict, whole.leafLevel.source, whole.totals.leaves.pmd], [
    "once",
    "function",
    1,
  ]);
  // The slow path served the leaf's pages: whatever the walk did there, it did not take them.
  const slow = await reportOf([
    READY,
    { ...CALL, ...inLine({ ...RUN, path: "slow" }, UNTOLD), fellBack: true, parts: 0 },
  ], { header: ENTRY_ONLY });
  assertEquals([slow.leafLevel.source, slow.totals.leaves.pmd], ["mapping", 0]);
});

Deno.test("analyze() is unsure of grabs that may have been refused or undone unseen", async () => {
  const ones = { ...RUN, role: "grabOne", count: 100, refs: 1, step: 1 } as const;
  const cases: readonly (readonly [Partial<CallEvent>, readonly RecordingEvent[], string])[] = [
    // The slow path served all pages again.
    [{ ...inLine({ ...RUN, path: "slow" }, UNTOLD), fellBack: true }, [ones], "unsure"],
    [{ ...inLine({ ...ones, count: 300 }, UNTOLD), returned: 200 }, [ones], "unsure"],
    // The slow path began, and nothing of it was seen.
    [{ ...inLine({ ...ones, count: 512 }, UNTOLD), fellBack: true }, [ones], "unsure"],
    // Wholly by the fast walk: there is nothing that could have been given back.
    [{ ...inLine({ ...ones, count: 512 }, UNTOLD), fellBack: false }, [ones], "uneven"],
  ];
  for (const [change, parts, balance] of cases) {
    const event: CallEvent = { ...CALL, ...change, parts: parts.length };
    const { ledger } = await reportOf([READY, event, ...parts], { header: ENTRY_ONLY });
    assertEquals({ ...ledger.balance, [balance]: 0 }, { even: 0, uneven: 0, unsure: 0 }, balance);
    assertEquals(ledger.balance[balance as "unsure"], 1);
  }
});

Deno.test("analyze() names the first counter-example by entry, whatever comes first", async () => {
  const bad = { ...WHOLE_CALL, ...inLine({ ...HALF, count: 2 }, LEAF) };
  const events = [3, 1, 2].map((call) => ({ ...bad, call, at: call * 1000 }));
  const { counterExample } = await reportOf([READY, ...events]);
  assertEquals([counterExample?.call, counterExample?.address], [1, at(0)]);
});
