import { assertEquals, assertStringIncludes } from "@std/assert";
import { openAccounts } from "../../analysis/accounts.ts";
import { complaints } from "../../analysis/ledger.ts";
import type { Report } from "../../analysis/report/report.ts";
import { renderText } from "../../analysis/report/text.ts";
import type { PutEvent, RecordingEvent, RefcountEvent } from "../../recording/event.ts";
import type { Footer, PinCounters } from "../../recording/footer.ts";
import type { Header } from "../../recording/header.ts";
import {
  absent,
  CALL,
  EVENTS_5_10,
  EVENTS_7_3,
  footerFor,
  HEAD,
  HEADER,
  probed,
  PUT,
  reportOf,
  RUN,
  withRoles,
} from "./support.ts";

const OBSERVED = withRoles({ put: probed("gup_put_folio") });

/** The report of 7.3's write of 2 MiB, all pins, with puts. */
async function reportWith(
  puts: readonly PutEvent[],
  pins: PinCounters,
  header: Header = OBSERVED,
): Promise<Report> {
  const events: readonly RecordingEvent[] = [...EVENTS_7_3, ...puts];
  return await reportOf(events, { header, footer: { ...footerFor(events, header), pins } });
}

Deno.test("openAccounts() sums up references by head, and by page where each is its own", () => {
  const accounts = openAccounts();
  accounts.grab({ ...RUN, count: 512, refs: 1, step: 1 }, "pins");
  accounts.grab({ ...RUN, order: 0, count: 8, refs: 1, step: 1 }, "gets");
  accounts.put({ ...PUT, count: 2, refs: 100 });
  accounts.put({ ...PUT, pfn: HEAD + 4, order: 0, count: 4, refs: 1, step: 1, pin: false });
  const none = { gets: 0, pins: 0, putGets: 0, putPins: 0 };
  assertEquals(accounts.heads(), [
    { pfn: HEAD, heads: 4, order: 0, ...none, gets: 1 },
    { pfn: HEAD + 4, heads: 4, order: 0, ...none, gets: 1, putGets: 1 },
    { pfn: HEAD, heads: 1, order: 9, ...none, pins: 512, putPins: 200 },
  ]);
});

Deno.test("putSide() is even where all pins are put, in whatever pieces", async () => {
  const puts = [{ ...PUT, count: 2, refs: 200 }, { ...PUT, tid: 9, refs: 112 }];
  const { verdict, putSide, ledger } = await reportWith(puts, { acquired: 512, released: 512 });
  assertEquals([verdict, ledger.clean], ["once", true]);
  assertEquals(putSide, {
    puts: 3,
    putsByOthers: 1,
    pins: { taken: 512, put: 512, surplus: 0 },
    gets: { taken: 0, put: null },
    held: [],
  });
});

Deno.test("judge() finds pins that are never put unbalanced, and lists their heads", async () => {
  const puts = [{ ...PUT, refs: 500 }];
  const report = await reportWith(puts, { acquired: 512, released: 500 });
  assertEquals([report.verdict, report.reasons[0]], [
    "unbalanced",
    "12 references of FOLL_PIN on 1 head were taken and not put when the recording ended.",
  ]);
  assertEquals(report.putSide.held, [{ kind: "pin", pfn: HEAD, heads: 1, order: 9, refs: 12 }]);
  const text = renderText(report);
  assertEquals(text.split("\n").filter((line) => line.startsWith("  pin  ")), [
    "  pin  12 references on pfn 0x100a00, order 9",
  ]);
});

Deno.test("judge() finds pins that are put on another head unbalanced", async () => {
  const puts = [{ ...PUT, refs: 500 }, { ...PUT, pfn: HEAD + 512, refs: 12 }];
  const { verdict, reasons } = await reportWith(puts, { acquired: 512, released: 512 });
  assertEquals([verdict, reasons[0]], [
    "unbalanced",
    "12 references of FOLL_PIN on 1 head were taken and not put when the recording ended. " +
    "12 references were put that were not seen to be taken.",
  ]);
});

Deno.test("judge() does not hold puts against a kernel whose counters say that they went unseen", async () => {
  const { verdict, ledger } = await reportWith([], { acquired: 512, released: 512 });
  assertEquals(verdict, "undecided");
  assertEquals(complaints(ledger), ["The stream adds up to 0 pins put, the kernel counted 512."]);
});

