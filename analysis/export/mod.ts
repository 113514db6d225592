/**
 * A recording for other tools: tables, traces and stacks. A door of its own: who only analyses a recording does
 * not load it.
 *
 * @module
 */

export { CALL_COLUMNS, type CallRow, callRow } from "./call_table.ts";
export {
  type ExportedCall,
  type ExportedRun,
  type Exporter,
  type ExportSetAside,
  type ExportSink,
  type GrabOutcome,
  startExport,
} from "./calls.ts";
export type { Cell, CellsOf, ExportColumn, TableWriter } from "./columns.ts";
export { csvTable } from "./csv.ts";
export { foldStacks, type StackWeight } from "./folded.ts";
export {
  PUT_COLUMNS,
  type PutRow,
  putRow,
  RUN_COLUMNS,
  type RunRow,
  runRows,
} from "./grab_tables.ts";
export { parquetTable } from "./parquet.ts";
export { perfettoTrace, type TraceSink } from "./perfetto.ts";
export { startSurvey, type Survey, type SurveyedThread, type Surveyor } from "./survey.ts";
export { exportNotes, type ExportTables, tableSink } from "./tables.ts";
