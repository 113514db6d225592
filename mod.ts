/**
 * headcount counts, on a running Linux kernel, how often each compound head page is grabbed when
 * user memory is pinned.
 *
 * Left of a recording there are targets, probes and workloads ({@linkcode trace}), right of it pure
 * analysis ({@linkcode analyze}): a recording that was made on a test machine is judged anywhere.
 *
 * @example Judge a recording
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/debian-6.1-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(report.verdict, "per-page");
 * ```
 *
 * @module
 */

import config from "./deno.json" with { type: "json" };

/** Version of headcount. */
export const VERSION: string = config.version;

export {
  type AbsentRole,
  type Accelerator,
  type AttachKind,
  type CallEvent,
  type CallKey,
  decodeItems,
  type DeviceSummary,
  encodeItem,
  type Footer,
  FormatError,
  type GrabPath,
  type GrabRole,
  type Header,
  type HelperErrorEvent,
  type HexAddress,
  type KernelTotals,
  type LeafEvent,
  type Level,
  type LostEvent,
  type PinCounters,
  type PlanFlags,
  type PlanSummary,
  type ProbedRole,
  RECORDING_FORMAT,
  type RecordingEvent,
  type RecordingItem,
  type RefusedEvent,
  type Role,
  type RoleName,
  type RunEvent,
  type SessionEnd,
  type TargetSummary,
  type UnreadableEvent,
  type WorkloadDone,
  type WorkloadEvent,
  type WorkloadReady,
  type WorkloadReport,
  type WorkloadSummary,
  type WorkloadSyscall,
} from "./recording/mod.ts";

export {
  type ArchiveEvent,
  type BootEvent,
  type CachedKernel,
  cacheFolder,
  type DebianKernel,
  DEFAULT_KERNEL,
  type FetchedKernel,
  fetchKernel,
  type FetchOptions,
  type KernelChoice,
  type KernelSource,
  type ListedKernel,
  listKernels,
  type ListOptions,
  MachineryError,
  mebibytes,
  parseBytes,
  type PhaseName,
  Progress,
  type ProgressEvent,
  type ProgressOptions,
  type Release,
  type RemovedKernel,
  removeKernels,
  RequestError,
  SCRIPT_FILE,
  splitLines,
  type TargetWish,
  trace,
  type TraceWish,
} from "./probes/mod.ts";

export {
  analyze,
  type Balance,
  type BalanceCounts,
  type Bucket,
  bucketOf,
  type CallFacts,
  complaints,
  type CounterExample,
  type Evidence,
  EXIT_CODES,
  type HeadGrabs,
  type HelperFailure,
  type Histogram,
  histogram,
  judge,
  type Judgement,
  type Law,
  type LeafLevel,
  type Ledger,
  type RecordingLine,
  renderJson,
  renderText,
  type Report,
  REPORT_FORMAT,
  type ReportHistograms,
  type ReportRole,
  type ReportTotals,
  type SetAside,
  type TextOptions,
  type VerdictKind,
  type Weighted,
} from "./analysis/mod.ts";
