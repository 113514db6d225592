/**
 * A line without an end through what splits lines, in pieces: how much memory that takes.
 *
 *     deno run tests/support/endless_line.ts READER BYTES
 *
 * @module
 */

import { PortReader } from "../../probes/frame.ts";
import { splitLines } from "../../probes/lines.ts";
import { encodeItem } from "../../recording/codec.ts";
import { createScanner } from "../../recording/scan.ts";
import { HEADER } from "../analysis/support.ts";

/** What can be given such a line. */
export const LINE_READERS = ["splitLines", "createScanner", "PortReader"] as const;

/** What it took. */
export interface EndlessLine {
  readonly reader: typeof LINE_READERS[number];
  readonly bytes: number;
  /** Bytes, or characters, of the line that were passed on. */
  readonly kept: number;
  readonly seconds: number;
  /** By how much the memory of the process grew, at its peak. */
  readonly grownMebibytes: number;
}

/** Has a process of its own read such a line. */
export async function readEndlessLine(
  reader: EndlessLine["reader"],
  bytes: number,
): Promise<EndlessLine> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", new URL(import.meta.url).pathname, reader, String(bytes)],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const PIECE = new Uint8Array(1 << 16).fill(0x78);
const TOKEN = "5e1f5e1f";

const before = Deno.memoryUsage().rss;
let peak = before;

/** The pieces of a line, after what comes before it. */
async function* pieces(head: string, bytes: number): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(head);
  for (let sent = 0; sent < bytes; sent += PIECE.length) {
    // Who reads may keep what it is given.
    yield PIECE.slice();
    if (sent % (1 << 23) === 0) peak = Math.max(peak, Deno.memoryUsage().rss);
  }
}

async function read(reader: string, bytes: number): Promise<number> {
  let kept = 0;
  if (reader === "splitLines") {
    for await (const line of splitLines(ReadableStream.from(pieces("", bytes)))) {
      kept += line.length;
    }
  } else if (reader === "PortReader") {
    const port = new PortReader(ReadableStream.from(pieces(TOKEN, bytes)));
    for await (const part of port.read(TOKEN)) {
      kept += part.kind === "line" ? part.text.length : part.bytes.length;
    }
  } else {
    const scanner = createScanner({
      add: (item) => kept += item.kind === "unreadable" ? item.text.length : 0,
      addCall: () => false,
    });
    for await (const piece of pieces(encodeItem(HEADER), bytes)) {
      scanner.space().set(piece);
      scanner.filled(piece.length);
    }
    scanner.end();
  }
  return kept;
}

if (import.meta.main) {
  const [reader = "", bytes = "0"] = Deno.args;
  const began = performance.now();
  const kept = await read(reader, Number(bytes));
  peak = Math.max(peak, Deno.memoryUsage().rss);
  const seconds = (performance.now() - began) / 1000;
  const grownMebibytes = (peak - before) / 2 ** 20;
  console.log(JSON.stringify({ reader, bytes: Number(bytes), kept, seconds, grownMebibytes }));
}
