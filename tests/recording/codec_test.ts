import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { analyze } from "../../analysis/analyze.ts";
import {
  decodeItems,
  decodeLines,
  encodeItem,
  FormatError,
  type RecordingItem,
} from "../../recording/codec.ts";
import { CALL, HEADER, LEAF, PUT, READY, RUN, WHOLE_CALL, WROTE } from "../analysis/support.ts";
import { readFixture, RECORDINGS } from "../support/fixture.ts";

const TOTALS = {
  entered: 3,
  calls: 3,
  pages: 512,
  grabs: 3,
  refs: 512,
  lookups: 0,
  realLookups: 0,
  puts: 1,
  putRefs: 512,
};

/** Everything that can follow the header, each kind in all its shapes. */
const ITEMS: readonly Exclude<RecordingItem, { kind: "header" }>[] = [
  CALL,
  { ...CALL, returned: -14, address: "0xfffffffffffff001" },
  { ...CALL, path: "slow", fellBack: false },
  WHOLE_CALL,
  {
    ...WHOLE_CALL,
    parts: 7,
    putsInside: 12,
    unlisted: { grabs: 40, refs: 80, slowGrabs: 3, slowRefs: 6 },
  },
  RUN,
  { ...RUN, refcount: 514 },
  { ...RUN, path: "slow", role: "grabSlow", step: 0 },
  { kind: "refused", tid: 412, call: 2, path: "fast", role: "grabOne", pfn: 0x100a01, refs: 1 },
  LEAF,
  { ...LEAF, taken: false },
  { kind: "leaf", tid: 412, call: 1, level: "pte", address: "0x1000", pages: 512, taken: true },
  { kind: "undo", tid: 412, call: 1, pfn: 0x100a00, pages: 100 },
  PUT,
  { ...PUT, call: 1, path: "fast", pin: false },
  { kind: "refcount", pfn: 0x100a00, added: 512, taken: 511 },
  { kind: "lost", events: 17 },
  { kind: "helperError", helper: "map_update_elem", code: -7 },
  { kind: "thread", tid: 412, pid: 400, at: 5_000_000_000, comm: "qemu" },
  { kind: "stack", comm: "dd", frames: ["gup+1", "vfs_read+5"], calls: 3, pages: 512 },
  { kind: "unreadable", text: "Attaching 9 probes… \u2028\ud800" },
  READY,
  ...WROTE,
  { kind: "footer", end: { kind: "complete" } },
  { kind: "footer", end: { kind: "interrupted", signal: "SIGINT" }, missed: 3 },
  {
    kind: "footer",
    end: { kind: "failed", what: "bpftrace failed: it exited with 1" },
    totals: TOTALS,
    missed: 0,
    pins: { acquired: 512, released: 512 },
    workloadExit: 137,
  },
];

async function decode(...lines: readonly string[]): Promise<RecordingItem[]> {
  return await Array.fromAsync(decodeItems(lines));
}

/** Reads a line that follows a good header. */
async function decodeOne(line: string): Promise<RecordingItem | undefined> {
  return (await decode(encodeItem(HEADER), line))[1];
}

Deno.test("decodeItems() reads back what encodeItem() wrote", async () => {
  const items = [HEADER, ...ITEMS];
  assertEquals(await decode(...items.map(encodeItem)), items);
});

Deno.test("encodeItem() writes one line", () => {
  for (const item of [HEADER, ...ITEMS]) {
    assertEquals(encodeItem(item).indexOf("\n"), encodeItem(item).length - 1);
  }
});

Deno.test("encodeItem() writes fields in one order, whatever theirs is", () => {
  for (const item of ITEMS) {
    const reversed = Object.fromEntries(Object.entries(item).reverse()) as RecordingItem;
    assertEquals(encodeItem(reversed), encodeItem(item));
  }
});

Deno.test("decodeItems() reads streams and skips empty lines", async () => {
  const lines = ReadableStream.from([encodeItem(HEADER), "", encodeItem(RUN), ""]);
  assertEquals(await Array.fromAsync(decodeItems(lines)), [HEADER, RUN]);
});

Deno.test("decodeItems() keeps fields that it does not know", async () => {
  const line = JSON.stringify({ ...RUN, note: "of a later version" });
  assertEquals(JSON.stringify(await decodeOne(line)), line);
});

