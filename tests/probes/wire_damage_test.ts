import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { GATE_LINE, readWireLine } from "../../probes/wire.ts";
import { isRecordingItem } from "../../recording/shape.ts";
import { CALL, LEAF, printed, PUT, RUN, unreadable } from "./wire_lines.ts";

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
    printed(RUN.replace("200000100", "400000100")),
    printed(RUN.replace("100a00", "0x100a00")),
    printed(RUN.replace("100a00", "ffffea0004028000")),
    printed(RUN.replace(" 1 100a00", " -1 100a00")),
    printed(RUN.replace(" 1 100a00", " 0 100a00")),
    printed(RUN.replace(/ 9$/, " many")),
    printed(RUN.replace(/ 9$/, " 50")),
    '{"type":"map","data":{"@total":{"0":1}}}',
    '{"type":"map","data":{"@total":{"412":[1,2,3]}}}',
    '{"type":"map","data":{"@put":{"412,1":["x",1,1,1,1,1]}}}',
    '{"type":"map","data":{"@added":{"0x100":1}}}',
    '{"type":"map","data":{"@added":{"256":"many"}}}',
    printed(PUT.replace(" 3", " 0")),
    printed(PUT.replace("put 412 0", "put 412 none")),
    printed("undo 412 1 100a00"),
    printed(RUN.replace("412", "9007199254740993")),
    printed(RUN.replace("412", "")),
    printed("refused 412 2000001 1 100a01"),
    printed("refused 412 2000001 1 - 1"),
    printed("refused 412 2000001 4 100a01 1"),
    printed(LEAF.replace("7f0040000000", "user")),
    printed(LEAF.replace("1000020", "1000024")),
    printed(LEAF.replace("7f0040100000", "7f0040000001")),
    printed(LEAF.replace(" 1000020", "")),
    printed(CALL.replace("80001", "none")),
    printed(CALL.replace("256", "100a0")),
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
    case "events":
      return message.events.every(isRecordingItem);
    case "counts":
      return [...message.counts].flat().every(Number.isSafeInteger);
    case "totals":
      return Object.values(message.totals).every(Number.isSafeInteger);
    default:
      return message.kind === "attached" || message.kind === "nothing";
  }
}

const LINES = [
  GATE_LINE,
  printed(RUN),
  printed("refused 412 2000103 1 100a01 1"),
  printed(LEAF),
  printed(CALL),
  printed(PUT),
  printed("undo 412 1 100a00 64"),
  '{"type":"map","data":{"@added":{"1051136":512}}}',
  '{"type":"map","data":{"@total":{"412":[1,2,3,4,5,6]}}}',
  '{"type":"map","data":{"@put":{"412,1":[1051136,5067653387387392,0,1051136,9007199254740991,1]}}}',
  '{"type":"lost_events","data":{"events":17}}',
  '{"type":"lost_events","count":17}',
  '{"type":"helper_error","helper":"map_update_elem","retcode":-7}',
  '{"type":"map","data":{"@total_puts":512}}',
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
