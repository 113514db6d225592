import { assert, assertEquals } from "@std/assert";
import { complaints, type Ledger } from "../../analysis/ledger.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import type { Footer } from "../../recording/footer.ts";
import {
  CALL,
  EVENTS_5_10,
  EVENTS_6_1,
  footerFor,
  HEADER,
  HEADER_7_3,
  probed,
  reportOf,
  RUN,
  withRoles,
} from "./support.ts";

const FOOTER = footerFor(EVENTS_6_1);

async function ledgerOf(
  footer: Footer,
  extra: readonly RecordingEvent[] = [],
  header = HEADER,
): Promise<Ledger> {
  return (await reportOf([...EVENTS_6_1, ...extra], { header, footer })).ledger;
}

function pinLaw({ laws }: Ledger): unknown {
  const { stream, kernel, holds, why } = laws.at(-1) ?? {};
  return [stream, kernel, holds, why];
}

Deno.test("drawUpLedger() is clean when nothing is missing", async () => {
  const ledger = await ledgerOf({ ...FOOTER, pins: { acquired: 512, released: 512 } });
  assertEquals(complaints(ledger), []);
  assertEquals(ledger, {
    clean: true,
    lost: 0,
    missed: 0,
    missesOf: "all",
    unreadable: 0,
    helperFailures: [],
    incomplete: 0,
    orphans: 0,
    duplicates: 0,
    end: { kind: "complete" },
    workloadExit: 0,
    setAside: { outside: 0, straddling: 0, failed: 0 },
    balance: { even: 3, uneven: 0, unsure: 0 },
    allMovedSeen: true,
    laws: [
      { name: "calls", stream: 3, kernel: 3, holds: true, why: null },
      { name: "pages", stream: 512, kernel: 512, holds: true, why: null },
      { name: "grabs", stream: 512, kernel: 512, holds: true, why: null },
      { name: "references", stream: 512, kernel: 512, holds: true, why: null },
      { name: "pgmap look-ups", stream: 512, kernel: 512, holds: true, why: null },
      { name: "real look-ups", stream: 3, kernel: 3, holds: true, why: null },
      { name: "pins taken", stream: 512, kernel: 512, holds: true, why: null },
    ],
  });
});

Deno.test("drawUpLedger() holds more pins than were seen against a guest of our own only", async () => {
  const footer = { ...FOOTER, pins: { acquired: 600, released: 600 } };
  const local = { ...HEADER, target: { ...HEADER.target, kind: "local" } } as const;
  const guest = await ledgerOf(footer);
  assertEquals(pinLaw(guest), [512, 600, false, null]);
  assertEquals(complaints(guest), [
    "The stream adds up to 512 pins taken, the kernel counted 600.",
  ]);
  const elsewhere = await ledgerOf(footer, [], local);
  assertEquals(pinLaw(elsewhere), [512, 600, null, "others pin too"]);
  assertEquals(elsewhere.clean, true);
  const alone = await ledgerOf({ ...FOOTER, pins: { acquired: 512, released: 512 } }, [], local);
  assertEquals(pinLaw(alone), [512, 512, true, null]);
  const workload = { ...HEADER.workload, scope: "machine" } as const;
  const all = await ledgerOf(footer, [], { ...local, workload });
  assertEquals(pinLaw(all), [512, 600, null, "not read at the same moment"]);
});

Deno.test("drawUpLedger() expects no pins of calls that only get", async () => {
  const footer = { ...footerFor(EVENTS_5_10), pins: { acquired: 0, released: 0 } };
  const { ledger } = await reportOf(EVENTS_5_10, { footer });
  assertEquals(pinLaw(ledger), [0, 0, true, null]);
});

Deno.test("complaints() names everything that is missing", async () => {
  const footer: Footer = {
    ...FOOTER,
    missed: 4,
    totals: { ...FOOTER.totals, entered: 5, calls: 4, grabs: 600 },
  };
  const ledger = await ledgerOf(footer, [
    { kind: "lost", events: 17 },
    { kind: "unreadable", text: "{" },
    { kind: "helperError", helper: "map_update_elem", code: -7 },
    { kind: "helperError", helper: "map_update_elem", code: -7 },
    { kind: "leaf", tid: 1, call: 1, address: "0x1000", pfn: 1, pages: 1, taken: true },
    { ...CALL, call: 1 },
  ]);
  assertEquals(ledger.clean, false);
  assertEquals(complaints(ledger), [
    "17 events were lost in the tracer's buffer.",
    "4 probe runs were skipped by the kernel.",
    "1 line was not readable.",
    'The BPF helper "map_update_elem" failed 2 times with -7.',
    "1 call was entered and never returned.",
    "1 call was seen in part: the end is not in the recording.",
    "1 call end was reported more than once.",
    "The stream adds up to 1024 pages, the kernel counted 512.",
    "The stream adds up to 512 grabs, the kernel counted 600.",
  ]);
});

