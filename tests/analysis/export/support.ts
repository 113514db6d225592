/** Recordings that are exported in memory. */

import {
  CALL_COLUMNS,
  type CallRow,
  type CellsOf,
  decodeItems,
  type ExportColumn,
  type ExportSink,
  parquetTable,
  PUT_COLUMNS,
  type PutRow,
  type RecordingItem,
  RUN_COLUMNS,
  type RunRow,
  splitLines,
  startExport,
  startSurvey,
  type Survey,
  tableSink,
  type TableWriter,
} from "headcount";
import { readFixture } from "../../support/fixture.ts";

/** The lines of a fixture. */
export async function linesOf(name: string): Promise<RecordingItem[]> {
  const bytes = await readFixture(name);
  return await Array.fromAsync(decodeItems(splitLines(ReadableStream.from([bytes]))));
}

/** What the first reading of a recording tells. */
export function surveyOf(lines: readonly RecordingItem[]): Survey {
  const surveyor = startSurvey();
  for (const line of lines) surveyor.add(line);
  return surveyor.survey();
}

/** Gives a recording's second reading to what takes it. */
export function exportTo(lines: readonly RecordingItem[], survey: Survey, sink: ExportSink): void {
  const exporter = startExport(survey, sink);
  for (const line of lines) exporter.add(line);
  exporter.finish();
}

/** The rows of all tables. */
export interface Rows {
  readonly calls: readonly CallRow[];
  readonly runs: readonly RunRow[];
  readonly puts: readonly PutRow[];
}

/** A recording as rows. */
export function rowsOf(lines: readonly RecordingItem[]): Rows {
  const rows = { calls: [] as CallRow[], runs: [] as RunRow[], puts: [] as PutRow[] };
  const survey = surveyOf(lines);
  const into = <Row>(list: Row[]): TableWriter<Row> => ({
    add: (row) => list.push(row),
    end: () => {},
  });
  exportTo(
    lines,
    survey,
    tableSink({ calls: into(rows.calls), runs: into(rows.runs), puts: into(rows.puts) }, survey),
  );
  return rows;
}

/** The columns of all tables. */
export const COLUMNS: {
  readonly calls: readonly ExportColumn<CallRow>[];
  readonly runs: readonly ExportColumn<RunRow>[];
  readonly puts: readonly ExportColumn<PutRow>[];
} = { calls: CALL_COLUMNS, runs: RUN_COLUMNS, puts: PUT_COLUMNS };

/** Rows as a Parquet file, and in how many pieces it was written. */
export async function parquetOf<Row extends CellsOf<Row>>(
  columns: readonly ExportColumn<Row>[],
  rows: Iterable<Row>,
): Promise<{ readonly file: ArrayBuffer; readonly pieces: number }> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const table = await parquetTable(columns, (bytes) => pieces.push(bytes.slice()), {});
  for (const row of rows) table.add(row);
  table.end();
  return { file: await new Blob(pieces).arrayBuffer(), pieces: pieces.length };
}
