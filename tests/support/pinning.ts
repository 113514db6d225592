/**
 * Workloads of tests, run on the target as those of probes/workloads are:
 *
 *     pinning.ts MODE DEVICE BYTES ALIGN [DISK]
 *
 * - `untouched`: writes the mapping to a disk with O_DIRECT, without having touched it before, so that
 *   gup-fast finds nothing in the page tables.
 * - `register`: registers the mapping as a buffer of io_uring, which pins it with FOLL_LONGTERM, and
 *   ends.
 * - `hold`: the same, and hands the ring to a process that outlives it.
 * - `race`: writes it so a hundred times, while another thread takes its pages out of the page tables.
 * - `again`: writes the mapping to a disk with O_DIRECT, again and again until it is killed.
 *
 * @module
 */

import {
  addressAt,
  done,
  errno,
  fail,
  mapDevice,
  O_DIRECT,
  O_WRONLY,
  open,
  quit,
  ready,
  say,
  touch,
  writeFrom,
} from "../../probes/workloads/libc.ts";
import type { DiscardOrder } from "./discarding.ts";

// arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/linux/io_uring.h.
const IO_URING_SETUP = 425n;
const IO_URING_REGISTER = 427n;
const IORING_REGISTER_BUFFERS = 0;
const F_SETFD = 2;

const libc = Deno.dlopen("libc.so.6", {
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  io_uring_setup: { name: "syscall", parameters: ["i64", "u32", "buffer"], result: "i32" },
  io_uring_register: {
    name: "syscall",
    parameters: ["i64", "i32", "u32", "buffer", "u32"],
    result: "i64",
  },
});

const [mode, device = "", size, align, disk = ""] = Deno.args;
const bytes = Number(size);
const isWrite = mode === "untouched" || mode === "again" || mode === "race";
const mapping = mapDevice({ path: device, bytes, alignBytes: Number(align), writable: !isWrite });
const address = addressAt(mapping, 0);

if (mode === "untouched") {
  const fd = open(disk, O_WRONLY | O_DIRECT);
  await ready(mapping, bytes);
  const result = writeFrom(fd, mapping, 0, bytes);
  say({ step: "syscall", name: "pwrite", address, bytes, result });
} else if (mode === "register" || mode === "hold") {
  touch(mapping, bytes);
  await ready(mapping, bytes);
  const ring = libc.symbols.io_uring_setup(IO_URING_SETUP, 8, new Uint8Array(120));
  if (ring < 0) fail("Cannot make a ring");
  const vector = new BigUint64Array([mapping.start, BigInt(bytes)]);
  const buffers = new Uint8Array(vector.buffer);
  const result = Number(
    libc.symbols.io_uring_register(IO_URING_REGISTER, ring, IORING_REGISTER_BUFFERS, buffers, 1),
  );
  say({
    step: "syscall",
    name: "io_uring_register",
    address,
    bytes,
    result: result < 0 ? -errno() : result,
  });
  if (mode === "hold") {
    libc.symbols.fcntl(ring, F_SETFD, 0);
    new Deno.Command("sleep", { args: ["60"], stdin: "null", stdout: "null", stderr: "null" })
      .spawn().unref();
  }
} else if (mode === "race") {
  const fd = open(disk, O_WRONLY | O_DIRECT);
  touch(mapping, bytes);
  await ready(mapping, bytes);
  const ended = new SharedArrayBuffer(4);
  const discarding = new Worker(new URL("discarding.ts", import.meta.url), { type: "module" });
  const begins = new Promise((resolve) => discarding.onmessage = resolve);
  const order: DiscardOrder = { start: mapping.start, bytes, ended };
  discarding.postMessage(order);
  await begins;
  for (let turn = 0; turn < 100; turn++) {
    touch(mapping, bytes);
    const result = writeFrom(fd, mapping, 0, bytes);
    say({ step: "syscall", name: "pwrite", address, bytes, result });
  }
  Atomics.store(new Int32Array(ended), 0, 1);
} else if (mode === "again") {
  const fd = open(disk, O_WRONLY | O_DIRECT);
  touch(mapping, bytes);
  await ready(mapping, bytes);
  for (;;) {
    writeFrom(fd, mapping, 0, bytes);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
} else quit(`No such mode: ${mode}`, 64);
await done(bytes);
