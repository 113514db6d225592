/**
 * From the command to the verdict, against the way by hand: the same bzImage through the firmware, the
 * same modules, bpftrace from the shared file system, the same program, one step after another.
 *
 * @module
 */

import { join } from "node:path";
import { cacheFolder, splitLines, startAnalysis, trace, VERSION } from "headcount";
import { createNamespace, readDevice } from "../../probes/device.ts";
import { bootGuest } from "../../probes/guest/guest.ts";
import { UNPACKED_FOLDER, unpackedName } from "../../probes/guest/kernel_image.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { readAddress } from "../../probes/kernel.ts";
import { VMEMMAP_BASE } from "../../probes/page.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import { openDisk } from "../../probes/workloads/disk.ts";
import { pieceCommand } from "../../probes/workloads/piece_command.ts";
import { ROOT, temporaryFolder } from "../support/cli.ts";
import type { BenchOptions, BenchResult } from "./result.ts";

const BYTES = 2 ** 21;

/** Measures both ways, in turns. */
export async function benchVerdict(options: BenchOptions): Promise<BenchResult> {
  const rounds = Number(options["rounds"] ?? 3);
  await using folder = await temporaryFolder();
  const script = join(folder.path, "warm", "headcount.bt");
  await headcount(join(folder.path, "warm"));
  const cache = await cacheByHand(folder.path);
  await byHand(cache, script, folder.path);
  const ours: Split[] = [];
  const theirs: Split[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await headcount(join(folder.path, String(round))));
    theirs.push(await byHand(cache, script, folder.path));
  }
  const names = [...new Set([...ours, ...theirs].flatMap((split) => [...split.keys()]))];
  const rows = names.map((name) => [name, seconds(ours, name), seconds(theirs, name)]);
  const ratio = medianOf(ours, "all") / medianOf(theirs, "all");
  return {
    title:
      `Seconds from the command to the verdict, Debian 6.1, ${rounds} rounds, median (min..max)`,
    columns: ["", "headcount", "by hand"],
    rows,
    measured: {
      headcount: ours.map((split) => Object.fromEntries(split)),
      byHand: theirs.map((split) => Object.fromEntries(split)),
    },
    targets: [{ name: "headcount / by hand", limit: 0.6, value: ratio }],
    skipped: [],
  };
}

/** Seconds of each step, and of all. */
type Split = Map<string, number>;

/** `deno task trace` for all of it, and the same once more in this process for its steps. */
async function headcount(out: string): Promise<Split> {
  const began = performance.now();
  const { code, stderr } = await new Deno.Command("deno", {
    args: ["task", "-q", "trace", "--target", "guest", "--out", out],
    cwd: ROOT,
  }).output();
  if (code !== 1) throw new Error(`trace exited with ${code}: ${new TextDecoder().decode(stderr)}`);
  const all = (performance.now() - began) / 1000;
  const split = await stepsOfTrace(`${out}-steps`);
  return split.set("all", all);
}

async function stepsOfTrace(directory: string): Promise<Split> {
  await Deno.mkdir(directory);
  const { split, step } = stopwatch();
  const items = trace({
    ...{ target: "guest", append: "", memoryBytes: 2 ** 31, cpus: 2, bytes: BYTES },
    cache: cacheFolder(),
    log: join(directory, "kernel.log"),
    signal: new AbortController().signal,
    onEvent: (event) => {
      if (event.kind !== "phase") return;
      if (event.name === "facts") step("boot");
      if (event.name === "attach") step("namespace");
    },
    workload: { kind: "direct-io" },
    ...{ directory, created: new Date().toISOString(), headcount: VERSION },
  });
  const analysis = startAnalysis();
  for await (const item of items) {
    if (item.kind === "call" && !split.has("attach")) step("attach");
    analysis.add(item);
  }
  step("workload and end");
  analysis.report();
  step("analysis");
  return split;
}

/** Times one step after another. */
function stopwatch(): { readonly split: Split; step(name: string): void } {
  const split: Split = new Map();
  let last = performance.now();
  return {
    split,
    step(name) {
      const now = performance.now();
      split.set(name, (now - last) / 1000);
      last = now;
    },
  };
}

/** A cache in which no kernel is unpacked, so that its guests boot as a bzImage does. */
async function cacheByHand(folder: string): Promise<string> {
  const cache = join(folder, "cache");
  const { image } = await findKernel(cacheFolder(), undefined, undefined);
  await Deno.mkdir(join(cache, UNPACKED_FOLDER), { recursive: true });
  await Deno.writeFile(join(cache, UNPACKED_FOLDER, await unpackedName(image)), new Uint8Array());
  return cache;
}

async function byHand(cache: string, script: string, folder: string): Promise<Split> {
  const began = performance.now();
  const { split, step } = stopwatch();
  await using guest = await bootGuest({
    kernel: await findKernel(cacheFolder(), undefined, undefined),
    append: "",
    memoryBytes: 2 ** 31,
    cpus: 2,
    regionBytes: regionBytes(BYTES, 2 ** 21),
    diskBytes: BYTES,
    cache,
    log: join(folder, "by-hand.log"),
    signal: new AbortController().signal,
    onEvent: () => {},
  });
  step("boot");
  await createNamespace(guest, { mode: "devdax", alignBytes: 2 ** 21, map: "dev" });
  const device = await readDevice(guest, undefined);
  step("namespace");
  await using _disk = await openDisk(guest, BYTES);
  const { command, environment } = pieceCommand(guest, { kind: "direct-io" }, device, BYTES);
  const workload = guest.exec(command, { env: environment });
  const complaints = new Response(workload.stderr).text();
  const lines = splitLines(workload.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const tracer = guest.exec([
    // Not the local image's: the shared file system's, with its libraries.
    ...["/usr/bin/bpftrace", "-f", "json", "-k", "-c", "/bin/sh", guest.provide(script)],
    ...[await workload.pid, 0, 0, await readAddress(guest, VMEMMAP_BASE)].map(String),
  ]);
  const errors = new Response(tracer.stderr).text();
  await tracer.write("echo attached\n");
  const printed = splitLines(tracer.stdout)[Symbol.asyncIterator]();
  for (let line = await printed.next(); line.value !== "attached"; line = await printed.next()) {
    if (line.done) throw new Error(`bpftrace failed: ${await errors}`);
  }
  step("attach");
  await workload.write("go\n");
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    if (line.value.includes('"done"')) await workload.write("end\n");
  }
  await workload.exit;
  await tracer.write("exit\n");
  while (!(await printed.next()).done);
  await Promise.all([tracer.exit, complaints, errors]);
  step("workload and end");
  split.set("all", (performance.now() - began) / 1000);
  return split;
}

function seconds(splits: readonly Split[], name: string): string {
  const values = splits.flatMap((split) => split.get(name) ?? []);
  if (values.length === 0) return "";
  const median = medianOf(splits, name).toFixed(1);
  return `${median} (${Math.min(...values).toFixed(1)}..${Math.max(...values).toFixed(1)})`;
}

function medianOf(splits: readonly Split[], name: string): number {
  const values = splits.flatMap((split) => split.get(name) ?? []).sort((a, b) => a - b);
  return values[values.length >> 1] ?? NaN;
}
