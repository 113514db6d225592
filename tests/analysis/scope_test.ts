import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { renderText } from "../../analysis/report/text.ts";
import type { CallEvent, RecordingEvent, RunEvent, ThreadEvent } from "../../recording/event.ts";
import type { Header, Scope } from "../../recording/header.ts";
import {
  absent,
  CALL,
  EVENTS_5_10,
  EVENTS_6_1,
  EVENTS_7_3,
  HEADER,
  HEADER_7_3,
  LEAF,
  probed,
  reportOf,
  RUN,
  shuffled,
} from "./support.ts";

/** A header of a recording of any memory, without a device. */
function scoped(scope: Scope, header: Header = HEADER): Header {
  const { device: _, ...rest } = header;
  return { ...rest, workload: { ...header.workload, bytes: 0, scope } };
}

/** Events without what a workload tells. */
function silent(events: readonly RecordingEvent[]): readonly RecordingEvent[] {
  return events.filter(({ kind }) => kind !== "workload");
}

function call(number: number, fields: Partial<CallEvent> = {}): CallEvent {
  return { ...CALL, call: number, at: CALL.at + number, ...fields };
}

function run(number: number, fields: Partial<RunEvent> = {}): RunEvent {
  return { ...RUN, call: number, ...fields };
}

const SMALL = {
  order: 0,
  pfn: 77,
  head: 77,
  count: 16,
  refs: 1,
  step: 1,
  role: "grabOne",
} as const;

Deno.test("all calls of a command are judged, though nothing tells of a buffer", async () => {
  const header = scoped("command");
  const perPage = await reportOf(silent(EVENTS_6_1), { header });
  assertEquals([perPage.verdict, perPage.totals.pages, perPage.totals.leastGrabs], [
    "per-page",
    512,
    3,
  ]);
  assertEquals([perPage.device, perPage.leafLevel.source], [null, "heads"]);
  const small = await reportOf(silent(EVENTS_5_10), { header });
  assertEquals([small.verdict, small.totals.leastGrabs], ["per-page", 3]);
  const once = await reportOf(silent(EVENTS_7_3), { header: scoped("command", HEADER_7_3) });
  assertEquals([once.verdict, once.totals.leaves], ["once", { pte: 0, pmd: 3, pud: 0 }]);
});

Deno.test("single pages are leaves of their own, where no device's function told of them", async () => {
  const events = [call(1, { asked: 16, returned: 16 }), run(1, SMALL)];
  const report = await reportOf(events, { header: scoped("process") });
  assertEquals([report.verdict, report.totals.leaves], ["once", { pte: 16, pmd: 0, pud: 0 }]);
  assertStringIncludes(report.reasons.join(" "), "There was nothing to batch");
  // A folio that is smaller than a PMD maps cannot be mapped by one.
  const folio = { ...SMALL, order: 4, pfn: 64, head: 64 };
  const mapped = await reportOf([call(1, { asked: 16, returned: 16 }), run(1, folio)], {
    header: scoped("process"),
  });
  assertEquals([mapped.verdict, mapped.totals.leaves.pte], ["once", 16]);
});

Deno.test("single pages that may be a device's by a PMD leave the verdict open", async () => {
  const hidden = scoped("process", {
    ...HEADER,
    plan: { ...HEADER.plan, roles: { ...HEADER.plan.roles, hugeLeaf: absent() } },
  });
  const events = [call(1, { asked: 16, returned: 16, lookups: 16 }), run(1, SMALL)];
  const report = await reportOf(events, { header: hidden });
  assertEquals(report.verdict, "undecided");
  assertMatch(report.reasons[0] ?? "", /^What maps 16 pages of 1 call is not known/);
});

Deno.test("a large head that was grabbed page by page is judged only by its leaf function", async () => {
  const often = { role: "grabOne", count: 512, refs: 1, step: 1 } as const;
  const header = scoped("machine", HEADER_7_3);
  const open = await reportOf([call(1), run(1, often)], { header });
  assertEquals(open.verdict, "undecided");
  // What is not known hides no counter-example.
  const known = [call(2, { lookups: 512 }), run(2, often), { ...LEAF, call: 2 }];
  const report = await reportOf([call(1), run(1, often), ...known], { header: scoped("machine") });
  assertEquals([report.verdict, report.counterExample?.call], ["per-page", 2]);
});

Deno.test("an ordinary leaf function that is probed tells PTEs from a PMD", async () => {
  const often = { role: "grabOne", count: 512, refs: 1, step: 1 } as const;
  const { pfn: _, ...leaf } = LEAF;
  const header = scoped("process", {
    ...HEADER,
    plan: {
      ...HEADER.plan,
      roles: { ...HEADER.plan.roles, pmdLeaf: probed("gup_huge_pmd"), pteLeaf: probed("gup_pte") },
    },
  });
  const small = await reportOf([call(1), run(1, often), { ...leaf, level: "pte" }], { header });
  assertEquals([small.verdict, small.totals.leaves.pte], ["once", 512]);
  const huge = await reportOf([call(1), run(1, often), { ...leaf, level: "pmd" }], { header });
  assertEquals([huge.verdict, huge.totals.leastGrabs], ["per-page", 1]);
});

