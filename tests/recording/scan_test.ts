import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { analyze, decodeItems, renderJson, type Report, splitLines } from "headcount";
import { startAnalysis } from "../../analysis/analysis.ts";
import { encodeItem, FormatError, type RecordingItem } from "../../recording/codec.ts";
import { CallLine } from "../../recording/call_line.ts";
import { createScanner } from "../../recording/scan.ts";
import {
  absent,
  at,
  BUFFER,
  CALL,
  footerFor,
  HEAD,
  HEADER,
  inLine,
  LEAF,
  probed,
  PUT,
  READY,
  RUN,
  WHOLE_CALL,
  withRoles,
  WROTE,
} from "../analysis/support.ts";
import { generateRecording } from "../bench/recording.ts";
import { readFixture, RECORDINGS } from "../support/fixture.ts";

/** The report by way of the scanner, which is given pieces of so many bytes. */
function scanned(bytes: Uint8Array, piece = 1 << 18): Report {
  const analysis = startAnalysis();
  const scanner = createScanner(analysis);
  for (let from = 0; from < bytes.length;) {
    const space = scanner.space();
    const part = bytes.subarray(from, from + Math.min(piece, space.length));
    space.set(part);
    scanner.filled(part.length);
    from += part.length;
  }
  scanner.end();
  return analysis.report();
}

/** The report by way of lines of text. */
async function decoded(bytes: Uint8Array): Promise<Report> {
  return await analyze(decodeItems(splitLines(ReadableStream.from([bytes]))));
}

async function assertSame(bytes: Uint8Array, piece?: number): Promise<void> {
  let expected: string;
  try {
    expected = renderJson(await decoded(bytes));
  } catch (error) {
    assertThrows(() => scanned(bytes, piece), String((error as Error).message));
    return;
  }
  assertStrictEquals(renderJson(scanned(bytes, piece)), expected);
}

/** What the scanner gives for a line: numbers, an item, or both where the numbers were refused. */
function read(line: string, takes = false): readonly unknown[] {
  const given: unknown[] = [];
  const scanner = createScanner({
    add: (item) => given.push(item),
    addCall: (call) => {
      if (takes) given.push(call.event());
      return takes;
    },
    addPut: ({ tid, pin, pfn, order, count, refs, step }) => {
      given.push({ tid, pin, pfn, order, count, refs, step });
    },
  });
  const { written } = new TextEncoder().encodeInto(encodeItem(HEADER) + line, scanner.space());
  scanner.filled(written);
  scanner.end();
  return given.slice(1);
}

Deno.test("createScanner() leads to the same reports as decodeItems() for real recordings", async () => {
  for await (const { name } of Deno.readDir(RECORDINGS)) {
    const bytes = await readFixture(name);
    await assertSame(bytes);
    // As format 2 writes them, where they end in the middle of pieces.
    const items = await Array.fromAsync(decodeItems(splitLines(ReadableStream.from([bytes]))));
    await assertSame(new TextEncoder().encode(items.map(encodeItem).join("")), 977);
  }
});

Deno.test("createScanner() leads to the same reports for generated recordings", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const text = [...generateRecording(3000, seed)].join("");
    const report = scanned(new TextEncoder().encode(text));
    assertEquals([report.verdict, report.ledger.clean, report.totals.calls > 1000], [
      "once",
      true,
      true,
    ]);
    await assertSame(new TextEncoder().encode(text), 4000 + seed);
  }
});

Deno.test("generateRecording() writes lines as encodeItem() does", async () => {
  const lines = [...generateRecording(2000)].join("").split("\n").slice(0, -1);
  const items = await Array.fromAsync(decodeItems(lines));
  assertEquals(items.filter(({ kind }) => kind === "unreadable"), []);
  assertEquals(items.map(encodeItem), lines.map((line) => `${line}\n`));
});