Deno.test("decodeItems() takes a line that was cut off for unreadable", async () => {
  for (const item of ITEMS) {
    const line = encodeItem(item).trimEnd();
    for (let end = 1; end < line.length; end++) {
      assertEquals(await decodeOne(line.slice(0, end)), {
        kind: "unreadable",
        text: line.slice(0, Math.min(end, 200)),
      });
    }
  }
});

Deno.test("decodeItems() takes what is no item for unreadable", async () => {
  const lines = [
    "null",
    "7",
    "[]",
    '"call"',
    "{}",
    '{"kind":"call"}',
    '{"kind":"constructor"}',
    '{"kind":"__proto__"}',
    '{"kind":["lost"],"events":1}',
    '{"kind":"lost","events":-1}',
    '{"kind":"lost","events":1.5}',
    '{"kind":"lost","events":1e999}',
    '{"kind":"lost","events":9007199254740993}',
    '{"kind":"lost","__proto__":{"events":1}}',
    '{"kind":"footer","end":{"kind":"toString"}}',
    '{"kind":"footer","end":{"kind":"interrupted"}}',
    '{"kind":"footer","end":{"kind":"complete"},"totals":{}}',
    '{"kind":"footer","end":{"kind":"complete"},"missed":null}',
    JSON.stringify({ ...CALL, address: "7f0040000000" }),
    JSON.stringify({ ...CALL, address: "0x7f0040000000ffff0" }),
    JSON.stringify({ ...RUN, path: "sideways" }),
    JSON.stringify({ ...RUN, count: 0 }),
    JSON.stringify({ ...RUN, count: 2 ** 31 }),
    JSON.stringify({ ...RUN, refs: 2 ** 31 }),
    JSON.stringify({ ...RUN, order: 64 }),
    JSON.stringify({ ...RUN, pfn: 2 ** 52 }),
    JSON.stringify({ ...CALL, returned: 2 ** 31 }),
    JSON.stringify({ ...LEAF, taken: 1 }),
  ];
  for (const line of lines) {
    assertEquals(await decodeOne(line), { kind: "unreadable", text: line.slice(0, 200) }, line);
  }
});

Deno.test("decodeItems() wants a header of the format that it reads", async () => {
  const { script: _, ...damaged } = HEADER;
  const odd = { ...HEADER, device: { ...HEADER.device, alignBytes: 3 << 20 } };
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "it is empty"],
    [[""], 'its first line is no header but ""'],
    [["no recording"], 'its first line is no header but "no recording"'],
    [["x".repeat(80)], `its first line is no header but "${"x".repeat(60)}"`],
    [[encodeItem(RUN)], 'its first line is no header but "{\\"kind\\":\\"run\\"'],
    [
      ['{"kind":"header","format":"headcount.recording/3"}'],
      'its format is "headcount.recording/3", this version reads "headcount.recording/1" and "headcount.recording/2"',
    ],
    [['{"kind":"header"}'], "its format is undefined"],
    [[JSON.stringify(damaged)], "its header is damaged, a field is missing or of another type"],
    [[JSON.stringify(odd)], "its header is damaged"],
  ];
  for (const [lines, message] of cases) {
    await assertRejects(
      () => decode(...lines),
      FormatError,
      `Cannot read the recording: ${message}`,
    );
  }
});

/** A value for a field that has none of the types of a recording's fields, or a wrong one. */
const WRONG: readonly unknown[] = [null, [], {}, true, "", "text", -1, 0.5, [null]];

/** Places of all fields of a value: `["plan", "roles", "entry"]`. */
function fieldsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [...path, name],
    ...fieldsOf(inner, [...path, name]),
  ]);
}

/** A copy with a field changed, or without it where `change` gives undefined. */
function changed(
  value: unknown,
  [name = "", ...rest]: readonly string[],
  change: (old: unknown) => unknown,
): unknown {
  const entries = Object.entries(value as Record<string, unknown>).flatMap(([key, old]) => {
    if (key !== name) return [[key, old]];
    const now = rest.length > 0 ? changed(old, rest, change) : change(old);
    return now === undefined ? [] : [[key, now]];
  });
  return Object.fromEntries(entries);
}

/** Fields that may be absent. */
const OPTIONAL = new Set([
  ...[
    "header.device",
    "header.device.pfn",
    "header.workload.scope",
    "footer.totals",
    "footer.missed",
    "footer.pins",
    "footer.workloadExit",
  ],
  ...["footer.totals.puts", "footer.totals.putRefs", "call.path", "call.fellBack"],
  ...["call.run", "call.run.refcount", "call.leaf", "call.leaf.taken", "call.parts"],
  ...[
    "call.putsInside",
    "call.unlisted",
    "call.unlisted.single",
    "leaf.taken",
    "run.refcount",
    "put.path",
  ],
]);

