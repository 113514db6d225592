import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { GATE_LINE, readWireLine } from "../../probes/wire.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import { isRecordingItem } from "../../recording/shape.ts";

/** A printf line of the program, as bpftrace wraps it. */
function printed(text: string): string {
  return JSON.stringify({ type: "printf", data: `${text}\n` });
}

function event(event: RecordingEvent) {
  return { kind: "event", event } as const;
}

function unreadable(line: string) {
  return event({ kind: "unreadable", text: line.slice(0, 200) });
}

const RUN = "run 412 1 0 2 100a00 100a00 9 1 256";
const CALL = "call 412 3 5000000000 300000 7f0040000000 256 80001 256 1 1";

Deno.test("readWireLine() reads a run of grabs", () => {
  assertEquals(
    readWireLine(printed(RUN)),
    event({
      kind: "run",
      tid: 412,
      call: 1,
      path: "fast",
      role: "grabBatch",
      pfn: 0x100a00,
      head: 0x100a00,
      order: 9,
      count: 1,
      refs: 256,
      step: 256,
    }),
  );
});

Deno.test("readWireLine() knows that the slow path names the same folio again", () => {
  assertEquals(
    readWireLine(printed("run 412 1 1 3 100a00 100a00 9 4 1")),
    event({
      kind: "run",
      tid: 412,
      call: 1,
      path: "slow",
      role: "grabSlow",
      pfn: 0x100a00,
      head: 0x100a00,
      order: 9,
      count: 4,
      refs: 1,
      step: 0,
    }),
  );
});

Deno.test("readWireLine() reads a refused grab", () => {
  assertEquals(
    readWireLine(printed("refused 412 2 1 1 100a01 1")),
    event({
      kind: "refused",
      tid: 412,
      call: 2,
      path: "slow",
      role: "grabOne",
      pfn: 0x100a01,
      refs: 1,
    }),
  );
});

Deno.test("readWireLine() reads a leaf, taken or not", () => {
  for (const [word, taken] of [["1", true], ["0", false]] as const) {
    assertEquals(
      readWireLine(printed(`leaf 412 1 7f0040000000 100a00 256 ${word}`)),
      event({
        kind: "leaf",
        tid: 412,
        call: 1,
        address: "0x7f0040000000",
        pfn: 0x100a00,
        pages: 256,
        taken,
      }),
    );
  }
});

Deno.test("readWireLine() reads a call, and one that failed", () => {
  const call = {
    kind: "call",
    tid: 412,
    call: 3,
    at: 5_000_000_000,
    ns: 300_000,
    address: "0x7f0040000000",
    asked: 256,
    flags: 0x80001,
    returned: 256,
    lookups: 1,
    realLookups: 1,
  } as const;
  assertEquals(readWireLine(printed(CALL)), event(call));
  assertEquals(
    readWireLine(printed(CALL.replace("80001 256", "80001 -14"))),
    event({ ...call, returned: -14 }),
  );
});

Deno.test("readWireLine() keeps an address that no double holds", () => {
  const message = readWireLine(printed(CALL.replace("7f0040000000", "fffffffffffff001")));
  assertEquals(
    message.kind === "event" && message.event.kind === "call" && message.event.address,
    "0xfffffffffffff001",
  );
});

Deno.test("readWireLine() reads both shapes of losses and of failed helpers", () => {
  const failed = { kind: "helperError", helper: "map_update_elem", code: -7 } as const;
  const cases: readonly (readonly [string, RecordingEvent])[] = [
    ['{"type":"lost_events","data":{"events":17}}', { kind: "lost", events: 17 }],
    ['{"type":"lost_events","count":17}', { kind: "lost", events: 17 }],
    [
      '{"type":"helper_error","msg":"Argument list too long","helper":"map_update_elem","retcode":-7}',
      failed,
    ],
    [
      '{"type":"helper_error","data":{"helper":"map_update_elem","retcode":-7,"filename":"x.bt"}}',
      failed,
    ],
  ];
  for (const [line, expected] of cases) assertEquals(readWireLine(line), event(expected));
});

Deno.test("readWireLine() reads the totals", () => {
  const cases = [
    ["@total_entered", "entered"],
    ["@total_calls", "calls"],
    ["@total_pages", "pages"],
    ["@total_grabs", "grabs"],
    ["@total_refs", "refs"],
    ["@total_lookups", "lookups"],
    ["@total_real_lookups", "realLookups"],
  ] as const;
  for (const [map, name] of cases) {
    assertEquals(
      readWireLine(JSON.stringify({ type: "map", data: { [map]: 512 } })),
      { kind: "total", name, value: 512 },
    );
  }
});

