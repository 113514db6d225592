/**
 * The workload `process-vm`, a program of its own that runs on the target:
 *
 *     process_vm.ts MEMORY BYTES ALIGN OPTIONS...
 *
 * It maps a devdax device, touches each page, and reads pieces of the mapping with process_vm_readv(),
 * from itself: the kernel goes the way that it would for another process, and pins their pages by the
 * slow path. It only reads from the device.
 *
 * It waits for a line on standard input between mapping and reading, and for another before it ends.
 * What it does it prints as lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import { done, errno, failAs, type Mapping, ready, tell } from "./libc.ts";
import { takeMemory } from "./memory.ts";
import { readPieceWords } from "./piece_words.ts";
import { partsOf, type Piece, piecesOf } from "./pieces.ts";

/** What is read at a time, at most. */
const MOST_BYTES: number = 64 * 1024 ** 2;
const ENOSYS = 38;

const libc = Deno.dlopen("libc.so.6", {
  process_vm_readv: {
    parameters: ["i32", "buffer", "usize", "buffer", "usize", "usize"],
    result: "i64",
  },
});

const { path, bytes, alignBytes, wish } = readPieceWords("process-vm", Deno.args);
const parts = piecesOf(wish, bytes).flatMap((piece) => partsOf(piece, MOST_BYTES));
const copy = new Uint8Array(Math.max(...parts.map(({ bytes }) => bytes)));
const copyStart = Deno.UnsafePointer.value(Deno.UnsafePointer.of(copy));
const mapping = takeMemory({ path, bytes, alignBytes, writable: false });
await ready(mapping, bytes);

let moved = 0;
for (const part of parts) {
  const result = tell("process_vm_readv", mapping, part, () => read(mapping, part));
  if (result < 0) {
    failAs(`Cannot read ${part.bytes} bytes of "${path}" with process_vm_readv()`, result, {
      [ENOSYS]: "the kernel has no CONFIG_CROSS_MEMORY_ATTACH; --workload direct-io needs none",
    });
  }
  moved += result;
}
await done(moved);

/** Reads from this process: bytes that were read, or a negative errno. */
function read({ start }: Mapping, { offset, bytes }: Piece): number {
  const local = new BigUint64Array([copyStart, BigInt(bytes)]);
  const remote = new BigUint64Array([start + BigInt(offset), BigInt(bytes)]);
  const result = Number(libc.symbols.process_vm_readv(Deno.pid, local, 1n, remote, 1n, 0n));
  return result >= 0 ? result : -errno();
}