function isOptional(kind: string, path: readonly string[]): boolean {
  return OPTIONAL.has([kind, ...path].join("."));
}

function typeName(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

Deno.test("decodeItems() takes what could not be written again for unreadable", async () => {
  const nested = (levels: number, text = ""): string =>
    `{"kind":"lost","events":1,"more":${"[".repeat(levels)}${JSON.stringify(text)}${
      "]".repeat(levels)
    }}`;
  assertEquals((await decodeOne(nested(99)))?.kind, "lost");
  assertEquals((await decodeOne(nested(99, '\\"[{'.repeat(999))))?.kind, "lost");
  assertEquals((await decodeOne(nested(100)))?.kind, "unreadable");
  assertEquals((await decodeOne(nested(100_000)))?.kind, "unreadable");
});

Deno.test("decodeItems() takes an item that lacks any field for unreadable", async () => {
  for (const item of ITEMS) {
    for (const path of fieldsOf(item)) {
      const line = JSON.stringify(changed(item, path, () => undefined));
      const kind = isOptional(item.kind, path) ? item.kind : "unreadable";
      assertEquals((await decodeOne(line))?.kind, kind, line);
    }
  }
});

Deno.test("decodeItems() takes an item with a field of another type for unreadable", async () => {
  for (const item of ITEMS) {
    for (const path of fieldsOf(item)) {
      for (const wrong of WRONG) {
        let same = false;
        const line = JSON.stringify(changed(item, path, (old) => {
          same = typeName(old) === typeName(wrong);
          return wrong;
        }));
        if (same) continue;
        assertEquals((await decodeOne(line))?.kind, "unreadable", line);
      }
    }
  }
});

Deno.test("decodeItems() refuses a header that lacks a field or has one of another type", async () => {
  for (const path of fieldsOf(HEADER)) {
    for (const wrong of [undefined, ...WRONG]) {
      let same = false;
      const line = JSON.stringify(changed(HEADER, path, (old) => {
        same = typeName(old) === typeName(wrong);
        return wrong;
      }));
      if (same || (wrong === undefined && isOptional("header", path))) continue;
      await assertRejects(() => decode(line), FormatError, "Cannot read the recording: ");
    }
  }
});

/** Any value in place of any field of any item. */
const anyChange = fc.tuple(
  fc.constantFrom<RecordingItem>(HEADER, ...ITEMS),
  fc.nat(),
  fc.option(fc.oneof(fc.jsonValue(), fc.integer({ min: -5000, max: 5000 }), fc.double()), {
    nil: undefined,
  }),
).map(([item, n, value]) => {
  const paths = fieldsOf(item);
  return [item, changed(item, paths[n % paths.length] ?? [], () => value)] as const;
});

Deno.test("analyze() has no trouble with whatever decodeItems() lets pass", async () => {
  await fc.assert(
    fc.asyncProperty(anyChange, async ([item, change]) => {
      const line = JSON.stringify(change);
      const isHeader = item.kind === "header";
      const rest = isHeader ? ITEMS.filter(({ kind }) => kind !== "footer") : [];
      const lines = isHeader
        ? [line, ...rest.map(encodeItem)]
        : [encodeItem(HEADER), encodeItem(READY), encodeItem(RUN), line, encodeItem(CALL)];
      try {
        await analyze(decodeItems(lines));
      } catch (error) {
        if (!(isHeader && error instanceof FormatError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeItems() makes something of any text behind a header", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), fc.json()), async (text) => {
      assertEquals((await decodeOne(text || " "))?.kind, "unreadable");
    }),
  );
});

Deno.test("decodeItems() reads every line of the recordings that real kernels gave", async () => {
  for await (const { name } of Deno.readDir(RECORDINGS)) {
    const text = new TextDecoder().decode(await readFixture(name));
    const lines = text.split("\n").slice(0, -1);
    const items = await decode(...lines);
    assertEquals(items.map((item) => JSON.stringify(item)), lines, name);
  }
});

Deno.test("decodeLines() shows the beginning only of a format that is not known", () => {
  const line = JSON.stringify({ kind: "header", format: "x".repeat(100_000) });
  const error = assertThrows(() => decodeLines().decode(line), FormatError, '"xxx');
  assert(error.message.length < 300);
});
