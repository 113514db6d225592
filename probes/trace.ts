/**
 * From a wish to a recording.
 *
 * @module
 */

import { join } from "node:path";
import type { RecordingItem } from "../recording/codec.ts";
import {
  type DeviceSummary,
  type Header,
  type MemorySummary,
  RECORDING_FORMAT,
  type Scope,
} from "../recording/header.ts";
import { abortable } from "./abortable.ts";
import { RequestError } from "./failure.ts";
import { type MachineFacts, readMachine } from "./known_facts.ts";
import { tellFunctions } from "./known_functions.ts";
import { runUntraced, takeTurns } from "./overhead.ts";
import { LONGEST_LINE } from "./lines.ts";
import { checkMemory, DEVDAX } from "./memory/kinds.ts";
import { openMemory } from "./memory/open.ts";
import { makePlan, type PlanWish } from "./plan.ts";
import { renderScript } from "./script/program.ts";
import { runSession } from "./session.ts";
import { tracerEnvironment } from "./tracer_environment.ts";
import { openTarget, type TargetWish } from "./targets/open.ts";
import type { Target } from "./targets/target.ts";
import { openWorkload } from "./workloads/open.ts";
import { isOwn } from "./workloads/own.ts";
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
  /** The arguments that it was asked for with. */
  readonly arguments?: readonly string[];
  /** Variables of bpftrace's environment, such as `BPFTRACE_PERF_RB_PAGES`; they win over ours. */
  readonly bpftraceEnvironment?: Readonly<Record<string, string>>;
  /** Is given what a command prints, line by line; else only its last lines are kept. */
  readonly onOutput?: (line: string) => void;
  /** Whether calls are counted by the stack that they come from; default no. */
  readonly stacks?: boolean;
  /** Has runs without probes take turns with traced ones, of which the first is the recording. */
  readonly overhead?: OverheadWish;
}

/** How often the workload runs without probes and with. */
export interface OverheadWish {
  /** How often. */
  readonly rounds: number;
}

/** Characters of a page and its sum, at the most, where a map has one for each page. */
const KEY_LENGTH = 40;

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
      `The workload has memory of its own choice: --memory-kind ${kind.kind} contradicts it`,
    );
  }
  const place = placeFor(wish);
  checkFiles(wish);
  if (wish.overhead !== undefined && !tellsTimes(wish.workload)) {
    throw new RequestError(
      "Only headcount's own workloads tell the times that --overhead compares",
    );
  }
  await using target = await openTarget(place);
  wish.onEvent({ kind: "phase", name: "facts" });
  // What a guest's device will be is known: nothing else has to wait for it.
  await using memory = needsMemory(place, target)
    ? await openMemory(target, { ...place, memory: kind })
    : undefined;
  const machine = await abortable(readMachine(target, wish.cache), wish.signal);
  await using workload = await openWorkload(target, memory?.expected, wish.workload, wish.bytes);
  const { command, device } = workload;
  const opened: OpenedTrace = memory === undefined || device !== memory.expected
    ? { device: Promise.resolve(device), ...machine }
    : {
      device: memory.device,
      ...(isOwn(wish.workload) ? {} : { memory: memory.memory }),
      ...machine,
    };
  if (wish.overhead === undefined) {
    // A guest goes with its last session; and what is counted by stack has names at its end only.
    const isLast = target.summary.kind === "guest" && wish.stacks !== true;
    return yield* traceWorkload(target, opened, command, { ...wish, isLast });
  }
  const run = () => traceWorkload(target, opened, command, wish);
  await opened.device;
  const untraced = () => runUntraced(target, command, wish.signal);
  const { rounds } = wish.overhead;
  yield* takeTurns(untraced, run, { untraced: rounds, traced: rounds });
}

/** What a workload is traced on. */
export interface OpenedTrace extends MachineFacts {
  /** Its memory, which may still be in the making; nothing where that may be any. */
  readonly device: Promise<DeviceSummary | undefined>;
  /** What memory that is; absent where the workload chose it. */
  readonly memory?: Promise<MemorySummary>;
}

/** Whether a workload is a program of headcount's, which tells what it does. */
function tellsTimes(workload: WorkloadWish): boolean {
  return !isOwn(workload) && !("binary" in workload);
}

/**
 * Where to trace: what runs already runs on this machine unless another is named, and its memory, like a
 * command's, may be any.
 *
 * @throws {RequestError} for what runs already in a guest that is not booted yet.
 */
function placeFor(wish: TraceWish): TargetWish {
  const { workload, target, kernel } = wish;
  if (!isOwn(workload)) return wish;
  if (workload.kind === "command") return { ...wish, anyMemory: true };
  if (target === "guest" || kernel !== undefined) {
    throw new RequestError(
      "In a guest of headcount's own nothing runs yet that could be observed: what runs already is on this machine or another, and a guest runs a COMMAND",
    );
  }
  const where = target === "auto" ? "local" : target;
  return { ...wish, target: where, anyMemory: true, runsAlready: true };
}

