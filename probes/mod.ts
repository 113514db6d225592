/**
 * Left of the recording: targets, facts, plans, programs, sessions.
 *
 * @module
 */

export type { BtfFunction, BtfReturn } from "./btf.ts";
export { mebibytes, parseBytes, shortBytes } from "./bytes.ts";
export { cacheFolder } from "./cache.ts";
export {
  control,
  type ControlLack,
  type ControlRun,
  type ControlWish,
  type RecordingPlace,
} from "./control.ts";
export type { ArchiveEvent } from "./debian/archive.ts";
export type { CachedKernel } from "./debian/kernel_cache.ts";
export type { KernelChoice, KernelSource } from "./debian/kernels.ts";
export type { DebianKernel, Release } from "./debian/releases.ts";
export type { DevdaxWish } from "./devdax/choose.ts";
export type { CreatedDevdax, DevdaxOptions } from "./devdax/create.ts";
export type { Contents, Inventory, Namespace, Region } from "./devdax/inventory.ts";
export {
  createDevdax,
  listDevdax,
  type ListedDevdax,
  type MachineName,
  restoreDevdax,
} from "./devdax/machine.ts";
export type { Restored, RestoreOptions } from "./devdax/restore.ts";
export { type NamespaceBefore, stateFolder } from "./devdax/state.ts";
export type { DaxDevice, DeviceUse } from "./devdax/use.ts";
export type { MemoryMap } from "./device.ts";
export type { Check, CheckState } from "./doctor/check.ts";
export { diagnose, type Diagnosis, type DoctorWish } from "./doctor/diagnose.ts";
export { LackError, MachineryError, RequestError } from "./failure.ts";
export { identifyKernel, type KernelIdentity } from "./guest/kernel_identity.ts";
export {
  type ListedKernel,
  listKernels,
  type ListOptions,
  type RemovedKernel,
  removeKernels,
} from "./guest/kernel_list.ts";
export {
  DEFAULT_KERNEL,
  type FetchedKernel,
  fetchKernel,
  type FetchOptions,
} from "./guest/kernels.ts";
export type { BootEvent, PhaseName } from "./guest/phase.ts";
export type { KernelFacts } from "./kernel.ts";
export {
  type BuildEvent,
  buildKernel,
  type BuildPhase,
  type BuiltKernel,
  type KernelBuildWish,
} from "./kernel_build/build.ts";
export { splitLines } from "./lines.ts";
export { planFor, type PlanForWish, type PlanPreview } from "./preview.ts";
export { Progress, type ProgressEvent, type ProgressOptions } from "./progress.ts";
export { type InTurnWish, runInTurn, type TurnLack, type TurnRun } from "./series.ts";
export type { SymbolCounts, SymbolFacts } from "./symbols.ts";
export { hostOf, isSshName, type SshName, type TargetName } from "./targets/name.ts";
export type { TargetWish } from "./targets/open.ts";
export { type OverheadWish, SCRIPT_FILE, trace, type TraceWish } from "./trace.ts";
export type { TypeAnswers } from "./types.ts";
export type { GupCommand, GupMemory, GupTestWish } from "./workloads/gup_test_options.ts";
export type { CommandWish, MachineWish, OwnWish, ProcessWish } from "./workloads/own.ts";
export type {
  DirectIoWish,
  IoUringWish,
  PieceWish,
  ProcessVmWish,
  VmspliceWish,
} from "./workloads/piece_options.ts";
export type { PiecesWish } from "./workloads/pieces.ts";
export {
  type ParsedWorkload,
  parseWorkload,
  workloadBytes,
  type WorkloadWish,
} from "./workloads/workload.ts";
