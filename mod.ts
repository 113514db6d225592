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
  type CallLeaf,
  type CallRun,
  type CoreRoleName,
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
  type LaterRoleName,
  type LeafEvent,
  type Level,
  type LostEvent,
  type PinCounters,
  type PlanFlags,
  type PlanSummary,
  type ProbedRole,
  type PutEvent,
  type PutRole,
  READABLE_FORMATS,
  RECORDING_FORMAT,
  type RecordingEvent,
  type RecordingItem,
  type RefcountEvent,
  type RefusedEvent,
  type Rejection,
  type Role,
  type RoleName,
  type RunEvent,
  type SessionEnd,
  type TargetSummary,
  type UndoEvent,
  type UnlistedGrabs,
  type UnreadableEvent,
  type WorkloadDone,
  type WorkloadEvent,
  type WorkloadReady,
  type WorkloadRepeat,
  type WorkloadReport,
  type WorkloadSummary,
  type WorkloadSyscall,
} from "./recording/mod.ts";

export {
  type ArchiveEvent,
  type BootEvent,
  type BtfFunction,
  type BtfReturn,
  type CachedKernel,
  cacheFolder,
  type DebianKernel,
  DEFAULT_KERNEL,
  type FetchedKernel,
  fetchKernel,
  type FetchOptions,
  type KernelChoice,
  type KernelFacts,
  type KernelSource,
  type ListedKernel,
  listKernels,
  type ListOptions,
  MachineryError,
  mebibytes,
  parseBytes,
  type PhaseName,
  planFor,
  type PlanForWish,
  type PlanPreview,
  Progress,
  type ProgressEvent,
  type ProgressOptions,
  type Release,
  type RemovedKernel,
  removeKernels,
  RequestError,
  SCRIPT_FILE,
  splitLines,
  type SymbolCounts,
  type SymbolFacts,
  type TargetWish,
  trace,
  type TraceWish,
  type TypeAnswers,
} from "./probes/mod.ts";

export {
  analyze,
  type Balance,
  type BalanceCounts,
  type Bucket,
  bucketOf,
  type CallFacts,
  type Column,
  complaints,
  type CounterExample,
  type Evidence,
  EXIT_CODES,
  type FailedRow,
  type GetBalance,
  type HeadGrabs,
  type HeldReferences,
  type HelperFailure,
  type Histogram,
  histogram,
  judge,
  type Judgement,
  type Law,
  type LeafLevel,
  type Ledger,
  type MatrixRow,
  matrixRow,
  type PinBalance,
  type PlanView,
  type PutSide,
  type RecordingLine,
  renderJson,
  renderMatrix,
  renderMatrixMarkdown,
  renderPlan,
  renderText,
  type Report,
  REPORT_FORMAT,
  type ReportHistograms,
  type ReportRole,
  type ReportTotals,
  type SetAside,
  type TextOptions,
  textTable,
  type TracedRow,
  type VerdictKind,
  type Weighted,
} from "./analysis/mod.ts";
