import { assert, assertEquals } from "@std/assert";
import { EXIT_CODES } from "../../analysis/verdict.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import {
  absent,
  at,
  CALL,
  EVENTS_6_1,
  EVENTS_7_3,
  footerFor,
  HEADER_7_3,
  READY,
  reportOf,
  RUN,
  withRoles,
} from "./support.ts";

/** 16 calls on the 2 MiB behind one head, each with one grab. */
const SIXTEEN: readonly RecordingEvent[] = [
  READY,
  ...Array.from({ length: 16 }, (_, i): RecordingEvent[] => [
    { ...RUN, call: i + 1 },
    { ...CALL, call: i + 1, at: CALL.at + i },
  ]).flat(),
];

async function judged(events: readonly RecordingEvent[]): Promise<readonly unknown[]> {
  const { verdict, reasons, counterExample } = await reportOf(events, { header: HEADER_7_3 });
  return [verdict, reasons[0], counterExample?.call];
}

Deno.test("judge() is repeated when a head is grabbed twice", async () => {
  const half = { ...RUN, refs: 256, step: 256 };
  assertEquals(await judged([READY, { ...half, count: 2 }, CALL]), [
    "repeated",
    "2 grabs for 512 pages, where 1 would do: 1 of 1 call grabbed a head more often than needed.",
    1,
  ]);
});

Deno.test("judge() is repeated when one call of 16 grabs page by page", async () => {
  const events = SIXTEEN.map((event) =>
    event.kind === "run" && event.call === 11 ? { ...event, count: 512, refs: 1, step: 1 } : event
  );
  assertEquals(await judged(events), [
    "repeated",
    "527 grabs for 8192 pages, where 16 would do: 1 of 16 calls grabbed a head more often than " +
    "needed.",
    11,
  ]);
});

Deno.test("judge() is repeated for batches of 8", async () => {
  assertEquals(await judged([READY, { ...RUN, count: 64, refs: 8, step: 8 }, CALL]), [
    "repeated",
    "64 grabs for 512 pages, where 1 would do: 1 of 1 call grabbed a head more often than needed.",
    1,
  ]);
});

Deno.test("judge() is unbalanced when references do not match pages", async () => {
  for (const refs of [511, 513, 1]) {
    const events = SIXTEEN.map((event) =>
      event.kind === "run" && event.call === 2 ? { ...event, order: 10, refs, step: refs } : event
    );
    assertEquals(await judged(events), [
      "unbalanced",
      `References do not match pages in 1 of 16 calls: ${refs} reference${
        refs === 1 ? "" : "s"
      } for 512 pages.`,
      2,
    ]);
  }
});

Deno.test("judge() is unbalanced when all references are on one single page", async () => {
  assertEquals(await judged([READY, { ...RUN, order: 0 }, CALL]), [
    "unbalanced",
    "References do not match pages in 1 of 1 call: 512 references for 512 pages, with 1 grab " +
    "that added more than the head has pages.",
    1,
  ]);
});

Deno.test("judge() prefers the worst that was seen", async () => {
  const events = SIXTEEN.map((event) =>
    event.kind !== "run"
      ? event
      : event.call === 3
      ? { ...event, count: 512, refs: 1, step: 1 }
      : event.call === 5
      ? { ...event, refs: 500, step: 500 }
      : event
  );
  const [verdict, , first] = await judged(events);
  assertEquals([verdict, first], ["unbalanced", 5]);
});

Deno.test("judge() is once but says so when no call could have batched", async () => {
  const events: RecordingEvent[] = [
    READY,
    { ...RUN, refs: 1, step: 1 },
    { ...CALL, asked: 1, returned: 1 },
  ];
  const { verdict, reasons } = await reportOf(events, { header: HEADER_7_3 });
  assertEquals([verdict, reasons[1]], [
    "once",
    "There was nothing to batch: no call took more than one page of a leaf.",
  ]);
});

Deno.test("judge() is undecided instead of once when events were lost", async () => {
  const { verdict, reasons, ledger } = await reportOf(
    [...EVENTS_7_3, { kind: "lost", events: 17 }],
    { header: HEADER_7_3 },
  );
  assertEquals([verdict, ledger.clean], ["undecided", false]);
  assertEquals(reasons, [
    "17 events were lost in the tracer's buffer.",
    "As far as was seen: 3 grabs for 512 pages in 3 calls, one for each leaf of each call: the " +
    "fewest possible.",
  ]);
});

Deno.test("judge() keeps a counter-example that was seen whole when events were lost", async () => {
  const { verdict, reasons } = await reportOf([...EVENTS_6_1, { kind: "lost", events: 1 }]);
  assertEquals(verdict, "per-page");
  assertEquals(reasons[1], "1 event was lost in the tracer's buffer.");
});

Deno.test("judge() takes no imbalance from a recording with losses", async () => {
  const whole = EVENTS_7_3.filter((event) => !(event.kind === "run" && event.call === 2));
  const { verdict, reasons, counterExample } = await reportOf(whole, {
    header: HEADER_7_3,
    footer: footerFor(EVENTS_7_3),
  });
  assertEquals([verdict, counterExample], ["undecided", null]);
  assertEquals(reasons.slice(0, 3), [
    "The stream adds up to 2 grabs, the kernel counted 3.",
    "The stream adds up to 257 references, the kernel counted 512.",
    "In 1 call references do not match pages; with losses that proves nothing.",
  ]);
});