/** Lines that the scanner knows, in all their shapes. */
const KNOWN: readonly RecordingItem[] = [
  WHOLE_CALL,
  { ...WHOLE_CALL, parts: 3 },
  { ...CALL, returned: -14, fellBack: true, parts: 0 },
  { ...CALL, ...inLine({ ...RUN, refcount: -5 }, undefined), fellBack: false, parts: 0 },
  { ...CALL, ...inLine({ ...RUN, path: "slow", role: "grabSlow", step: 0 }, undefined), parts: 1 },
  ...(["pte", "pmd", "pud"] as const).map((level): RecordingItem => {
    const { pfn: _, taken: _1, ...leaf } = LEAF;
    return { ...CALL, ...inLine(RUN, { ...leaf, level }), at: 9007199254740991, parts: 0 };
  }),
  RUN,
  { ...RUN, role: "grabOne", refs: 1, count: 512, step: 1, refcount: 9 },
  LEAF,
  { kind: "leaf", tid: 412, call: 1, level: "pte", address: at(3), pages: 512, taken: false },
  { kind: "leaf", tid: 412, call: 1, level: "pmd", address: at(3), pages: 512 },
];

Deno.test("createScanner() makes events of the lines that it knows", () => {
  for (const item of KNOWN) {
    assertEquals(read(encodeItem(item)), [item]);
    if (item.kind === "call") assertEquals(read(encodeItem(item), true), [item]);
  }
});

Deno.test("createScanner() makes numbers of puts outside of calls", () => {
  const { pin, pfn, order, count, refs, step } = PUT;
  const numbers = { tid: 412, pin, pfn, order, count, refs, step };
  assertEquals(read(encodeItem(PUT)), [numbers]);
  assertEquals(read(encodeItem({ ...PUT, role: "unpin", pin: false })), [{
    ...numbers,
    pin: false,
  }]);
  const inside = { ...PUT, call: 1, path: "fast" } as const;
  assertEquals(read(encodeItem(inside)), [inside]);
});

Deno.test("createScanner() does not mistake a line for one like the line before", () => {
  const lines = [
    WHOLE_CALL,
    { ...CALL, parts: 0, returned: -14 },
    { ...WHOLE_CALL, call: 2, returned: 256 },
    { ...CALL, ...inLine(RUN, undefined), call: 3, parts: 2 },
    { ...WHOLE_CALL, call: 4, parts: 0 },
    { ...WHOLE_CALL, call: 4, parts: 1 },
  ] as const;
  for (const first of lines) {
    for (const second of lines) {
      assertEquals(read(encodeItem(first) + encodeItem(second)), [first, second]);
    }
  }
});

/** More kinds of calls than are known at a time, each of them like some other in all but one thing. */
const KINDS = [256, 512].flatMap((pages) => {
  const runs = [
    { ...RUN, refs: pages, step: pages },
    { ...RUN, role: "grabOne", count: pages, refs: 1, step: 1 },
  ] as const;
  const { kind, tid, call, address } = LEAF;
  const leaf = { kind, tid, call, address, pages, taken: true } as const;
  const leaves = [
    { ...LEAF, pages },
    { ...leaf, level: "pmd" },
    { ...leaf, level: "pud" },
    { ...leaf, level: "pud", taken: false },
    undefined,
  ] as const;
  return runs.flatMap((run) =>
    leaves.map((leaf) => ({
      ...WHOLE_CALL,
      ...inLine(run, leaf),
      asked: pages,
      returned: pages,
    }))
  );
});

Deno.test("many kinds of calls are told apart, in any turn", async () => {
  const header = withRoles({ pmdLeaf: probed("gup_huge_pmd"), pudLeaf: probed("gup_huge_pud") });
  const turns = fc.array(fc.nat(KINDS.length - 1), { maxLength: 60, size: "max" });
  await fc.assert(fc.asyncProperty(turns, async (turn) => {
    const calls = turn.map((kind, i) => ({
      ...CALL,
      ...KINDS[kind],
      call: i + 1,
      at: 1000 + (i * 7919) % 60,
      parts: 0,
    }));
    assertEquals(read(calls.map(encodeItem).join(""), true), calls);
    const items = [header, READY, ...calls, footerFor(calls)];
    await assertSame(new TextEncoder().encode(items.map(encodeItem).join("")));
  }));
});

Deno.test("createScanner() does not mistake a thread for one whose number begins like it", () => {
  const threads = [41, 412, 4, 412, 4123].map((tid) => ({ ...WHOLE_CALL, tid }));
  assertEquals(read(threads.map(encodeItem).join("")), threads);
  const puts = [41, 412, 4, 412, 4123].map((tid) => encodeItem({ ...PUT, tid }));
  assertEquals(
    read(puts.join("")).map((put) => (put as { tid: number }).tid),
    [41, 412, 4, 412, 4123],
  );
});

