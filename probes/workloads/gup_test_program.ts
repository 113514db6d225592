/**
 * The workload `gup-test`, a program of its own that runs on the target:
 *
 *     gup_test_program.ts BENCHMARK MEMORY BYTES ALIGN OPTIONS...
 *
 * It maps memory (see memory.ts), touches each page, and has the kernel's
 * own benchmark take all of it by gup, and put it again: BENCHMARK is
 * /sys/kernel/debug/gup_benchmark (CONFIG_GUP_BENCHMARK, to 5.10) or /sys/kernel/debug/gup_test
 * (CONFIG_GUP_TEST). OPTIONS are those of the kernel's selftest, see gup_test_options.ts. What it writes
 * to the memory is what is there.
 *
 * It waits for a line on standard input between mapping and taking, and for another before it ends.
 * What it does it prints as lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import { parseGupTest } from "./gup_test_options.ts";
import { type GupJob, openGup, runRepeats } from "./gup_test_repeats.ts";
import type { ThreadOrder, ThreadReport } from "./gup_test_thread.ts";
import { done, quit, ready } from "./libc.ts";
import { takeMemory, takePages } from "./memory.ts";

const PAGE_BYTES = 4096;

const [benchmark, path, size, align, ...words] = Deno.args;
if (benchmark === undefined || path === undefined || size === undefined || align === undefined) {
  quit("Usage: gup_test_program.ts BENCHMARK MEMORY BYTES ALIGN OPTIONS...", 64);
}
const { wish } = parseGupTest(words);
const { memory, write, command, repeats, threads } = wish;
const bytes = Number(size);
const open = openGup(benchmark, command);
const alignBytes = Number(align);
const mapping = memory.kind === "device"
  ? takeMemory({ path, bytes, alignBytes, writable: write })
  : takePages({ ...memory, bytes, alignBytes });
const pagesPerCall = wish.pagesPerCall === "all" ? bytes / PAGE_BYTES : wish.pagesPerCall;
const job: GupJob = {
  ...open,
  command,
  repeats,
  address: mapping.start,
  bytes,
  pagesPerCall,
  write,
};
const workers = threads === 1 ? [] : Array.from({ length: threads }, startThread);
await Promise.all(workers.map(reportOf));
await ready(mapping, bytes);
await done(threads === 1 ? runHere() : await runThere());

function runHere(): number {
  try {
    return runRepeats(job, 1);
  } catch (error) {
    return quit(error instanceof Error ? error.message : String(error), 1);
  }
}

/** Has all threads begin, and adds up what they took. */
async function runThere(): Promise<number> {
  const told = new SharedArrayBuffer(4);
  const reports = workers.map(reportOf);
  for (const [i, worker] of workers.entries()) {
    const order: ThreadOrder = { job, thread: i + 1, threads, told };
    worker.postMessage(order);
  }
  let taken = 0;
  for (const report of await Promise.all(reports)) {
    if (report.kind === "taken") taken += report.bytes;
  }
  return taken;
}

/** A thread of its own; calls of deno's thread pool may come from one thread, one after another. */
function startThread(): Worker {
  const worker = new Worker(new URL("gup_test_thread.ts", import.meta.url), { type: "module" });
  worker.onerror = (event) => {
    event.preventDefault();
    quit(event.message, 1);
  };
  return worker;
}

/** What a thread says next; what one cannot do ends the workload. */
function reportOf(worker: Worker): Promise<ThreadReport> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<ThreadReport>) =>
      data.kind === "failed" ? quit(data.why, 1) : resolve(data);
  });
}
