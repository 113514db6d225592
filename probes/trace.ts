/**
 * From a wish to a recording.
 *
 * @module
 */

import { join } from "node:path";
import type { RecordingItem } from "../recording/codec.ts";
import type { WorkloadRound } from "../recording/event.ts";
import {
  type DeviceSummary,
  type Header,
  type MemorySummary,
  RECORDING_FORMAT,
} from "../recording/header.ts";
import { abortable } from "./abortable.ts";
import { RequestError } from "./failure.ts";
import type { KernelFacts } from "./kernel.ts";
import { readFactsOnce } from "./known_facts.ts";
import { runUntraced, takeTurns } from "./overhead.ts";
import { checkMemory, DEVDAX } from "./memory/kinds.ts";
import { openMemory } from "./memory/open.ts";
import { makePlan, type PlanWish } from "./plan.ts";
import { renderScript } from "./script/program.ts";
import { runSession } from "./session.ts";
import { tracerEnvironment } from "./tracer_environment.ts";
import { openTarget, type TargetWish } from "./targets/open.ts";
import type { Target } from "./targets/target.ts";
import { openWorkload } from "./workloads/open.ts";
import type { WorkloadCommand } from "./workloads/program.ts";
import { choosesMemory, type WorkloadWish } from "./workloads/workload.ts";

/** What to trace. */
export interface TraceWish extends TargetWish {
  /** What pins the memory. */
  readonly workload: WorkloadWish;
  /** Version of headcount. */
  readonly headcount: string;
  /** Folder of the recording; the program is kept there. */
  readonly directory: string;
  /** When it began, ISO 8601. */
  readonly created: string;
  /** Variables of bpftrace's environment, such as `BPFTRACE_PERF_RB_PAGES`; they win over ours. */
  readonly bpftraceEnvironment?: Readonly<Record<string, string>>;
  /** Has runs without probes take turns with traced ones, of which the first is the recording. */
  readonly overhead?: OverheadWish;
}

/** How often the workload runs without probes and with, and who is told. */
export interface OverheadWish {
  /** How often. */
  readonly rounds: number;
  /** Is told what the workload said in each round. */
  readonly onRound: (round: WorkloadRound) => void;
}

/** Name of the program beside a recording. */
export const SCRIPT_FILE = "headcount.bt";

/**
 * Opens the target, attaches the probes, runs the workload, and yields the recording as it comes to
 * be. Whatever was opened is closed when the generator ends, however it ends.
 *
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when something that is needed does not work.
 */
export async function* trace(wish: TraceWish): AsyncGenerator<RecordingItem, void, undefined> {
  const { memory: kind = DEVDAX } = wish;
  checkMemory(kind, wish);
  if (kind.kind !== "devdax" && choosesMemory(wish.workload)) {
    throw new RequestError(
      `The workload's options choose its memory: --memory-kind ${kind.kind} contradicts them`,
    );
  }
  await using target = await openTarget(wish);
  wish.onEvent({ kind: "phase", name: "facts" });
  // What a guest's device will be is known: nothing else has to wait for it.
  await using memory = await openMemory(target, { ...wish, memory: kind });
  const facts = await abortable(readFactsOnce(target, wish.cache), wish.signal);
  await using workload = await openWorkload(target, memory.expected, wish.workload, wish.bytes);
  const { command, device } = workload;
  const opened = device === memory.expected
    ? { ...memory, facts }
    : { device: Promise.resolve(device), facts };
  const run = () => traceWorkload(target, opened, command, wish);
  if (wish.overhead === undefined) return yield* run();
  const { rounds, onRound } = wish.overhead;
  await opened.device;
  yield* takeTurns(() => runUntraced(target, command, wish.signal), run, rounds, onRound);
}

/** What a workload is traced on. */
export interface OpenedTrace {
  /** Its memory, which may still be in the making. */
  readonly device: Promise<DeviceSummary>;
  /** What memory that is; absent where the workload chose it. */
  readonly memory?: Promise<MemorySummary>;
  readonly facts: KernelFacts;
}

/**
 * Attaches the probes to an open target, runs a workload, and yields the recording.
 *
 * @throws {MachineryError} when something that is needed does not work.
 */
export async function* traceWorkload(
  target: Target,
  { device, memory, facts }: OpenedTrace,
  workload: WorkloadCommand,
  wish: Pick<
    TraceWish,
    | "bpftraceEnvironment"
    | "bytes"
    | "created"
    | "directory"
    | "headcount"
    | "onEvent"
    | "pageRef"
    | "signal"
  >,
): AsyncGenerator<RecordingItem, void, undefined> {
  const plan = makePlan(facts, await planWish(target, device, wish));
  const text = renderScript(plan, {
    release: facts.release,
    headcount: wish.headcount,
    bpftrace: facts.bpftrace,
  });
  const script = join(wish.directory, SCRIPT_FILE);
  await Deno.writeTextFile(script, text);
  const hash = await sha256(text);
  const header = Promise.all([device, memory]).then(([device, memory]): Header => ({
    kind: "header",
    format: RECORDING_FORMAT,
    headcount: wish.headcount,
    created: wish.created,
    kernel: {
      release: facts.release,
      version: facts.version,
      machine: facts.machine,
      pageBytes: facts.pageBytes,
    },
    bpftrace: { version: facts.bpftrace },
    target: target.summary,
    device,
    ...(memory === undefined ? {} : { memory }),
    workload: { name: workload.name, bytes: wish.bytes, command: workload.told },
    plan: plan.summary,
    script: { file: SCRIPT_FILE, sha256: hash },
  }));
  const { pageRef, putsOfDeviceOnly } = plan.summary;
  wish.onEvent({ kind: "phase", name: "attach" });
  yield* runSession(target, {
    header,
    workload: workload.name,
    needsPages: pageRef === true || putsOfDeviceOnly === true,
    script,
    tracerOptions: plan.dialect.options,
    tracerEnvironment: tracerEnvironment(
      plan,
      { cpus: target.summary.cpus, pages: wish.bytes / facts.pageBytes },
      wish.bpftraceEnvironment,
    ),
    command: workload.command,
    environment: workload.environment,
    signal: wish.signal,
  });
}

/** A guest of our own has nobody else's puts; elsewhere those of other memory are left out. */
async function planWish(
  { summary }: Target,
  device: Promise<DeviceSummary>,
  { pageRef = true }: Pick<TraceWish, "pageRef">,
): Promise<PlanWish> {
  const isAlone = summary.kind === "guest" || (await device).pfn === undefined;
  return { putsOf: isAlone ? "all" : "device", pageRef };
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
