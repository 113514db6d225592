/**
 * Right of the recording: events in, report out. Pure functions, without clock, files or network.
 *
 * @module
 */

export { type Analysis, type RecordingLine, startAnalysis } from "./analysis.ts";
export { analyze } from "./analyze.ts";
export type { GroupSums, JudgedSums } from "./call_sums.ts";
export type { Quartiles } from "./steps.ts";
export type { HelperFailure, PartCounts } from "./collected.ts";
export {
  compareDevdax,
  type ControlRow,
  controlRow,
  type FailedMemory,
  type TracedMemory,
  type Treatment,
} from "./control.ts";
export type { Evidence } from "./evidence.ts";
export {
  BISECT_CODES,
  type Expectable,
  type Expectation,
  EXPECTED_VERDICTS,
  type ExpectedVerdict,
  expectVerdict,
} from "./expectation.ts";
export type { Balance, CallFacts } from "./facts.ts";
export type { HeadGrabs } from "./heads.ts";
export { type FailedHost, type HostRow, hostRow, sumsOfHosts, type TracedHost } from "./hosts.ts";
export { type Picture, type PictureMaker, startPicture } from "./picture.ts";
export { type TimedCall, type TimedCell, type Timeline, TimelineMaker } from "./timeline.ts";
export type { PageArrays } from "./page_arrays.ts";
export { type BpftraceHistogram, readBpftraceHistograms } from "./bpftrace_histograms.ts";
export {
  type Bucket,
  bucketName,
  bucketOf,
  type Histogram,
  histogram,
  mergeHistograms,
  type Weighted,
} from "./histogram.ts";
export { histogramMarkdown, histogramText } from "./report/histogram_text.ts";
export {
  type CallPart,
  type LeafMap,
  LeafMapper,
  type MapContext,
  type MapLimits,
  type MappedPiece,
  type MappedRow,
  ROW_BYTES,
} from "./leaf_map.ts";
export type { DeviceLevel, HeadsLevel, LeafLevel } from "./leaves.ts";
export {
  type BalanceCounts,
  complaints,
  type Ledger,
  type SetAside,
  type UnlistedSums,
} from "./ledger.ts";
export type { Law } from "./laws.ts";
export type { AloneCalls } from "./ranges.ts";
export type { ProcessSums } from "./processes.ts";
export type { GetBalance, HeldReferences, PinBalance, PutSide } from "./put_side.ts";
export { type Overhead, overheadOf, type TimedPart } from "./overhead.ts";
export { renderOverhead } from "./report/overhead_text.ts";
export type { RepeatTimes, Spread } from "./repeats.ts";
export type { SampledTimes } from "./times.ts";
export {
  type CounterExample,
  EXIT_CODES,
  judge,
  type Judgement,
  type VerdictKind,
} from "./verdict.ts";
export { type MergedSums, mergeSums, NO_RECORDINGS, sumsOf } from "./merged.ts";
export { type FailedRow, type MatrixRow, matrixRow, type TracedRow } from "./matrix.ts";
export {
  type ControlTextOptions,
  renderControl,
  renderControlMarkdown,
} from "./report/control_text.ts";
export { renderHosts } from "./report/hosts_text.ts";
export { renderJson } from "./report/json.ts";
export { renderJunit } from "./report/junit.ts";
export { renderKtap } from "./report/ktap.ts";
export {
  renderSeries,
  renderSeriesMarkdown,
  type SeriesTextOptions,
} from "./report/series_text.ts";
export { seriesSuites, type TestPoint, type TestSuite } from "./report/test_points.ts";
export {
  alignName,
  type CellOutcome,
  cellOutcome,
  type CellTimes,
  type MeasuredCell,
  perTwoMiB,
  type SeriesCell,
  type SeriesRow,
  seriesRow,
  type UnmeasuredCell,
} from "./series.ts";
export type { SeenTaking, Takings } from "./takings.ts";
export { renderMatrix, renderMatrixMarkdown } from "./report/matrix_text.ts";
export { type Column, textTable } from "./report/table.ts";
export { type DevdaxView, renderDevdax } from "./report/devdax_text.ts";
export { type DoctorView, renderDoctor } from "./report/doctor_text.ts";
export { type PlanView, renderPlan } from "./report/plan_text.ts";
export {
  type Report,
  REPORT_FORMAT,
  type ReportHistograms,
  type ReportRole,
  type ReportTotals,
} from "./report/report.ts";
export { renderText, type TextOptions } from "./report/text.ts";