Deno.test("complaints() lets probes be skipped where every byte that was moved is accounted for", async () => {
  const footer = { ...FOOTER, missed: 24 };
  const whole = await ledgerOf(footer);
  assertEquals([whole.missed, whole.accountedBy, complaints(whole)], [24, "moved", []]);
  // A call that was not seen, and one that took less than it returned.
  const without = EVENTS_6_1.filter((event) => !("call" in event && event.call === 2));
  const lacking = await reportOf(without, { footer: { ...footerFor(without), missed: 24 } });
  assertEquals([lacking.ledger.accountedBy, lacking.verdict], [undefined, "per-page"]);
  assertEquals(lacking.ledger.clean, false);
  const uneven = EVENTS_6_1.map((event) => event.kind === "run" ? { ...event, count: 1 } : event);
  const { ledger } = await reportOf(uneven, { footer: { ...footerFor(uneven), missed: 24 } });
  assertEquals([ledger.accountedBy, ledger.clean], [undefined, false]);
});

Deno.test("complaints() lets probes be skipped where the kernel counted just the pins that were seen", async () => {
  // What a command of the user's moves is not known.
  const silent = EVENTS_6_1.filter(({ kind }) => kind !== "workload");
  const workload = { ...HEADER.workload, scope: "command" } as const;
  const ledgerAt = async (
    acquired: number,
    target: Partial<typeof HEADER.target> = {},
    events: readonly RecordingEvent[] = silent,
  ): Promise<Ledger> => {
    const header = { ...HEADER, workload, target: { ...HEADER.target, ...target } };
    const footer = { ...footerFor(events), missed: 24, pins: { acquired, released: acquired } };
    return (await reportOf(events, { header, footer })).ledger;
  };
  const said = ({ accountedBy, clean }: Ledger) => [accountedBy, clean];
  assertEquals(said(await ledgerAt(512)), ["pins", true]);
  assertEquals(said(await ledgerAt(513)), [undefined, false]);
  // Elsewhere others may pin, but where the counts agree they did not.
  assertEquals(said(await ledgerAt(512, { kind: "ssh" })), ["pins", true]);
  assertEquals(said(await ledgerAt(513, { kind: "ssh" })), [undefined, false]);
  // Gets are not counted by the kernel.
  const got = silent.map((event) => event.kind === "call" ? { ...event, flags: 0 } : event);
  assertEquals(said(await ledgerAt(0, {}, got)), [undefined, false]);
});

Deno.test("complaints() lets a call be without an end where nothing that was moved depends on it", async () => {
  const entered = (events: readonly RecordingEvent[]): Footer => {
    const footer = footerFor(events);
    const calls = footer.totals?.calls ?? 0;
    return {
      ...footer,
      ...(footer.totals && { totals: { ...footer.totals, entered: calls + 1 } }),
    };
  };
  const whole = await reportOf(EVENTS_6_1, { footer: entered(EVENTS_6_1) });
  assertEquals([whole.ledger.incomplete, whole.ledger.clean], [1, true]);
  const without = EVENTS_6_1.filter((event) => !("call" in event && event.call === 2));
  const { ledger } = await reportOf(without, { footer: entered(without) });
  assertEquals(ledger.clean, false);
  assert(complaints(ledger).includes("1 call was entered and never returned."));
});

Deno.test("complaints() does not let a page that was not moved stand for one that went unseen", async () => {
  const written = EVENTS_6_1.filter((event) => !("call" in event && event.call === 1))
    .map((event): RecordingEvent =>
      event.kind === "workload" && event.report.step === "syscall"
        ? { ...event, report: { ...event.report, result: 2 ** 20 } }
        : event
    );
  const { ledger } = await reportOf(written, { footer: { ...footerFor(written), missed: 3 } });
  assertEquals([ledger.allMovedSeen, ledger.clean], [false, false]);
  // The kernel counts skipped runs of fentry only: here it is the workload that tells.
  const header = withRoles({ slowPath: { ...probed("__get_user_pages"), attach: "kprobe" } });
  const silent = await reportOf(written, { header });
  assertEquals(complaints(silent.ledger), [
    "The calls that were seen do not account for all that the workload moved, and this kernel " +
    "does not count every probe run that it skips.",
  ]);
});

Deno.test("complaints() wants the kernel's own sums", async () => {
  const { totals: _, missed: __, ...bare } = FOOTER;
  const ledger = await ledgerOf(bare);
  assertEquals([ledger.missed, ledger.incomplete], [null, null]);
  assertEquals(complaints(ledger), [
    "The kernel's own sums are missing, so the stream could not be checked.",
  ]);
});

Deno.test("drawUpLedger() does not count an imbalance as a loss", async () => {
  const events: RecordingEvent[] = [...EVENTS_6_1, { ...RUN, call: 8, order: 10 }, {
    ...CALL,
    call: 8,
    asked: 511,
    returned: 511,
  }];
  const { ledger } = await reportOf(events, { header: HEADER_7_3 });
  assertEquals([ledger.clean, ledger.balance], [true, { even: 3, uneven: 1, unsure: 0 }]);
});
