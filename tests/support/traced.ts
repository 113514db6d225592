/** Tracing the workloads of tests, through everything but the command line. */

import {
  analyze,
  cacheFolder,
  type DeviceSummary,
  MachineryError,
  parseWorkload,
  type Report,
  VERSION,
  workloadBytes,
} from "headcount";
import { type MachineFacts, readMachine } from "../../probes/known_facts.ts";
import { openDevice } from "../../probes/memory/open.ts";
import { openTarget, type TargetWish } from "../../probes/targets/open.ts";
import { collect, type Target } from "../../probes/targets/target.ts";
import { traceWorkload } from "../../probes/trace.ts";
import { openDisk } from "../../probes/workloads/disk.ts";
import { openWorkload } from "../../probes/workloads/open.ts";
import type { WorkloadCommand } from "../../probes/workloads/program.ts";
import type { RecordingItem } from "../../recording/codec.ts";
import { ROOT } from "./cli.ts";
import { guestDeadline } from "./guest.ts";

/** What a traced workload left. */
export interface Traced {
  readonly items: readonly RecordingItem[];
  readonly report: Report;
}

/** Changes a session while it runs. */
export interface Meddler {
  /** Before the probes are attached. */
  readonly before?: (target: Target) => Promise<void>;
  /** After each item. */
  readonly after?: (target: Target, item: RecordingItem) => Promise<void>;
}

/** Runs a mode of pinning.ts on 2 MiB of a guest's device. */
export async function tracePinning(
  mode: string,
  folder: string,
  options: Partial<TargetWish> = {},
): Promise<Traced> {
  const wish = wishFor(folder, 2 ** 21, options);
  await using target = await openTarget(wish);
  const [device, machine] = await Promise.all([
    openDevice(target, wish),
    readMachine(target, wish.cache),
  ]);
  await using _disk = await openDisk(target, wish.bytes);
  const words = [mode, device.path, String(wish.bytes), String(device.alignBytes), "/dev/ram0"];
  const support = target.provide(`${ROOT}tests/support`);
  const command = [
    ...[target.deno, "run", "--no-config", "--no-lock", "--no-prompt", "--no-remote"],
    ...["--allow-ffi", "--allow-run=sleep", `--allow-read=${support}`, `${support}/pinning.ts`],
    ...words,
  ];
  // deno does not start programs with this in the environment, unless all are permitted.
  const workload = {
    name: mode,
    command: ["env", "-u", "LD_LIBRARY_PATH", ...command],
    told: ["pinning.ts", ...words],
    environment: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  };
  return await traced(target, { device: Promise.resolve(device), ...machine }, workload, wish, {});
}

/** Runs a workload, such as `gup-test -m 4`, on a guest's device, and lets somebody meddle with it. */
export async function traceMeddled(
  text: string,
  folder: string,
  options: Partial<TargetWish>,
  meddler: Meddler,
): Promise<Traced> {
  const parsed = parseWorkload(text);
  const wish = wishFor(folder, workloadBytes(parsed), options);
  await using target = await openTarget(wish);
  const [device, machine] = await Promise.all([
    openDevice(target, wish),
    readMachine(target, wish.cache),
  ]);
  await meddler.before?.(target);
  await using workload = await openWorkload(target, device, parsed.wish, wish.bytes);
  return await traced(
    target,
    { device: Promise.resolve(workload.device), ...machine },
    workload.command,
    wish,
    meddler,
  );
}

/** What a workload left that failed, or that a test expects to. */
export interface Failed extends Traced {
  readonly failure: MachineryError | undefined;
}

/** Runs commands as workloads, one after another in one guest. */
export async function traceEach(
  folder: string,
  commands: readonly WorkloadCommand[],
  meddler: Meddler = {},
): Promise<readonly Failed[]> {
  const wish = wishFor(folder, 2 ** 21, {});
  await using target = await openTarget(wish);
  const [device, machine] = await Promise.all([
    openDevice(target, wish),
    readMachine(target, wish.cache),
  ]);
  const opened = { device: Promise.resolve(device), ...machine };
  const left: Failed[] = [];
  for (const command of commands) left.push(await record(target, opened, command, wish, meddler));
  return left;
}

/** Pins private copies of a file's pages, taken from wherever a page is free: few adjoin. */
export async function scattered(folder: string, kernel: string): Promise<Traced> {
  return await traceMeddled("gup-test -m 8 -n 512 -a -T -f /tmp/pages", folder, { kernel }, {
    before: async (target) => {
      await collect(target.exec(["truncate", "-s", "8M", "/tmp/pages"]));
    },
  });
}

function wishFor(folder: string, bytes: number, options: Partial<TargetWish>): TargetWish {
  return {
    target: "guest",
    append: "",
    memoryBytes: 2 ** 31,
    cpus: 2,
    alignBytes: 2 ** 21,
    bytes,
    cache: cacheFolder(),
    log: `${folder}/kernel.log`,
    signal: guestDeadline(),
    onEvent: () => {},
    ...options,
  };
}

async function traced(
  target: Target,
  opened: Opened,
  workload: WorkloadCommand,
  wish: TargetWish,
  meddler: Meddler,
): Promise<Traced> {
  const { failure, ...left } = await record(target, opened, workload, wish, meddler);
  if (failure !== undefined && meddler.after === undefined) throw failure;
  return left;
}

/** What was found on a target before a session. */
interface Opened extends MachineFacts {
  readonly device: Promise<DeviceSummary | undefined>;
}

async function record(
  target: Target,
  opened: Opened,
  workload: WorkloadCommand,
  wish: TargetWish,
  { after }: Meddler,
): Promise<Failed> {
  const items: RecordingItem[] = [];
  let failure: MachineryError | undefined;
  try {
    const session = traceWorkload(target, opened, workload, {
      bytes: wish.bytes,
      checkPages: wish.checkPages ?? false,
      created: "2026-11-25T00:00:00Z",
      directory: wish.log.replace(/\/[^/]*$/, ""),
      headcount: VERSION,
      onEvent: () => {},
      signal: wish.signal,
    });
    for await (const item of session) {
      items.push(item);
      await after?.(target, item);
    }
  } catch (error) {
    if (!(error instanceof MachineryError)) throw error;
    failure = error;
  }
  return { items, failure, report: await analyze(from(items)) };
}

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}
