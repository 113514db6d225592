import { assertEquals } from "@std/assert";
import { type CallEvent, type CallRun, LeafMapper, type MappedRow } from "headcount";

const PAGE = 4096;
const PIN = 0x80000;
const CONTEXT = { pageBytes: PAGE, pin: PIN, seesUndo: true } as const;
const START = 0x7f0000200000;

function call(fields: Partial<CallEvent> & { readonly call: number }, page = 0): CallEvent {
  return {
    kind: "call",
    tid: 7,
    at: 1000,
    ns: 900,
    address: `0x${(START + page * PAGE).toString(16)}`,
    asked: fields.returned ?? 0,
    flags: 0,
    returned: 0,
    lookups: 0,
    realLookups: 0,
    parts: 0,
    ...fields,
  };
}

function run(fields: Partial<CallRun>): CallRun {
  return {
    path: "fast",
    role: "grabBatch",
    pfn: 512,
    head: 512,
    order: 9,
    count: 1,
    refs: 1,
    step: 1,
    ...fields,
  };
}

function bars({ pieces }: MappedRow): readonly (readonly [string, number, number])[] {
  return pieces.map(({ by, page, pages }) => [by, page, pages]);
}

function only(rows: readonly MappedRow[]): MappedRow {
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) throw new Error(`${rows.length} rows`);
  return row;
}

Deno.test("512 grabs are 512 pieces, one grab is one", () => {
  const many = new LeafMapper(CONTEXT);
  many.addCall(call({ call: 1, returned: 512, run: run({ count: 512 }) }));
  const row = only(many.map().rows);
  assertEquals([row.grabs, row.pieces.length, row.heads, row.address], [
    512,
    512,
    1,
    "0x7f0000200000",
  ]);
  const one = new LeafMapper(CONTEXT);
  one.addCall(call({ call: 1, returned: 512, run: run({ refs: 512, step: 512 }) }));
  assertEquals(bars(only(one.map().rows)), [["fast", 0, 512]]);
});

Deno.test("pages that are their own heads have one each", () => {
  const mapper = new LeafMapper(CONTEXT);
  mapper.addCall(call({ call: 1, returned: 8, run: run({ order: 0, count: 8 }) }));
  assertEquals(only(mapper.map().rows).heads, 8);
});

Deno.test("runs come before their call or after it, and the call's own is the last", () => {
  const first = { kind: "run", tid: 7, call: 1, ...run({ refs: 3, step: 3 }) } as const;
  const event = call({ call: 1, returned: 4, parts: 1, run: run({ pfn: 515 }) });
  for (const late of [false, true]) {
    const mapper = new LeafMapper(CONTEXT);
    if (!late) mapper.addPart(first);
    mapper.addCall(event);
    if (late) mapper.addPart(first);
    assertEquals(bars(only(mapper.map().rows)), [["fast", 0, 3], ["fast", 3, 1]]);
  }
});

Deno.test("each page shows the first grab that took it", () => {
  const mapper = new LeafMapper(CONTEXT);
  mapper.addCall(call({ call: 1, returned: 4, run: run({ refs: 4, step: 4 }) }));
  mapper.addCall(call({ call: 2, returned: 4, run: run({ count: 4 }) }));
  mapper.addCall(call({ call: 3, returned: 4, run: run({ refs: 4, step: 4 }) }, 2));
  const row = only(mapper.map().rows);
  assertEquals(bars(row), [["fast", 0, 4], ["fast", 4, 2]]);
  assertEquals([row.grabs, row.calls], [2, 2]);
});

Deno.test("the slow path goes on where the fast walk ended, or what it kept ends", () => {
  const slow = run({ path: "slow", role: "grabSlow", pfn: 514, count: 2 });
  const event = call({ call: 1, returned: 4, parts: 2, run: slow });
  const mapper = new LeafMapper(CONTEXT);
  mapper.addPart({ kind: "run", tid: 7, call: 1, ...run({ count: 3 }) });
  mapper.addPart({ kind: "undo", tid: 7, call: 1, pfn: 514, pages: 1 });
  mapper.addCall({ ...event, returned: 4 });
  assertEquals(bars(only(mapper.map().rows)), [
    ["fast", 0, 1],
    ["fast", 1, 1],
    ["slow", 2, 1],
    ["slow", 3, 1],
  ]);
});