Deno.test("readWireLine() knows the gate's line and what to ignore", () => {
  assertEquals(GATE_LINE, "headcount: attached");
  assertEquals(readWireLine(GATE_LINE), { kind: "attached" });
  const ignored = [
    "",
    "  ",
    '{"type":"attached_probes","data":{"probes":9}}',
    printed("headcount 1"),
    '{"type":"map","data":{"@run":{"0":1}}}',
    '{"type":"map","data":{}}',
  ];
  for (const line of ignored) assertEquals(readWireLine(line), { kind: "nothing" }, line);
});

Deno.test("readWireLine() takes every malformed line for unreadable", () => {
  const lines = [
    "Attaching 9 probes...",
    '{"type":"printf","data":"run 412 1 0',
    "null",
    "17",
    "[]",
    "{}",
    '{"type":"printf"}',
    '{"type":"printf","data":7}',
    '{"type":"map","data":[]}',
    '{"type":"time","data":"12:00"}',
    '{"type":"lost_events"}',
    '{"type":"lost_events","data":{}}',
    '{"type":"lost_events","count":-1}',
    '{"type":"lost_events","count":1e999}',
    '{"type":"helper_error","helper":"f"}',
    '{"type":"helper_error","data":{"helper":1,"retcode":-7}}',
    '{"type":"helper_error","helper":"f","retcode":"-7"}',
    printed("run"),
    printed(`${RUN} 1`),
    printed(RUN.replace(" 0 2 ", " 2 2 ")),
    printed(RUN.replace(" 0 2 ", " 0 4 ")),
    printed(RUN.replace("100a00", "0x100a00")),
    printed(RUN.replace("100a00", "ffffea0004028000")),
    printed(RUN.replace(" 1 256", " -1 256")),
    printed(RUN.replace(" 1 256", " 0 256")),
    printed(RUN.replace("412", "9007199254740993")),
    printed(RUN.replace("412", "")),
    printed("refused 412 2 0 1 100a01"),
    printed("refused 412 2 0 1 - 1"),
    printed("leaf 412 1 7f0040000000 100a00 256 2"),
    printed("leaf 412 1 user 100a00 256 1"),
    printed(CALL.replace("80001", "none")),
    printed(CALL.replace("call 412", "call -412")),
    printed("walk 412"),
    // Names that every object has.
    printed("constructor"),
    printed("hasOwnProperty"),
    printed("__defineGetter__"),
    printed("__proto__"),
  ];
  for (const line of lines) assertEquals(readWireLine(line), unreadable(line), line);
});

Deno.test("readWireLine() cuts an unreadable line to 200 characters", () => {
  assertEquals(readWireLine("x".repeat(1000)), unreadable("x".repeat(200)));
});

/** Whether a recording can hold what was read. */
function isSound(line: string): boolean {
  const message = readWireLine(line);
  switch (message.kind) {
    case "event":
      return isRecordingItem(message.event);
    case "total":
      return Number.isSafeInteger(message.value) && message.value >= 0;
    default:
      return message.kind === "attached" || message.kind === "nothing";
  }
}

const LINES = [
  GATE_LINE,
  printed(RUN),
  printed("refused 412 2 1 1 100a01 1"),
  printed("leaf 412 1 7f0040000000 100a00 256 1"),
  printed(CALL),
  '{"type":"lost_events","data":{"events":17}}',
  '{"type":"lost_events","count":17}',
  '{"type":"helper_error","helper":"map_update_elem","retcode":-7}',
  '{"type":"map","data":{"@total_refs":512}}',
];

Deno.test("readWireLine() makes something sound of any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), isSound));
  fc.assert(fc.property(fc.json(), isSound));
  fc.assert(fc.property(fc.string(), (text) => isSound(printed(text))));
});

Deno.test("readWireLine() makes something sound of any damage to a good line", () => {
  const damaged = fc.tuple(
    fc.constantFrom(...LINES),
    fc.nat(120),
    fc.nat(12),
    fc.oneof(fc.string(), fc.constantFrom(" ", "-", "0", "f", "9".repeat(20), "1e999", "null")),
  ).map(([line, at, cut, text]) => line.slice(0, at) + text + line.slice(at + cut));
  fc.assert(fc.property(damaged, isSound), { numRuns: 2000 });
});
