/** Tracing the workloads of tests, through everything but the command line. */

import { analyze, cacheFolder, type Report } from "headcount";
import { readKernelFacts } from "../../probes/kernel.ts";
import { openDevice, openTarget, type TargetWish } from "../../probes/targets/open.ts";
import { traceWorkload } from "../../probes/trace.ts";
import { openDisk } from "../../probes/workloads/direct_io_command.ts";
import type { RecordingItem } from "../../recording/codec.ts";
import { ROOT } from "./cli.ts";

/** What a traced workload left. */
export interface Traced {
  readonly items: readonly RecordingItem[];
  readonly report: Report;
}

/** Runs a mode of pinning.ts on 2 MiB of a guest's device. */
export async function tracePinning(
  mode: string,
  folder: string,
  options: Partial<TargetWish> = {},
): Promise<Traced> {
  const wish: TargetWish = {
    target: "guest",
    append: "",
    memoryBytes: 2 ** 31,
    cpus: 2,
    alignBytes: 2 ** 21,
    bytes: 2 ** 21,
    cache: cacheFolder(),
    log: `${folder}/kernel.log`,
    signal: new AbortController().signal,
    onEvent: () => {},
    ...options,
  };
  await using target = await openTarget(wish);
  const [device, facts] = await Promise.all([openDevice(target, wish), readKernelFacts(target)]);
  await using _disk = await openDisk(target, wish.bytes);
  const words = [mode, device.path, String(wish.bytes), String(device.alignBytes), "/dev/ram0"];
  const command = [
    ...[target.deno, "run", "--no-config", "--no-lock", "--no-prompt", "--no-remote"],
    ...["--allow-ffi", "--allow-run=sleep", target.provide(`${ROOT}tests/support/pinning.ts`)],
    ...words,
  ];
  // deno does not start programs with this in the environment, unless all are permitted.
  const workload = {
    name: mode,
    command: ["env", "-u", "LD_LIBRARY_PATH", ...command],
    told: ["pinning.ts", ...words],
    environment: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  };
  const items = await Array.fromAsync(traceWorkload(target, { device, facts }, workload, {
    bytes: wish.bytes,
    created: "2026-11-25T00:00:00Z",
    directory: folder,
    headcount: "0.2.0",
    onEvent: () => {},
    signal: wish.signal,
  }));
  return { items, report: await analyze(from(items)) };
}

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}
