/**
 * What a recording is: a header, events, a footer, one JSON object a line.
 *
 * @module
 */

export { decodeItems, encodeItem, FormatError, type RecordingItem } from "./codec.ts";
export type {
  CallEvent,
  CallKey,
  GrabPath,
  GrabRole,
  HelperErrorEvent,
  HexAddress,
  LeafEvent,
  LostEvent,
  RecordingEvent,
  RefusedEvent,
  RunEvent,
  UnreadableEvent,
  WorkloadDone,
  WorkloadEvent,
  WorkloadReady,
  WorkloadReport,
  WorkloadSyscall,
} from "./event.ts";
export type { Footer, KernelTotals, PinCounters, SessionEnd } from "./footer.ts";
export {
  type AbsentRole,
  type Accelerator,
  type AttachKind,
  type DeviceSummary,
  type Header,
  type PlanFlags,
  type PlanSummary,
  type ProbedRole,
  RECORDING_FORMAT,
  type Role,
  type RoleName,
  type TargetSummary,
  type WorkloadSummary,
} from "./header.ts";