Deno.test("judge() does not judge held pins where others pin as well", async () => {
  const local = { ...OBSERVED, target: { ...OBSERVED.target, kind: "local" } } as const;
  const report = await reportWith([], { acquired: 900, released: 300 }, local);
  assertEquals([report.verdict, report.ledger.clean], ["once", true]);
  assertEquals(
    report.reasons.at(-1),
    [
      "512 references of FOLL_PIN on 1 head were taken and not put when the recording ended.",
      "That is not judged: the kernel's own counters do not vouch for it here.",
    ].join(" "),
  );
});

Deno.test("putSide() says nothing of puts that are not probed", async () => {
  const { putSide, verdict } = await reportOf(EVENTS_7_3);
  assertEquals([verdict, putSide.puts, putSide.held], ["once", null, []]);
});

const WITNESSED: Header = {
  ...OBSERVED,
  plan: { ...OBSERVED.plan, pageRef: true, countsMisses: true },
};

/** The report of 5.10's write of 2 MiB, all gets of single pages, with what page_ref saw. */
async function reportWitnessed(
  refcounts: readonly RefcountEvent[],
  ending: Partial<Footer> = {},
  header = WITNESSED,
): Promise<Report> {
  const events: readonly RecordingEvent[] = [...EVENTS_5_10, ...refcounts];
  return await reportOf(events, { header, footer: { ...footerFor(events, header), ...ending } });
}

function pages(count: number, taken: number): RefcountEvent[] {
  return Array.from(
    { length: count },
    (_, i) => ({ kind: "refcount", pfn: HEAD + i, added: 1, taken }),
  );
}

Deno.test("refcountWitness() shows the puts of gets, which nothing else shows", async () => {
  const { verdict, putSide, ledger } = await reportWitnessed(pages(512, 1));
  assertEquals([verdict, ledger.clean], ["per-page", true]);
  assertEquals(putSide.gets, { taken: 512, put: 512 });
  assertEquals(ledger.laws.slice(-2), [
    { name: "refcounts added", stream: 512, kernel: 512, holds: true, why: null },
    { name: "refcounts taken", stream: 512, kernel: 512, holds: true, why: null },
  ]);
});

Deno.test("refcountWitness() shows gets that are held, page by page", async () => {
  const held = pages(512, 1).map((page, i) => i < 3 ? { ...page, taken: 0 } : page);
  const { verdict, reasons, putSide, ledger } = await reportWitnessed(held);
  assertEquals([verdict, reasons[0]], [
    "unbalanced",
    "3 references of FOLL_GET on 3 heads were taken and not put when the recording ended.",
  ]);
  assertEquals(putSide.held, [{ kind: "get", pfn: HEAD, heads: 3, order: 0, refs: 1 }]);
  assertEquals(ledger.laws.at(-1), {
    name: "refcounts taken",
    stream: 512,
    kernel: 509,
    holds: null,
    why: "not put: 3 gets",
  });
});

Deno.test("judge() does not judge held gets where a run of the tracepoints may have been skipped", async () => {
  const held = pages(512, 1).map((page, i) => i < 3 ? { ...page, taken: 0 } : page);
  const { countsMisses: _, ...old } = WITNESSED.plan;
  for (
    const { verdict, reasons } of [
      await reportWitnessed(held, { missed: 3 }),
      await reportWitnessed(held, {}, { ...WITNESSED, plan: old }),
    ]
  ) {
    assertEquals(verdict, "per-page");
    assertStringIncludes(reasons.at(-1) ?? "", "That is not judged");
  }
});

Deno.test("refcountWitness() is not called where the recording was cut off before it was heard", async () => {
  const { ledger, putSide } = await reportOf(EVENTS_5_10, { header: WITNESSED, footer: null });
  assertEquals(ledger.laws.filter(({ name }) => name.startsWith("refcounts")), []);
  assertEquals([putSide.gets.put, putSide.held], [null, []]);
});

Deno.test("refcountWitness() holds no more gets than were taken", async () => {
  const put: PutEvent = { ...PUT, order: 0, refs: 1, step: 1 };
  const events: readonly RecordingEvent[] = [...EVENTS_5_10, put, ...pages(512, 1)];
  const { putSide } = await reportOf(events, { header: WITNESSED });
  assertEquals(putSide.gets, { taken: 512, put: 511 });
});

