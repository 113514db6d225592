import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PortReader } from "../../probes/frame.ts";

/** What a reader yields, adjoining bytes joined and written as latin1. */
type Part = string | { readonly line: string };

const TOKEN = "5e1f5e1f";

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Reads on until a line says `end`, or the port does. */
async function readOn(reader: PortReader, token: string): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of reader.read(token)) {
    if (part.kind === "line") {
      parts.push({ line: part.text });
      if (part.text === "end") break;
      continue;
    }
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = last + textOf(part.bytes);
    else parts.push(textOf(part.bytes));
  }
  return parts;
}

function readAll(chunks: readonly Uint8Array[], token = TOKEN): Promise<Part[]> {
  return readOn(new PortReader(ReadableStream.from(chunks)), token);
}

// Beginnings of the token, its end, line feeds and bytes that are no text.
const STREAM = `5e1f\xff\x00out\n${TOKEN} pid 412\n\n5e1f5e1 5e5e1f5e1f exit 3\ntail5e1f5e1`;
const PARTS: readonly Part[] = [
  "5e1f\xff\x00out\n",
  { line: "pid 412" },
  "\n5e1f5e1 5e",
  { line: "exit 3" },
];

Deno.test("PortReader tells the agent's lines from the command's bytes", async () => {
  // What could be the token's beginning is held back when the port ends.
  assertEquals(await readAll([bytesOf(STREAM)]), [...PARTS, "tail"]);
});

Deno.test("PortReader does not care where a chunk ends", async () => {
  const bytes = bytesOf(STREAM);
  for (let at = 0; at <= bytes.length; at++) {
    const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
    assertEquals(await readAll(chunks), [...PARTS, "tail"], `cut at ${at}`);
  }
  for (let size = 1; size < bytes.length; size++) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    assertEquals(await readAll(chunks), [...PARTS, "tail"], `chunks of ${size}`);
  }
});

Deno.test("PortReader serves one command after the other", async () => {
  const text = `first\n${TOKEN} end\nsecond\n0ddba110 end\n`;
  for (let size = 1; size <= text.length; size++) {
    const chunks = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    const reader = new PortReader(ReadableStream.from(chunks.map(bytesOf)));
    assertEquals(await readOn(reader, TOKEN), ["first\n", { line: "end" }]);
    assertEquals(await readOn(reader, "0ddba110"), ["second\n", { line: "end" }]);
    assertEquals(await readOn(reader, TOKEN), []);
  }
});

Deno.test("PortReader passes bytes on at once, but for what could be the token", async () => {
  const port = new TransformStream<Uint8Array, Uint8Array>();
  const writer = port.writable.getWriter();
  const parts = new PortReader(port.readable).read(TOKEN);
  const next = async (): Promise<Part | undefined> => {
    const { value } = await parts.next();
    return value === undefined || value.kind === "bytes"
      ? value && textOf(value.bytes)
      : { line: value.text };
  };
  const steps: readonly (readonly [string, Part])[] = [
    ["a", "a"],
    ["bc5e", "bc"],
    ["1f5e1e", "5e1f5e1e"],
    ["x5e1f5e1f", "x"],
    [" exit 0\nyz", { line: "exit 0" }],
  ];
  for (const [written, read] of steps) {
    const write = writer.write(bytesOf(written));
    assertEquals(await next(), read);
    await write;
  }
  assertEquals(await next(), "yz");
  const close = writer.close();
  assertEquals(await next(), undefined);
  await close;
});

Deno.test("PortReader loses no byte of any stream, cut anywhere", async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map(textOf),
      fc.constantFrom("5", "5e1f", "5e1f5e1", "e1f", "\n", " "),
      fc.constantFrom(` pid 7\n`, " exit 1\n", "\n").map((text) => TOKEN + text),
    ),
    { maxLength: 30 },
  );
  const property = fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (texts, n) => {
    const whole = `${texts.join("")}.`;
    const chunks = whole.match(new RegExp(`[^]{1,${n}}`, "g")) ?? [];
    const [cut, uncut] = await Promise.all([
      readAll(chunks.map(bytesOf)),
      readAll([bytesOf(whole)]),
    ]);
    assertEquals(cut, uncut);
    const bytes = cut.filter((part) => typeof part === "string").join("");
    const expected = whole.replaceAll(new RegExp(`${TOKEN}[^\\n]*(\\n|$)`, "g"), "");
    assertEquals(bytes, expected);
  });
  await fc.assert(property, { numRuns: 200 });
});

Deno.test("PortReader drops the rest of a line of the agent's that is too long", async () => {
  const long = "x".repeat(10_000);
  const chunks = [`out${TOKEN} ${long}`, long, "\nmore", `${TOKEN} end\n`];
  const parts = await readAll(chunks.map(bytesOf));
  assertEquals(parts, ["out", { line: long.slice(0, 4095) }, "more", { line: "end" }]);
});