Deno.test("createScanner() gives a line that comes again as often, whatever is between", () => {
  const syscall = {
    kind: "workload",
    report: { step: "syscall", name: "pwrite", address: at(0), bytes: 4096, result: 4096 },
  } as const;
  const other = { ...syscall, report: { ...syscall.report, result: -5 } } as const;
  const items = [syscall, syscall, RUN, syscall, other, syscall, WHOLE_CALL, syscall] as const;
  assertEquals(read(items.map(encodeItem).join("")), items);
  // Neither are lines without a meaning, or those that are the beginning of the one before.
  const lines = ["", "{}", "{}", "", "{}{}", "{}", "x".repeat(300), "x".repeat(300)];
  assertEquals(
    read(lines.map((line) => `${line}\n`).join("")),
    lines.filter((line) => line !== "").map((line) => ({
      kind: "unreadable",
      text: line.slice(0, 200),
    })),
  );
  // A header that comes again is not known from the first line, which is read in another way.
  assertEquals(read(encodeItem(HEADER).repeat(2)), [HEADER, HEADER]);
});

Deno.test("startAnalysis() does not mistake a call for one like a call that it did not take", async () => {
  const small = {
    ...WHOLE_CALL,
    ...inLine({ ...RUN, refs: 256, step: 256 }, { ...LEAF, pages: 256 }),
  };
  const overdrawn = { ...WHOLE_CALL, ...inLine({ ...RUN, pfn: HEAD + 1 }, LEAF) };
  const first = { ...small, asked: 256, returned: 256 };
  for (const between of [{ ...WHOLE_CALL, call: 1 }, { ...overdrawn, call: 2 }]) {
    const calls = [first, between, { ...WHOLE_CALL, call: 3 }, { ...WHOLE_CALL, call: 4 }];
    const items = [HEADER, READY, ...calls, footerFor(calls)];
    await assertSame(new TextEncoder().encode(items.map(encodeItem).join("")));
  }
  // The one between is odd in its middle: what was read of it before that must not be relied on.
  const looked = { ...first, lookups: 256 };
  const lines = [HEADER, READY, first, { ...looked, call: 2 }, { ...looked, call: 3 }].map(
    encodeItem,
  );
  const text = lines.map((line) =>
    line.includes('"call":2,') ? line.replace('"head":', '"head": ') : line
  );
  await assertSame(new TextEncoder().encode(text.join("")));
});

Deno.test("startAnalysis() finds the leaves of calls of one kind wherever these are", async () => {
  const run = { ...RUN, refs: 256, step: 256 };
  const { kind, tid, call, address } = LEAF;
  const table = { kind, tid, call, address, level: "pte", pages: 512, taken: true } as const;
  const mapping = withRoles({ hugeLeaf: absent() });
  const functions = withRoles({ hugeLeaf: absent(), pteLeaf: probed("gup_pte_range") });
  for (const [header, leaf] of [[mapping, undefined], [functions, table]] as const) {
    const calls = [0, 384, 100, 0].map((page, i) => ({
      ...CALL,
      ...inLine(run, leaf),
      call: i + 1,
      address: at(page),
      asked: 256,
      returned: 256,
      parts: 0,
    }));
    const items = [header, READY, ...calls, footerFor(calls)];
    await assertSame(new TextEncoder().encode(items.map(encodeItem).join("")));
  }
});

Deno.test("startAnalysis() takes calls of which it is not known whether they are of one kind", () => {
  const { path, role, pfn, head, order, count } = RUN;
  const analysis = startAnalysis();
  analysis.add(HEADER);
  analysis.add(READY);
  const taken = [512, 256, 100].map((pages, i) =>
    analysis.addCall(Object.assign(new CallLine(), {
      ...{ path, role, pfn, head, order, count },
      tid: 412,
      call: i + 1,
      address: BUFFER,
      asked: 512,
      returned: pages,
      refs: pages,
      step: pages,
      leaf: "device",
      leafAddress: BUFFER,
      leafPfn: HEAD,
      leafPages: pages,
      leafTaken: true,
      parts: i === 2 ? 1 : 0,
    }))
  );
  assertEquals(taken, [true, true, false]);
  const { totals, ledger } = analysis.report();
  assertEquals([totals.calls, totals.pages, totals.refsPerGrab], [2, 768, [[256, 1], [512, 1]]]);
  assertEquals(ledger.laws.find(({ name }) => name === "pages")?.stream, 768);
});