Deno.test("refcountWitness() judges no puts of pins that are not observed", async () => {
  const header = withRoles({ put: absent() });
  const seen = { kind: "refcount", pfn: HEAD, added: 512, taken: 512 } as const;
  const { ledger, putSide, verdict } = await reportOf([...EVENTS_7_3, seen], {
    header: { ...header, plan: { ...header.plan, pageRef: true } },
  });
  assertEquals([verdict, ledger.clean, putSide.pins.put], ["once", true, null]);
  assertEquals(ledger.laws.at(-1)?.why, "puts of pins are not observed");
});

Deno.test("putSide() leaves pins of other memory out where their puts are", async () => {
  const header = {
    ...OBSERVED,
    target: { ...OBSERVED.target, kind: "local" },
    plan: { ...OBSERVED.plan, putsOfDeviceOnly: true },
  } as const;
  const elsewhere: readonly RecordingEvent[] = [
    { ...RUN, call: 9, pfn: 77, head: 77, order: 0, refs: 1, step: 1 },
    { ...CALL, call: 9, address: "0x5ffc00001000", asked: 1, returned: 1 },
  ];
  const { putSide } = await reportOf([...EVENTS_7_3, PUT, ...elsewhere], { header });
  assertEquals([putSide.pins, putSide.held], [{ taken: 512, put: 512, surplus: 0 }, []]);
});

Deno.test("drawUpLedger() checks the sum of puts where only those of folios are probed", async () => {
  const header = withRoles({ put: absent(), unpin: probed("unpin_user_folio") });
  const events: readonly RecordingEvent[] = [...EVENTS_7_3, { ...PUT, role: "unpin" }];
  const footer = footerFor(events, header);
  const lost = { ...footer, totals: { ...footer.totals, puts: 5 } };
  const { verdict, ledger } = await reportOf(events, { header, footer: lost });
  assertEquals([verdict, complaints(ledger)], [
    "undecided",
    ["The stream adds up to 1 puts, the kernel counted 5."],
  ]);
});

Deno.test("judge() names pins that are held beside references that do not match", async () => {
  const short = EVENTS_7_3.map((event) =>
    event.kind === "run" && event.call === 1 ? { ...event, refs: 255, step: 255 } : event
  );
  const footer = { ...footerFor(short, OBSERVED), pins: { acquired: 511, released: 0 } };
  const { verdict, reasons } = await reportOf(short, { header: OBSERVED, footer });
  assertEquals([verdict, ...reasons.slice(0, 2)], [
    "unbalanced",
    "References do not match pages in 1 of 3 calls: 255 references for 256 pages.",
    "511 references of FOLL_PIN on 1 head were taken and not put when the recording ended.",
  ]);
});

Deno.test("refcountWitness() breaks a law where a page was changed by something else", async () => {
  const extra: RefcountEvent = { kind: "refcount", pfn: HEAD + 600, added: 1, taken: 1 };
  const { verdict, ledger } = await reportWitnessed([...pages(512, 1), extra]);
  assertEquals([verdict, ledger.clean], ["per-page", false]);
  assertEquals(complaints(ledger), [
    "The stream adds up to 512 refcounts added, the kernel counted 513.",
    "The stream adds up to 512 refcounts taken, the kernel counted 513.",
  ]);
});

Deno.test("refcountWitness() is not fooled by sums that agree on the wrong pages", async () => {
  const swapped = pages(512, 1).map((page, i) =>
    i === 0 ? { ...page, added: 0 } : i === 1 ? { ...page, added: 2 } : page
  );
  const { ledger } = await reportWitnessed(swapped);
  assertEquals(ledger.laws.at(-2)?.holds, false);
  assertEquals(complaints(ledger), [
    'The stream and the kernel differ in "refcounts added" on 2 pages, though both sums are 512.',
  ]);
});

Deno.test("refcountWitness() expects 1024 for each pin of a single page", async () => {
  const { pin } = HEADER.plan.flags;
  const events: RecordingEvent[] = EVENTS_5_10.map((event) =>
    event.kind === "call" ? { ...event, flags: pin } : event
  );
  const put: PutEvent = { ...PUT, order: 0, count: 512, refs: 1, step: 1 };
  const seen = pages(512, 1).map((page) => ({ ...page, added: 1024, taken: 1024 }));
  const { ledger } = await reportOf([...events, put, ...seen], { header: WITNESSED });
  assertEquals(ledger.laws.slice(-2).map(({ stream, holds }) => [stream, holds]), [
    [524288, true],
    [524288, true],
  ]);
});