Deno.test("judge() is undecided when a session was cut short, whatever it saw", async () => {
  const complete = footerFor(EVENTS_6_1);
  const cases = [
    [null, "The recording was cut off: it has no footer."],
    [
      { ...complete, end: { kind: "interrupted", signal: "SIGINT" } },
      "The session was interrupted by SIGINT.",
    ],
    [
      { ...complete, end: { kind: "failed", what: "guest went away" } },
      "The session failed: guest went away.",
    ],
  ] as const;
  for (const [footer, reason] of cases) {
    const { verdict, reasons, counterExample } = await reportOf(EVENTS_6_1, { footer });
    assertEquals([verdict, reasons[0], counterExample?.call], ["undecided", reason, 1]);
    assertEquals(
      reasons.at(-1),
      "As far as was seen: 512 grabs for 512 pages, one for each page, where 3 would do.",
    );
  }
});

Deno.test("judge() is undecided when only the slow path ran", async () => {
  const events: RecordingEvent[] = [READY, { ...RUN, path: "slow" }, CALL];
  const { verdict, reasons, totals } = await reportOf(events, { header: HEADER_7_3 });
  assertEquals([verdict, totals.slowPages, totals.grabs], ["undecided", 512, 0]);
  assertEquals(reasons, ["The slow path served all 512 pages: the fast walk took none."]);
});

Deno.test("judge() is undecided when the walk may have given references back unseen", async () => {
  const events: RecordingEvent[] = [
    ...SIXTEEN,
    { ...RUN, call: 17 },
    { ...RUN, call: 17, path: "slow" },
    { ...CALL, call: 17, at: CALL.at + 17 },
  ];
  const { verdict, reasons, ledger } = await reportOf(events, { header: HEADER_7_3 });
  assertEquals(verdict, "undecided");
  assertEquals(ledger.balance, { even: 16, uneven: 0, unsure: 1 });
  assert(reasons[0]?.startsWith("In 1 call there are more references than pages"));
});

Deno.test("judge() is undecided when nothing could be judged", async () => {
  const elsewhere: RecordingEvent = { ...CALL, address: "0x10000" };
  const short: RecordingEvent = { ...CALL, returned: 0 };
  const cases = [
    [[READY], "No call touched the workload's buffer."],
    [[READY, elsewhere], "No call touched the workload's buffer."],
    [[READY, { ...CALL, returned: -14 }], "Every call on the workload's buffer failed."],
    [[READY, short], "Nothing was pinned: every call returned 0 pages."],
    [
      [RUN, CALL],
      "The workload did not say where its buffer is, so its calls cannot be told apart.",
    ],
  ] as const;
  for (const [events, reason] of cases) {
    const { verdict, reasons } = await reportOf(events, { header: HEADER_7_3 });
    assertEquals([verdict, reasons[0]], ["undecided", reason]);
  }
});

Deno.test("judge() is undecided when a needed role is absent", async () => {
  const header = withRoles({ hugeLeaf: absent(), grabBatch: absent(true) });
  const { verdict, reasons } = await reportOf(EVENTS_7_3, { header });
  assertEquals([verdict, reasons[0]], [
    "undecided",
    'The role "grabBatch" could not be observed (not in this kernel): what it did is not told.',
  ]);
});

Deno.test("judge() is undecided when a call reaches over the buffer's border", async () => {
  const events: RecordingEvent[] = [
    ...EVENTS_7_3,
    { ...RUN, call: 9 },
    { ...CALL, call: 9, address: at(-1) },
  ];
  const { verdict, reasons } = await reportOf(events, { header: HEADER_7_3 });
  assertEquals([verdict, reasons[0]], [
    "undecided",
    "1 call reached over a border of the workload's buffer and could not be judged.",
  ]);
});

Deno.test("judge() is undecided when the fast walk seems to use the slow path's grabs", async () => {
  const { verdict, reasons } = await reportOf(
    EVENTS_7_3.map((event) => event.kind === "run" ? { ...event, role: "grabSlow" } : event),
    { header: HEADER_7_3 },
  );
  assertEquals([verdict, reasons[0]], [
    "undecided",
    "3 grabs of the fast walk went through a function that only the slow path calls: that the slow " +
    "path began was not seen.",
  ]);
});

Deno.test("judge() is undecided when there were fewer grabs than leaves", async () => {
  const events: RecordingEvent[] = [
    READY,
    { ...RUN, order: 18, refs: 1024, step: 1024 },
    { ...CALL, asked: 1024, returned: 1024 },
  ];
  const { verdict, totals } = await reportOf(events, { header: HEADER_7_3 });
  assertEquals([verdict, totals.grabs, totals.leastGrabs], ["undecided", 1, 2]);
});

Deno.test("judge() is undecided when pages came from no huge leaf of a huge mapping", async () => {
  const events = EVENTS_6_1.filter((event) => !(event.kind === "leaf" && event.call === 2))
    .map((event) =>
      event.kind === "run" && event.call === 1
        ? { ...event, count: 1, refs: 256, step: 256 }
        : event
    );
  const { verdict, reasons } = await reportOf(events);
  assertEquals([verdict, reasons[0]], [
    "undecided",
    "255 pages came from no huge leaf, though the memory is mapped by pmd leaves only.",
  ]);
});

Deno.test("judge() is undecided instead of once when the workload failed", async () => {
  const { verdict, reasons } = await reportOf(EVENTS_7_3, {
    header: HEADER_7_3,
    footer: { ...footerFor(EVENTS_7_3), workloadExit: 3 },
  });
  assertEquals([verdict, reasons[0]], ["undecided", "The workload failed with exit code 3."]);
});

Deno.test("EXIT_CODES tells yes, no and unknown apart", () => {
  assertEquals(EXIT_CODES, {
    once: 0,
    "per-page": 1,
    repeated: 1,
    unbalanced: 1,
    undecided: 2,
  });
});
