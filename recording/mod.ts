/**
 * What a recording is: a header, events, a footer, one JSON object a line.
 *
 * @module
 */

export { createScanner, type Scanner, type ScanSink } from "./scan.ts";
export { decodeItems, encodeItem, FormatError, type RecordingItem } from "./codec.ts";
export { type ScrubbedKind, type Scrubber, type ScrubOptions, startScrub } from "./scrub.ts";
export { CallLine, PutLine } from "./call_line.ts";
export type {
  CallEvent,
  CallKey,
  CallLeaf,
  CallRun,
  GrabPath,
  GrabRole,
  HelperErrorEvent,
  HexAddress,
  LeafEvent,
  Level,
  LostEvent,
  PagesEvent,
  PutEvent,
  PutRole,
  RecordingEvent,
  RefcountEvent,
  RefusedEvent,
  RoundEvent,
  RunEvent,
  StackEvent,
  ThreadEvent,
  UndoEvent,
  UnlistedGrabs,
  UnreadableEvent,
  WorkloadDone,
  WorkloadEvent,
  WorkloadReady,
  WorkloadRepeat,
  WorkloadReport,
  WorkloadRound,
  WorkloadSyscall,
} from "./event.ts";
export type { Footer, KernelTotals, PinCounters, SessionEnd } from "./footer.ts";
export {
  type AbsentRole,
  type Accelerator,
  type AttachKind,
  type CoreRoleName,
  type DeviceSummary,
  type Header,
  type LaterRoleName,
  MEMORY_KINDS,
  type MemoryKind,
  type MemorySummary,
  type PlanFlags,
  type PlanSummary,
  type ProbedRole,
  READABLE_FORMATS,
  RECORDING_FORMAT,
  type Rejection,
  type Role,
  type RoleName,
  type Scope,
  type Taking,
  type TargetSummary,
  type WorkloadSummary,
} from "./header.ts";
