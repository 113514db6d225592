import { assertEquals } from "@std/assert";
import { splitLines } from "../../probes/lines.ts";

async function linesOf(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk
  );
  return await Array.fromAsync(splitLines(ReadableStream.from(bytes)));
}

Deno.test("splitLines() splits at line feeds alone", async () => {
  assertEquals(await linesOf("a\nb\n"), ["a", "b"]);
  assertEquals(await linesOf("a\r\n\rb\n"), ["a\r", "\rb"]);
  assertEquals(await linesOf("\n\na\n\n"), ["", "", "a", ""]);
});

Deno.test("splitLines() counts a last line that was cut off", async () => {
  assertEquals(await linesOf("a\nb"), ["a", "b"]);
  assertEquals(await linesOf("a"), ["a"]);
  assertEquals(await linesOf(), []);
  assertEquals(await linesOf(""), []);
});

Deno.test("splitLines() does not care where chunks begin", async () => {
  const bytes = new TextEncoder().encode("eins\nzwölf\n\n三\n🐧\nlast");
  const expected = ["eins", "zwölf", "", "三", "🐧", "last"];
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    assertEquals(await linesOf(...chunks), expected, `chunks of ${size} bytes`);
  }
});

Deno.test("splitLines() puts U+FFFD for invalid UTF-8", async () => {
  assertEquals(await linesOf(new Uint8Array([0x61, 0xff, 0x0a, 0x62, 0x0a])), ["a\ufffd", "b"]);
  assertEquals(await linesOf(new Uint8Array([0x61, 0xe4, 0xb8])), ["a\ufffd"]);
});

Deno.test("splitLines() cuts a line at 1 MiB, however it comes", async () => {
  const mib = "x".repeat(2 ** 20);
  const cases: readonly (readonly string[])[] = [
    [`${mib}yz\nnext`],
    [mib, "yz", "\nnext"],
    [`${mib}y`, "z\nnext"],
    ["", mib.slice(1), "xyz\nnext"],
  ];
  for (const chunks of cases) assertEquals(await linesOf(...chunks), [mib, "next"]);
  assertEquals(await linesOf(mib, "y"), [mib]);
  const bytes = new TextEncoder().encode(mib);
  assertEquals(await linesOf(bytes, new Uint8Array([0xe4])), [mib]);
});

Deno.test("splitLines() lets go of the stream when nobody wants the rest", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("line\n")),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const line of splitLines(stream)) {
    assertEquals(line, "line");
    break;
  }
  assertEquals(cancelled, true);
});

Deno.test("splitLines() takes a byte order mark off the beginning, and off no chunk after it", async () => {
  const mark = new Uint8Array([0xef, 0xbb, 0xbf]);
  assertEquals(await linesOf(mark, "a\n", mark, "b\n"), ["a", "\ufeffb"]);
  assertEquals(await linesOf(mark.subarray(0, 1), mark.subarray(1), "a"), ["a"]);
  assertEquals(await linesOf("a", mark, "b"), ["a\ufeffb"]);
});

Deno.test("splitLines() keeps as much of a line as is asked for", async () => {
  const text = "x".repeat(3 << 20);
  const split = async (longest?: number) => {
    const stream = ReadableStream.from([new TextEncoder().encode(`${text}\nend`)]);
    return (await Array.fromAsync(splitLines(stream, longest))).map(({ length }) => length);
  };
  assertEquals([await split(), await split(2 << 20), await split(4 << 20)], [
    [1 << 20, 3],
    [2 << 20, 3],
    [3 << 20, 3],
  ]);
});
