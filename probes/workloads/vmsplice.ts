/**
 * The workload `vmsplice`, a program of its own that runs on the target:
 *
 *     vmsplice.ts MEMORY BYTES ALIGN OPTIONS...
 *
 * It maps a devdax device, touches each page, and splices pieces of the mapping into a pipe, which gets
 * their pages (FOLL_GET). Each call takes what the pipe holds, 16 pages; what is in it is spliced to
 * /dev/null before the next. It only reads from the device.
 *
 * It waits for a line on standard input between mapping and splicing, and for another before it ends.
 * What it does it prints as lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import { done, errno, fail, failAs, type Mapping, O_WRONLY, open, ready, tell } from "./libc.ts";
import { takeMemory } from "./memory.ts";
import { readPieceWords } from "./piece_words.ts";
import { partsOf, type Piece, piecesOf } from "./pieces.ts";

const PAGE_BYTES = 4096;
/** PIPE_DEF_BUFFERS of include/linux/pipe_fs_i.h: pages that a pipe holds. */
const PIPE_PAGES = 16;

const libc = Deno.dlopen("libc.so.6", {
  pipe: { parameters: ["buffer"], result: "i32" },
  vmsplice: { parameters: ["i32", "buffer", "usize", "u32"], result: "i64" },
  splice: {
    parameters: ["i32", "pointer", "i32", "pointer", "usize", "u32"],
    result: "i64",
  },
});

const { path, bytes, alignBytes, wish } = readPieceWords("vmsplice", Deno.args);
const ends = new Int32Array(2);
if (libc.symbols.pipe(ends) !== 0) fail("Cannot make a pipe");
const [from = -1, to = -1] = ends;
const nowhere = open("/dev/null", O_WRONLY);
const mapping = takeMemory({ path, bytes, alignBytes, writable: false });
await ready(mapping, bytes);

let moved = 0;
for (const piece of piecesOf(wish, bytes)) {
  for (const part of partsOf(piece, PIPE_PAGES * PAGE_BYTES)) {
    const result = tell("vmsplice", mapping, part, () => splice(mapping, part));
    if (result < 0) failAs(`Cannot splice ${part.bytes} bytes of "${path}" into a pipe`, result);
    drain(result);
    moved += result;
  }
}
await done(moved);

/** Splices into the pipe: bytes that are in it, or a negative errno. */
function splice({ start }: Mapping, { offset, bytes }: Piece): number {
  const vector = new BigUint64Array([start + BigInt(offset), BigInt(bytes)]);
  const result = Number(libc.symbols.vmsplice(to, vector, 1n, 0));
  return result >= 0 ? result : -errno();
}

/** Empties the pipe, which puts the pages. */
function drain(bytes: number): void {
  for (let left = bytes; left > 0;) {
    const result = Number(libc.symbols.splice(from, null, nowhere, null, BigInt(left), 0));
    if (result <= 0) fail("Cannot empty the pipe");
    left -= result;
  }
}