/** What a workload needs of this machine, a guest must be allowed to see. */
function checkFiles({ shares, workload }: TraceWish): void {
  if (shares === undefined) return;
  const program = workload.kind === "command"
    ? workload.words[0]
    : "binary" in workload
    ? workload.binary
    : undefined;
  if (program === undefined) return;
  throw new RequestError(
    `The program "${program}" and --no-host-root contradict each other: it and its libraries are files of this machine, of which the guest sees none; give one of the two`,
  );
}

/** In a guest a device is there for a command too, on this machine only if it is asked for. */
function needsMemory(
  { anyMemory, device }: Pick<TargetWish, "anyMemory" | "device">,
  { summary }: Target,
): boolean {
  return anyMemory !== true || summary.kind === "guest" || device !== undefined;
}

/**
 * Attaches the probes to an open target, runs a workload, and yields the recording.
 *
 * @throws {MachineryError} when something that is needed does not work.
 */
export async function* traceWorkload(
  target: Target,
  { device, memory, facts, processor, vmemmapBase }: OpenedTrace,
  workload: WorkloadCommand,
  wish:
    & Pick<
      TraceWish,
      | "arguments"
      | "bpftraceEnvironment"
      | "bytes"
      | "checkPages"
      | "created"
      | "directory"
      | "headcount"
      | "onEvent"
      | "onOutput"
      | "pageRef"
      | "signal"
      | "stacks"
    >
    & {
      /** Whether nothing else will be done on the target. */
      readonly isLast?: boolean;
    },
): AsyncGenerator<RecordingItem, void, undefined> {
  const { scope } = workload;
  const plan = makePlan(facts, await planWish(target, device, { ...wish, scope }));
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
    ...(wish.arguments === undefined ? {} : { arguments: wish.arguments }),
    kernel: {
      release: facts.release,
      version: facts.version,
      machine: facts.machine,
      pageBytes: facts.pageBytes,
    },
    bpftrace: { version: facts.bpftrace },
    target: { ...target.summary, ...(processor === undefined ? {} : { processor }) },
    ...(device === undefined ? {} : { device }),
    ...(memory === undefined ? {} : { memory }),
    workload: {
      name: workload.name,
      bytes: workload.bytes ?? wish.bytes,
      command: workload.told,
      ...(scope === undefined ? {} : { scope }),
      ...(workload.expected === undefined ? {} : { expected: workload.expected(facts) }),
    },
    plan: plan.summary,
    script: { file: SCRIPT_FILE, sha256: hash },
  }));
  const { pageRef, putsOfDeviceOnly } = plan.summary;
  const pages = wish.bytes / facts.pageBytes;
  wish.onEvent({ kind: "phase", name: "attach" });
  yield* runSession(target, {
    header,
    workload: workload.name,
    scope: scope ?? "buffer",
    ...(workload.pid === undefined ? {} : { pid: workload.pid }),
    ...(workload.reads === undefined ? {} : { reads: workload.reads }),
    ...(scope === undefined || wish.onOutput === undefined ? {} : { onOutput: wish.onOutput }),
    onStart: () => wish.onEvent({ kind: "phase", name: "run" }),
    vmemmapBase,
    needsPages: pageRef === true || putsOfDeviceOnly === true,
    script,
    ...(target.summary.kind === "guest" ? { tracerPrefix: tellFunctions(text) } : {}),
    longestLine: LONGEST_LINE + (pageRef === true ? KEY_LENGTH * pages : 0),
    tracerOptions: plan.dialect.options,
    tracerEnvironment: tracerEnvironment(
      plan,
      { cpus: target.summary.cpus, pages },
      wish.bpftraceEnvironment,
    ),
    command: workload.command,
    environment: workload.environment,
    leavesTracer: wish.isLast === true && plan.dialect.isAskable,
    signal: wish.signal,
  });
}

/**
 * A guest of our own has nobody else's puts, and where all processes are observed all are theirs;
 * elsewhere those of other memory are left out.
 */
async function planWish(
  { summary }: Target,
  device: Promise<DeviceSummary | undefined>,
  { pageRef = true, checkPages = false, stacks = false, scope = "buffer" }:
    & Pick<TraceWish, "checkPages" | "pageRef" | "stacks">
    & { scope?: Scope | undefined },
): Promise<PlanWish> {
  if (summary.kind === "guest") return { putsOf: "all", pageRef, checkPages, stacks, scope };
  const known = await device;
  const isAlone = scope === "machine" || (known !== undefined && known.pfn === undefined);
  return {
    putsOf: isAlone ? "all" : "device",
    pageRef: pageRef && known !== undefined,
    checkPages,
    stacks,
    scope,
  };
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
