import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { GATE_LINE, readWireLine } from "../../probes/wire.ts";
import type { CallRun, RecordingEvent } from "../../recording/event.ts";
import { isRecordingItem } from "../../recording/shape.ts";

/** A printf line of the program, as bpftrace wraps it. */
function printed(text: string): string {
  return JSON.stringify({ type: "printf", data: `${text}\n` });
}

function events(...events: readonly RecordingEvent[]) {
  return { kind: "events", events } as const;
}

function unreadable(line: string) {
  return events({ kind: "unreadable", text: line.slice(0, 200) });
}

const RUN = "run 412 1 200000100 1 100a00 100a00 9";
const LEAF = "leaf 412 7f0040000000 7f0040100000 100a00 1000020";
/** The third call of a thread, with its run, its leaf, and no put inside it. */
const CALL = "call 412 3000001 12a05f200 493e0 7f0040000000 10000080001 256 100000001 " +
  "200000100 1 100a00 100a00 9 7f0040000000 7f0040100000 100a00 3000020 2 7 0 0";
/** 512 references of a pin on an order-9 head by the role "unpin", outside any call. */
const PUT = `put 412 0 ${
  (512 + 2 * 2 ** 32 + 2 ** 40 + 9 * 2 ** 48).toString(16)
} 100a00 12a05f200 3`;

const CALL_RUN: CallRun = {
  path: "fast",
  role: "grabBatch",
  pfn: 0x100a00,
  head: 0x100a00,
  order: 9,
  count: 1,
  refs: 256,
  step: 256,
};
const RUN_EVENT: RecordingEvent = { kind: "run", tid: 412, call: 1, ...CALL_RUN };
const CALL_EVENT: RecordingEvent = {
  kind: "call",
  tid: 412,
  call: 3,
  fellBack: false,
  at: 5_000_000_000,
  ns: 300_000,
  address: "0x7f0040000000",
  asked: 256,
  flags: 0x80001,
  returned: 256,
  lookups: 1,
  realLookups: 1,
  parts: 0,
  run: CALL_RUN,
  leaf: { address: "0x7f0040000000", pfn: 0x100a00, pages: 256, taken: true },
};

Deno.test("readWireLine() reads a run of grabs", () => {
  assertEquals(readWireLine(printed(RUN)), events(RUN_EVENT));
});

Deno.test("readWireLine() knows that the slow path names the same folio again", () => {
  assertEquals(
    readWireLine(printed("run 412 1 300000001 4 100a00 100a00 109")),
    events({ ...RUN_EVENT, path: "slow", role: "grabSlow", count: 4, refs: 1, step: 0 }),
  );
});

