/**
 * Workloads of tests, run on the target as those of probes/workloads are:
 *
 *     pinning.ts MODE DEVICE BYTES ALIGN [DISK]
 *
 * - `untouched`: writes the mapping to a disk with O_DIRECT, without having touched it before, so that
 *   gup-fast finds nothing in the page tables.
 * - `leave`: registers the mapping as a buffer of io_uring, and ends: a worker of the kernel's puts what
 *   the ring still holds.
 * - `hold`: the same, and hands the ring to a process that outlives it.
 * - `race`: writes it so a hundred times, while another thread takes its pages out of the page tables.
 * - `again`: writes the mapping to a disk with O_DIRECT, again and again until it is killed.
 * - `fill`, `same`: no workloads; one gives each sector of the mapping a number of its own, the other
 *   ends with an error where one has another.
 *
 * @module
 */

import {
  done,
  mapDevice,
  O_DIRECT,
  O_WRONLY,
  open,
  quit,
  ready,
  tell,
  touch,
  writeFrom,
} from "../../probes/workloads/libc.ts";
import { takeMemory } from "../../probes/workloads/memory.ts";
import type { DiscardOrder } from "./discarding.ts";
import { openRing, registerBuffer } from "../../probes/workloads/ring.ts";

const F_SETFD = 2;

const libc = Deno.dlopen("libc.so.6", {
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
});

const [mode, path = "", size, align, disk = ""] = Deno.args;
const bytes = Number(size);
const alignBytes = Number(align);
const all = { offset: 0, bytes };

if (mode === "untouched") {
  const fd = open(disk, O_WRONLY | O_DIRECT);
  const mapping = mapDevice({ path, bytes, alignBytes, writable: false });
  await ready(mapping, bytes);
  tell("pwrite", mapping, all, () => writeFrom(fd, mapping, all));
} else if (mode === "leave" || mode === "hold") {
  const mapping = takeMemory({ path, bytes, alignBytes, writable: true });
  await ready(mapping, bytes);
  const ring = openRing();
  tell("io_uring_register", mapping, all, () => registerBuffer(ring, mapping, all));
  if (mode === "hold") {
    libc.symbols.fcntl(ring, F_SETFD, 0);
    // A guest kills what a command leaves in its process group.
    const [stdin, stdout, stderr] = ["null", "null", "null"] as const;
    new Deno.Command("sleep", { args: ["60"], detached: true, stdin, stdout, stderr })
      .spawn().unref();
  }
} else if (mode === "fill" || mode === "same") {
  const { pointer } = mapDevice({ path, bytes, alignBytes, writable: true });
  const view = new DataView(Deno.UnsafePointerView.getArrayBuffer(pointer, bytes));
  for (let at = 0; at < bytes; at += 512) {
    if (mode === "fill") view.setUint32(at, at, true);
    else if (view.getUint32(at, true) !== at) quit(`The sector at ${at} is another`, 1);
  }
  Deno.exit(0);
} else if (mode === "race") {
  const fd = open(disk, O_WRONLY | O_DIRECT);
  const mapping = takeMemory({ path, bytes, alignBytes, writable: false });
  await ready(mapping, bytes);
  const ended = new SharedArrayBuffer(4);
  const discarding = new Worker(new URL("discarding.ts", import.meta.url), { type: "module" });
  const begins = new Promise((resolve) => discarding.onmessage = resolve);
  const order: DiscardOrder = { start: mapping.start, bytes, ended };
  discarding.postMessage(order);
  await begins;
  for (let turn = 0; turn < 100; turn++) {
    touch(mapping, bytes);
    tell("pwrite", mapping, all, () => writeFrom(fd, mapping, all));
  }
  Atomics.store(new Int32Array(ended), 0, 1);
} else if (mode === "again") {
  const fd = open(disk, O_WRONLY | O_DIRECT);
  const mapping = takeMemory({ path, bytes, alignBytes, writable: false });
  await ready(mapping, bytes);
  for (;;) {
    writeFrom(fd, mapping, all);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
} else quit(`No such mode: ${mode}`, 64);
await done(bytes);
