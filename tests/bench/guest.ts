/**
 * A guest to measure in: one workload, run with a program of bpftrace or without.
 *
 * @module
 */

import { join } from "node:path";
import { cacheFolder, type DeviceSummary, type RecordingItem, VERSION } from "headcount";
import { type MachineFacts, readMachine } from "../../probes/known_facts.ts";
import { splitLines } from "../../probes/lines.ts";
import { openDevice } from "../../probes/memory/open.ts";
import { runUntraced } from "../../probes/overhead.ts";
import { openTarget, type TargetWish } from "../../probes/targets/open.ts";
import { readText, type Target } from "../../probes/targets/target.ts";
import { traceWorkload } from "../../probes/trace.ts";
import { type OpenWorkload, openWorkload } from "../../probes/workloads/open.ts";
import { readWorkloadLine } from "../../probes/workloads/report.ts";
import { parseWorkload } from "../../probes/workloads/workload.ts";
import type { WorkloadReport } from "../../recording/event.ts";

/** A guest with its workload. */
export interface BenchGuest extends AsyncDisposable {
  readonly target: Target;
  readonly device: DeviceSummary;
  readonly machine: MachineFacts;
  readonly workload: OpenWorkload;
  readonly wish: TargetWish;
}

/** What a run of a program by hand left. */
export interface HandRun {
  readonly reports: readonly WorkloadReport[];
  /** Lines that its printf calls came to. */
  readonly lines: number;
  /** Events that its buffer dropped. */
  readonly lost: number;
}

/** Boots a guest for a workload. */
export async function openBenchGuest(
  folder: string,
  workload: string,
  bytes: number,
  options: Partial<TargetWish>,
): Promise<BenchGuest> {
  const wish: TargetWish = {
    target: "guest",
    append: "",
    memoryBytes: 2 ** 31,
    cpus: 2,
    alignBytes: 2 ** 21,
    bytes,
    cache: cacheFolder(),
    log: join(folder, "kernel.log"),
    signal: new AbortController().signal,
    onEvent: () => {},
    pageRef: false,
    ...options,
  };
  const target = await openTarget(wish);
  try {
    const [device, machine] = await Promise.all([
      openDevice(target, wish),
      readMachine(target, wish.cache),
    ]);
    const opened = await openWorkload(target, device, parseWorkload(workload).wish, bytes);
    return {
      ...{ target, device, machine, workload: opened, wish },
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]();
        await target[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the workload without probes. */
export async function withoutProbes(
  { target, workload, wish }: BenchGuest,
): Promise<readonly WorkloadReport[]> {
  return await runUntraced(target, workload.command, wish.signal);
}

/** Traces the workload with headcount. */
export async function withHeadcount(
  { target, device, machine, workload, wish }: BenchGuest,
  folder: string,
): Promise<readonly RecordingItem[]> {
  return await Array.fromAsync(
    traceWorkload(target, { device: Promise.resolve(device), ...machine }, workload.command, {
      ...wish,
      created: new Date().toISOString(),
      directory: folder,
      headcount: VERSION,
    }),
  );
}

/** Runs the workload under a program by hand, whose output goes to a file of the guest. */
export async function withProgram(
  { target, workload, machine }: BenchGuest,
  folder: string,
  text: string,
): Promise<HandRun> {
  // A name of its own: the guest may keep what it once read of a file.
  const path = await Deno.makeTempFile({ dir: folder, suffix: ".bt" });
  await Deno.writeTextFile(path, text);
  const process = target.exec(workload.command.command, {
    env: workload.command.environment,
  });
  const ignored = new Response(process.stderr).text();
  const pid = await process.pid;
  // The shell that bpftrace starts, when all is attached, speaks to us beside the file.
  const tracer = target.exec([
    ...["sh", "-c", 'exec 3>&1; exec "$@" >/tmp/by-hand', "sh", ...target.bpftrace],
    ...["-f", "json", "-c", "/bin/sh", target.provide(path), String(pid)],
  ], {
    env: machine.facts.symbols["btf_module_notify"] === undefined
      ? { BPFTRACE_BTF: "/sys/kernel/btf/vmlinux" }
      : {},
  });
  const complaints = new Response(tracer.stderr).text();
  await tracer.write("echo attached >&3\n");
  const attached = splitLines(tracer.stdout)[Symbol.asyncIterator]();
  const first = await attached.next();
  if (first.done) throw new Error(`bpftrace failed: ${await complaints}`);
  const reports: WorkloadReport[] = [];
  for await (const line of splitLines(process.stdout)) {
    const report = readWorkloadLine(line);
    if (report === undefined) continue;
    reports.push(report);
    if (report.step === "ready") await process.write("go\n");
    if (report.step === "done") await process.write("end\n");
  }
  await process.exit;
  await tracer.write("exit\n");
  while (!(await attached.next()).done);
  await Promise.all([tracer.exit, complaints, ignored]);
  const count =
    `grep -c '"printf"' /tmp/by-hand; sed -n 's/.*"lost_events".*"events": \\([0-9]*\\).*/\\1/p' /tmp/by-hand`;
  const [lines = "0", ...lost] = (await readText(target, ["sh", "-c", count], "Counting lines"))
    .trim().split("\n");
  return { reports, lines: Number(lines), lost: lost.reduce((sum, it) => sum + Number(it), 0) };
}
