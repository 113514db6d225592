/**
 * The workload `direct-io`, a program of its own that runs on the target:
 *
 *     direct_io.ts MEMORY BYTES ALIGN DISK OPTIONS...
 *
 * It maps memory (see memory.ts), touches each page, and writes pieces of the mapping to the beginning of a
 * disk with O_DIRECT, so that the block layer pins their pages. A device can only be mapped by whole
 * aligns: what is mapped beyond BYTES is not touched. It opens the disk with O_EXCL: one that is mounted
 * or otherwise in use is refused.
 *
 * It only reads from the device; with `-w` each piece is read from the disk instead. What is read is what
 * the piece holds: that is written to the disk before, through the page cache, which pins nothing.
 *
 * It waits for a line on standard input between mapping and moving, and for another before it ends.
 * What it does it prints as lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import {
  diskBytes,
  done,
  failAs,
  flush,
  O_DIRECT,
  O_EXCL,
  O_RDWR,
  O_WRONLY,
  open,
  quit,
  readInto,
  ready,
  tell,
  writeFrom,
} from "./libc.ts";
import { takeMemory } from "./memory.ts";
import { readPieceWords } from "./piece_words.ts";
import { partsOf, type Piece, piecesOf } from "./pieces.ts";

const PAGE_BYTES = 4096;

const [, , , disk = ""] = Deno.args;
const { path, bytes, alignBytes, wish } = readPieceWords("direct-io", Deno.args.toSpliced(3, 1));
const isWrite = wish.kind === "direct-io" && wish.write === true;
const direct = open(disk, (isWrite ? O_RDWR : O_WRONLY) | O_DIRECT | O_EXCL);
const cached = isWrite ? open(disk, O_WRONLY) : direct;
const room = diskBytes(direct);
const mapping = takeMemory({ path, bytes, alignBytes, writable: isWrite });
await ready(mapping, bytes);

let moved = 0;
for (const piece of piecesOf(wish, bytes)) {
  if (wish.pages !== undefined && piece.bytes > room) {
    quit(`"${disk}" holds ${room} bytes: less than the ${piece.bytes} bytes of a piece`, 1);
  }
  // Where no size is asked for, more than the disk holds is moved part by part.
  for (const part of partsOf(piece, room - room % PAGE_BYTES)) {
    moved += isWrite ? read(part) : write(part);
  }
}
await done(moved);

function write(part: Piece): number {
  const result = tell("pwrite", mapping, part, () => writeFrom(direct, mapping, part));
  if (result < 0) failAs(`Cannot write ${part.bytes} bytes of "${path}" to "${disk}"`, result);
  return result;
}

function read(part: Piece): number {
  const written = writeFrom(cached, mapping, part);
  if (written < 0) failAs(`Cannot write ${part.bytes} bytes of "${path}" to "${disk}"`, written);
  if (written < part.bytes) quit(`"${disk}" took ${written} of ${part.bytes} bytes`, 1);
  flush(cached, disk);
  const result = tell("pread", mapping, part, () => readInto(direct, mapping, part));
  if (result < 0) failAs(`Cannot read ${part.bytes} bytes of "${disk}" to "${path}"`, result);
  return result;
}