Deno.test("a device's leaf takes nothing back", () => {
  const mapper = new LeafMapper(CONTEXT);
  const leaf = { kind: "leaf", tid: 7, call: 1, address: "0x7f0000200000", pfn: 512 } as const;
  mapper.addPart({ ...leaf, pages: 4, taken: true });
  mapper.addCall(call({ call: 1, returned: 4, parts: 1, run: run({ refs: 4, step: 4 }) }));
  assertEquals(bars(only(mapper.map().rows)), [["fast", 0, 4]]);
});

Deno.test("pages whose grabs are not in the recording are unknown, and no grab", () => {
  const mapper = new LeafMapper(CONTEXT);
  mapper.addCall(call({ call: 1, returned: 4, run: run({ count: 3 }) }));
  const row = only(mapper.map().rows);
  assertEquals(bars(row).at(-1), ["unknown", 3, 1]);
  assertEquals(row.grabs, 3);
});

Deno.test("what the walk put again before it returned is not its own", () => {
  const fast = { kind: "run", tid: 7, call: 1, ...run({ refs: 4, step: 4 }) } as const;
  const slow = run({ path: "slow", role: "grabSlow", refs: 4, step: 4 });
  const put = {
    kind: "put",
    tid: 7,
    call: 1,
    path: "fast",
    role: "put",
    pin: true,
    at: 1000,
    pfn: 512,
    order: 9,
    count: 1,
    refs: 4,
    step: 0,
  } as const;
  const mapper = new LeafMapper(CONTEXT);
  mapper.addPart(fast);
  mapper.addCall(call({ call: 1, returned: 4, flags: PIN, parts: 1, putsInside: 1, run: slow }));
  mapper.addPart(put);
  assertEquals(bars(only(mapper.map().rows)), [["slow", 0, 4]]);
});

Deno.test("grabs that are only added up come before the run of the call's own line", () => {
  const unlisted = { grabs: 3, refs: 3, slowGrabs: 0, slowRefs: 0 };
  const first = { kind: "run", tid: 7, call: 1, ...run({ count: 2 }) } as const;
  const mapper = new LeafMapper(CONTEXT);
  mapper.addPart(first);
  mapper.addCall(
    call({ call: 1, returned: 6, parts: 1, unlisted, run: run({ pfn: 517, head: 517, order: 0 }) }),
  );
  const row = only(mapper.map().rows);
  assertEquals(bars(row), [
    ["fast", 0, 1],
    ["fast", 1, 1],
    ["unknown", 2, 3],
    ["fast", 5, 1],
  ]);
});

Deno.test("a grab across a row's border is one grab of both rows", () => {
  const mapper = new LeafMapper(CONTEXT);
  mapper.addCall(call({ call: 1, returned: 4, run: run({ refs: 4, step: 4 }) }, 510));
  const { rows } = mapper.map();
  assertEquals(rows.map(bars), [[["fast", 510, 2]], [["fast", 0, 2]]]);
  assertEquals(new Set(rows.flatMap(({ pieces }) => pieces.map(({ grab }) => grab))).size, 1);
});

Deno.test("rows are bounded", () => {
  const mapper = new LeafMapper(CONTEXT, { rows: 2 });
  for (let i = 1; i <= 9; i++) {
    mapper.addCall(call({ call: i, returned: 512, run: run({ refs: 512, step: 512 }) }, 512 * i));
  }
  const { rows, isCut } = mapper.map();
  assertEquals([rows.length, isCut], [2, true]);
});

Deno.test("what waits longest makes room: parts without a call are forgotten, calls are drawn", () => {
  const mapper = new LeafMapper(CONTEXT, { waiting: 2 });
  for (let i = 1; i <= 9; i++) {
    mapper.addPart({ kind: "run", tid: 8, call: i, ...run({}) });
    // As in format 1, where a call does not tell how many parts it has.
    const { parts: _, ...event } = call({ call: i, returned: 512 }, 512 * i);
    mapper.addCall(event);
    mapper.addPart({ kind: "run", tid: 7, call: i, ...run({ refs: 512, step: 512 }) });
  }
  const { rows } = mapper.map();
  assertEquals(rows.map(bars), Array(9).fill([["fast", 0, 512]]));
});

Deno.test("pages of 64 KiB make 32 of a row", () => {
  const mapper = new LeafMapper({ ...CONTEXT, pageBytes: 65536 });
  mapper.addCall(call({ call: 1, returned: 32, run: run({ refs: 32, step: 32 }) }));
  const { rowPages, rows } = mapper.map();
  assertEquals([rowPages, bars(only(rows))], [32, [["fast", 0, 32]]]);
});