Deno.test("a head as large as a PUD is grabbed once, or it is not known through what", async () => {
  const giant = { order: 18, head: 2 ** 18, pfn: 2 ** 18, refs: 1024, step: 1024 };
  const one = await reportOf([call(1, { asked: 1024, returned: 1024 }), run(1, giant)], {
    header: scoped("process", HEADER_7_3),
  });
  assertEquals([one.verdict, one.totals.leaves.pud], ["once", 1]);
  const halves = { ...giant, count: 2, refs: 512, step: 512 };
  const two = await reportOf([call(1, { asked: 1024, returned: 1024 }), run(1, halves)], {
    header: scoped("process", HEADER_7_3),
  });
  assertEquals(two.verdict, "undecided");
  // A PUD does not map so small a head: these are two PMDs.
  const large = { ...halves, order: 10, head: 2 ** 18 };
  const pmds = await reportOf([call(1, { asked: 1024, returned: 1024 }), run(1, large)], {
    header: scoped("process", HEADER_7_3),
  });
  assertEquals([pmds.verdict, pmds.totals.leaves.pmd], ["once", 2]);
});

Deno.test("grabs that are known by sums are judged where all are of single pages", async () => {
  const unlisted = { grabs: 100, refs: 100, slowGrabs: 0, slowRefs: 0 };
  const events = (single: boolean): readonly RecordingEvent[] => [
    run(1, SMALL),
    call(1, {
      asked: 116,
      returned: 116,
      unlisted: { ...unlisted, ...(single ? { single } : {}) },
    }),
  ];
  const header = scoped("process");
  const footer = {
    kind: "footer",
    end: { kind: "complete" },
    missed: 0,
    totals: { entered: 1, calls: 1, pages: 116, grabs: 116, refs: 116, lookups: 0, realLookups: 0 },
  } as const;
  const known = await reportOf(events(true), { header, footer });
  assertEquals([known.verdict, known.totals.leastGrabs], ["once", 116]);
  assertEquals((await reportOf(events(false), { header, footer })).verdict, "undecided");
});

const THREADS: readonly ThreadEvent[] = [
  { kind: "thread", tid: 412, pid: 412, at: 1000, comm: "sh" },
  { kind: "thread", tid: 412, pid: 412, at: 2000, comm: "qemu" },
  { kind: "thread", tid: 413, pid: 412, at: 3000, comm: "worker" },
  { kind: "thread", tid: 500, pid: 500, at: 1000, comm: "d\u001bd" },
];

Deno.test("calls are added up by process, in whatever order lines come", async () => {
  const events = [
    ...THREADS,
    ...silent(EVENTS_7_3),
    ...[413, 500, 600].flatMap((tid) => [
      call(1, { tid, asked: 16, returned: 16 }),
      run(1, { ...SMALL, tid }),
    ]),
    call(9, { tid: 500, path: "slow", asked: 4, returned: 4 }),
    call(10, { tid: 500, returned: -14 }),
  ];
  const header = scoped("machine", HEADER_7_3);
  const report = await reportOf(events, { header });
  const sums = { calls: 1, pages: 16, slowPages: 0, grabs: 16, leastGrabs: 16 };
  assertEquals(report.processes, [
    { pid: 412, comm: "qemu", calls: 4, pages: 528, slowPages: 0, grabs: 19, leastGrabs: 19 },
    { ...sums, pid: 500, comm: "d\u001bd", calls: 2, pages: 20, slowPages: 4 },
    { ...sums, pid: null, comm: null },
  ]);
  for (const seed of [3, 4, 5]) {
    assertEquals((await reportOf(shuffled(events, seed), { header })).processes, report.processes);
  }
  const text = renderText(report);
  assertStringIncludes(text, "observed  all processes but headcount and bpftrace\n");
  assertStringIncludes(text, "  pid  name     calls  pages");
  assertStringIncludes(text, "d?d");
  assertEquals([text.includes("device  "), text.includes("buffer")], [false, false]);
  const { processes } = await reportOf(EVENTS_7_3);
  assertEquals(processes, undefined);
});

Deno.test("a command that made no call leaves the verdict open, and says so", async () => {
  const { verdict, reasons } = await reportOf([], { header: scoped("command") });
  assertEquals([verdict, reasons[0]], ["undecided", "No call was seen: nothing was pinned."]);
});

Deno.test("pins on a machine without a device are not held, since puts are not seen", async () => {
  const header = scoped("process", {
    ...HEADER_7_3,
    target: { ...HEADER.target, kind: "local" },
    plan: {
      ...HEADER_7_3.plan,
      roles: { ...HEADER_7_3.plan.roles, put: probed("gup_put_folio") },
      putsOfDeviceOnly: true,
    },
  });
  const { putSide, verdict } = await reportOf(silent(EVENTS_7_3), { header });
  assertEquals([verdict, putSide.puts, putSide.pins.taken, putSide.held], ["once", null, 512, []]);
  assert(putSide.pins.put === null);
});
