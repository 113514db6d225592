/**
 * The workload `io-uring`, a program of its own that runs on the target:
 *
 *     io_uring.ts MEMORY BYTES ALIGN OPTIONS...
 *
 * It maps a devdax device, touches each page, and registers pieces of the mapping as buffers of io_uring,
 * one after another: the kernel pins their pages for long (FOLL_LONGTERM), to be written to. Each is
 * unregistered again. What it writes to the memory is what is there.
 *
 * It waits for a line on standard input between mapping and registering, and for another before it ends.
 * What it does it prints as lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import { done, failAs, ready, tell } from "./libc.ts";
import { takeMemory } from "./memory.ts";
import { readPieceWords } from "./piece_words.ts";
import { partsOf, piecesOf } from "./pieces.ts";
import { openRing, REFUSALS, registerBuffer, unregisterBuffers } from "./ring.ts";

/** What a buffer can have, io_uring/rsrc.c. */
const MOST_BYTES: number = 1024 ** 3;

const { path, bytes, alignBytes, wish } = readPieceWords("io-uring", Deno.args);
const ring = openRing();
const mapping = takeMemory({ path, bytes, alignBytes, writable: true });
await ready(mapping, bytes);

let taken = 0;
for (const piece of piecesOf(wish, bytes)) {
  for (const part of partsOf(piece, MOST_BYTES)) {
    const result = tell(
      "io_uring_register",
      mapping,
      part,
      () => registerBuffer(ring, mapping, part),
    );
    const attempt = `${part.bytes} bytes of "${path}" as a buffer of io_uring`;
    if (result < 0) failAs(`Cannot register ${attempt}`, result, REFUSALS);
    taken += result;
    const undone = unregisterBuffers(ring);
    if (undone < 0) failAs(`Cannot unregister ${attempt}`, undone);
  }
}
await done(taken);