Deno.test("startAnalysis() names the first counter-example among calls that are alike", async () => {
  const ones = { ...RUN, role: "grabOne", count: 512, refs: 1, step: 1 } as const;
  const calls = [3, 1, 2].map((call) => ({
    ...WHOLE_CALL,
    ...inLine(ones, LEAF),
    call,
    at: call * 1000,
    address: at(512 * call),
  }));
  const bytes = new TextEncoder().encode([HEADER, READY, ...calls].map(encodeItem).join(""));
  await assertSame(bytes);
  assertEquals(scanned(bytes).counterExample?.call, 1);
});

Deno.test("createScanner() leaves what is written in any other way to decodeItems()", async () => {
  const line = encodeItem(WHOLE_CALL);
  const odd = [
    line.replace('"call":1', '"call":01'),
    line.replace('"call":1', '"call": 1'),
    line.replace('"call":1', '"call":1.5'),
    line.replace('"call":1', '"call":9007199254740993'),
    line.replace('"order":9', '"order":64'),
    line.replace('"count":1', '"count":0'),
    line.replace('"refs":512', '"refs":2147483648'),
    line.replace("0x7f0040000000", "0x07f0040000000"),
    line.replace("0x7f0040000000", "0xffffffffffffffff"),
    line.replace("0x7f0040000000", "0x7F0040000000"),
    line.replace("fast", "fasT"),
    line.replace('"parts":0', '"parts":0,"putsInside":3'),
    line.replace('"parts":0', '"parts":-0'),
    line.replace("{", " {"),
    line.replace("\n", "\r\n"),
  ];
  for (const one of odd) {
    // A sink that takes all calls: the event that numbers stand for would not be what is expected.
    const expected = await Array.fromAsync(decodeItems([encodeItem(HEADER), one.slice(0, -1)]));
    assertEquals(read(one, true), expected.slice(1), one);
  }
});

/** A recording of format 2 in which one byte or a few are others, missing or twice. */
const SAMPLE = [
  encodeItem({ ...withRoles({ put: probed("gup_put_folio") }), format: "headcount.recording/2" }),
  ...[READY, ...KNOWN, PUT, { ...PUT, role: "unpin" } as const, ...WROTE].map(encodeItem),
  encodeItem({ ...WHOLE_CALL, call: 7, lookups: 512, realLookups: 3 }),
  encodeItem({ ...WHOLE_CALL, tid: 9, call: 3, address: at(512), returned: 511 }),
  encodeItem(footerFor([])),
].join("");

Deno.test("createScanner() means the same as decodeItems(), whatever the bytes", async () => {
  const bytes = new TextEncoder().encode(SAMPLE);
  const header = bytes.indexOf(10) + 1;
  const change = fc.record({
    place: fc.integer({ min: 0, max: bytes.length - 1 }),
    length: fc.nat(3),
    by: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom(...'0123456789abcdef"{}:,-.eE \n\\').map((text) =>
        new TextEncoder().encode(text)
      ),
    ),
    piece: fc.integer({ min: 50, max: 5000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      let now = bytes;
      for (const { place, length, by } of changes) {
        const from = Math.min(Math.max(place, header), now.length);
        now = Uint8Array.from([...now.subarray(0, from), ...by, ...now.subarray(from + length)]);
      }
      await assertSame(now, changes[0]?.piece);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("createScanner() cuts lines where splitLines() does", async () => {
  const header = encodeItem(HEADER);
  const long = `{"kind":"unreadable","text":"${"ä".repeat(1 << 20)}"}\n`;
  const huge = `${"x".repeat(6 << 20)}\n`;
  for (const line of [long, huge]) {
    const bytes = new TextEncoder().encode(header + line + encodeItem(RUN) + encodeItem(CALL));
    await assertSame(bytes);
    assertEquals(scanned(bytes).ledger.unreadable, 1);
    assertEquals(scanned(bytes).totals.calls, 1);
  }
});

Deno.test("createScanner() wants a header first, as decodeItems() does", () => {
  const cases = ["", encodeItem(WHOLE_CALL), "no recording"];
  for (const text of cases) {
    assertThrows(() => scanned(new TextEncoder().encode(text)), FormatError);
  }
});