Deno.test("readWireLine() reads a refused grab", () => {
  assertEquals(
    readWireLine(printed("refused 412 2000103 1 100a01 1")),
    events({
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

Deno.test("readWireLine() reads a device's leaf and an ordinary one, taken, not, or unseen", () => {
  const results = [["2", true], ["1", false], ["0", undefined]] as const;
  for (const [word, taken] of results) {
    const leaf = {
      kind: "leaf",
      tid: 412,
      call: 1,
      address: "0x7f0040000000",
      pages: 256,
      ...(taken === undefined ? {} : { taken }),
    } as const;
    assertEquals(
      readWireLine(printed(`leaf 412 7f0040000000 7f0040100000 100a00 10000${word}0`)),
      events({ ...leaf, pfn: 0x100a00 }),
    );
    assertEquals(
      readWireLine(printed(`leaf 412 7f0040000000 7f0040100000 0 10000${word}1`)),
      events({ ...leaf, level: "pte" }),
    );
  }
});

Deno.test("readWireLine() reads what a walk backs out of", () => {
  assertEquals(
    readWireLine(printed("undo 412 1 100a00 64")),
    events({ kind: "undo", tid: 412, call: 1, pfn: 0x100a00, pages: 100 }),
  );
});

Deno.test("readWireLine() reads the pages that a call handed back", () => {
  const handed = { kind: "pages", tid: 412, call: 1, pfn: 0x100a00 } as const;
  assertEquals(
    readWireLine(printed("pages 412 1000001 100a00 100 0")),
    events({ ...handed, count: 256 }),
  );
  assertEquals(
    readWireLine(printed("pages 412 1000001 100a00 400 1")),
    events({ ...handed, count: 1024, isCut: true }),
  );
});

Deno.test("readWireLine() reads a call, how it was served, and one that failed", () => {
  assertEquals(readWireLine(printed(CALL)), events(CALL_EVENT));
  assertEquals(
    readWireLine(printed(CALL.replace("80001 256", "80001 -14"))),
    events({ ...CALL_EVENT, returned: -14 }),
  );
  const served = (state: string) => readWireLine(printed(CALL.replace("3000001", state)));
  assertEquals(served("3000005"), events({ ...CALL_EVENT, fellBack: true }));
  assertEquals(served("300000b"), events({ ...CALL_EVENT, path: "slow" }));
  assertEquals(served("3000201"), events({ ...CALL_EVENT, parts: 2 }));
});

Deno.test("readWireLine() tells what is of another call of the thread apart", () => {
  const { run: _, leaf: __, ...bare } = CALL_EVENT;
  const other = CALL.replace("200000100 1 ", "0 0 ").replace("3000020", "2000020");
  assertEquals(readWireLine(printed(other)), events({ ...bare, kind: "call" } as RecordingEvent));
  assertEquals(
    readWireLine(printed(CALL.replace(" 2 7 0 0", " 3 7 0 0"))),
    events({ ...CALL_EVENT, putsInside: 7 }),
  );
});

Deno.test("readWireLine() reads what was only added up, of either path", () => {
  const unlisted = { grabs: 18, refs: 36, slowGrabs: 2, slowRefs: 4 };
  const read = (word: string) =>
    readWireLine(
      printed(CALL.replace("3000001", word).replace(" 0 0", " 200000010 400000020")),
    );
  const event = { ...CALL_EVENT, fellBack: true, parts: 64 };
  assertEquals(read("3004035"), events({ ...event, unlisted }));
  assertEquals(read("3004015"), events({ ...event, unlisted: { ...unlisted, single: true } }));
});

Deno.test("readWireLine() reads which process a thread is of, whatever its name", () => {
  const thread = {
    kind: "thread",
    tid: 412,
    pid: 400,
    at: 0x12a05f200,
    comm: "Web Content",
  } as const;
  assertEquals(readWireLine(printed("thread 412 400 12a05f200 Web Content")), events(thread));
  assertEquals(readWireLine(printed("thread 412 400 12a05f200 ")), events({ ...thread, comm: "" }));
  const odd = printed("thread 412 x 12a05f200 sh");
  assertEquals(readWireLine(odd), events({ kind: "unreadable", text: odd }));
});

Deno.test("readWireLine() reads puts, outside a call and inside one", () => {
  const put: RecordingEvent = {
    kind: "put",
    tid: 412,
    call: 0,
    role: "unpin",
    pin: true,
    at: 5_000_000_000,
    pfn: 0x100a00,
    order: 9,
    count: 3,
    refs: 512,
    step: 0,
  };
  assertEquals(readWireLine(printed(PUT)), events(put));
  const undone = (1 + 1 * 2 ** 32 + 2 ** 41).toString(16);
  assertEquals(
    readWireLine(printed(`put 412 7 ${undone} 100a00 12a05f200 200`)),
    events({
      ...put,
      call: 7,
      path: "slow",
      role: "put",
      pin: false,
      order: 0,
      count: 512,
      refs: 1,
      step: 1,
    }),
  );
});

Deno.test("readWireLine() keeps an address that no double holds", () => {
  const message = readWireLine(printed(CALL.replace("7f0040000000", "fffffffffffff001")));
  const [call] = message.kind === "events" ? message.events : [];
  assertEquals(call?.kind === "call" && call.address, "0xfffffffffffff001");
});

Deno.test("readWireLine() takes sums by page from maps", () => {
  for (const name of ["added", "taken"] as const) {
    const data = { [`@${name}`]: { "1051136": 512, "1051137": 1 } };
    assertEquals(readWireLine(JSON.stringify({ type: "map", data })), {
      kind: "counts",
      name,
      counts: new Map([[1051136, 512], [1051137, 1]]),
    });
  }
});

const WIRE = new URL("../fixtures/wire/", import.meta.url);

for await (const { name } of Deno.readDir(WIRE)) {
  Deno.test(`readWireLine() reads what ${name.replace(/\.txt$/, "")} really prints`, async () => {
    const lines = (await Deno.readTextFile(new URL(name, WIRE))).split("\n");
    const messages = lines.map(readWireLine);
    const found = messages.flatMap((it) => it.kind === "events" ? it.events : []);
    const of = (kind: RecordingEvent["kind"]) => found.filter((it) => it.kind === kind);
    assertEquals(of("unreadable"), []);
    assertEquals(of("helperError"), [{ kind: "helperError", helper: "map_update_elem", code: -7 }]);
    assertEquals(of("run"), [RUN_EVENT]);
    assertEquals(of("put"), [{
      kind: "put",
      tid: 412,
      call: 0,
      role: "put",
      pin: true,
      at: 9007199254740991,
      pfn: 0x100a00,
      order: 18,
      count: 1,
      refs: 512,
      step: 0,
    }]);
    assert(of("lost").length > 0);
    assert(of("refused").length > 1);
    assertEquals(messages.filter((it) => it.kind === "totals" || it.kind === "counts"), [
      { kind: "counts", name: "added", counts: new Map([[1051136, 512]]) },
      { kind: "counts", name: "taken", counts: new Map([[1051136, 511]]) },
      {
        kind: "totals",
        totals: { calls: 2, pages: 512, grabs: 513, refs: 513, lookups: 512, realLookups: 3 },
      },
      { kind: "totals", totals: { putRefs: 512 } },
      { kind: "totals", totals: { puts: 1 } },
    ]);
  });
}

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
  for (const [line, expected] of cases) assertEquals(readWireLine(line), events(expected));
});

Deno.test("readWireLine() reads the totals", () => {
  const cases = [
    ["@total_puts", "puts"],
    ["@total_put_refs", "putRefs"],
  ] as const;
  for (const [map, name] of cases) {
    assertEquals(
      readWireLine(JSON.stringify({ type: "map", data: { [map]: 512 } })),
      { kind: "totals", totals: { [name]: 512 } },
    );
  }
});

Deno.test("readWireLine() adds up the totals of threads", () => {
  const data = {
    "@total": { "0": [0, 0, 0, 0, 0, 0], "7": [1, 2, 3, 4, 5, 6], "8": [1, 1, 1, 1, 1, 1] },
  };
  assertEquals(readWireLine(JSON.stringify({ type: "map", data })), {
    kind: "totals",
    totals: { calls: 2, pages: 3, grabs: 4, refs: 5, lookups: 6, realLookups: 7 },
  });
});

Deno.test("readWireLine() takes the calls that were entered from the threads' last ones", () => {
  const word = (call: number, state: number) => call * 2 ** 24 + 2 ** 8 + state;
  const data = { "@call": { "0": 0, "7": word(3, 0), "8": String(word(2 ** 20, 1)) } };
  assertEquals(readWireLine(JSON.stringify({ type: "map", data })), {
    kind: "totals",
    totals: { entered: 2 ** 20 + 3 },
  });
});

Deno.test("readWireLine() knows the gate's line and what to ignore", () => {
  assertEquals(GATE_LINE, "headcount: attached");
  assertEquals(readWireLine(GATE_LINE), { kind: "attached" });
  const ignored = [
    "",
    "  ",
    '{"type":"attached_probes","data":{"probes":9}}',
    printed("headcount 4"),
    '{"type":"map","data":{"@scratch":{"0":1}}}',
    // From 0.18 on -k tells of every key that is not in a map.
    '{"type":"helper_error","msg":"no such element","helper":"map_lookup_elem","retcode":0}',
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
