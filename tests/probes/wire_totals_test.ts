import { assert, assertEquals } from "@std/assert";
import { GATE_LINE, readWireLine } from "../../probes/wire.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import { events, printed, RUN_EVENT, unreadable } from "./wire_lines.ts";

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

Deno.test("readWireLine() takes no sum that is negative or past 2^53", () => {
  const maps = [
    { "@total": { "412": [-1, 0, 0, 0, 0, 0] } },
    { "@total": { "412": [0, 0, 0, 0, 0, "18446744073709551615"] } },
    { "@call": { "412": -1 } },
    { "@added": { "1051136": -1 } },
    { "@taken": { "-1": 1 } },
  ];
  for (const data of maps) {
    const line = JSON.stringify({ type: "map", data });
    assertEquals(readWireLine(line), unreadable(line), line);
  }
});
