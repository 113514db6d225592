/**
 * The workload `direct-io`, a program of its own that runs on the target:
 *
 *     direct_io.ts MEMORY BYTES ALIGN DISK
 *
 * It maps memory (see memory.ts), touches each page, and writes the mapping to a disk with O_DIRECT,
 * so that the block layer pins the mapping's pages. A device can only be mapped by whole aligns: what
 * is mapped beyond BYTES is not touched. It only reads from a device, and opens the disk
 * with O_EXCL: one that is mounted or otherwise in use is refused.
 *
 * It waits for a line on standard input between mapping and writing, and for another before it ends.
 * What it does it prints as lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import {
  addressAt,
  diskBytes,
  done,
  fail,
  O_DIRECT,
  O_EXCL,
  O_WRONLY,
  open,
  quit,
  ready,
  say,
  writeFrom,
} from "./libc.ts";
import { takeMemory } from "./memory.ts";

const [memory, size, align, disk] = Deno.args;
if (memory === undefined || size === undefined || align === undefined || disk === undefined) {
  quit("Usage: direct_io.ts MEMORY BYTES ALIGN DISK", 64);
}
const bytes = Number(size);
const diskFd = open(disk, O_WRONLY | O_DIRECT | O_EXCL);
const mapping = takeMemory({ path: memory, bytes, alignBytes: Number(align), writable: false });
await ready(mapping, bytes);

// A disk smaller than the mapping is written over and over from its beginning.
const chunk = Math.min(bytes, diskBytes(diskFd));
let moved = 0;
for (let offset = 0; offset < bytes; offset += chunk) {
  const wanted = Math.min(chunk, bytes - offset);
  const began = performance.now();
  const result = writeFrom(diskFd, mapping, offset, wanted);
  const ns = Math.round((performance.now() - began) * 1e6);
  say({
    step: "syscall",
    name: "pwrite",
    address: addressAt(mapping, offset),
    bytes: wanted,
    result,
    ns,
  });
  if (result < 0) fail(`Cannot write ${wanted} bytes of "${memory}" to "${disk}"`);
  moved += result;
}
await done(moved);
