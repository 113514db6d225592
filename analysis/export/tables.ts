/**
 * What is exported as tables: calls, runs of grabs, and puts.
 *
 * @module
 */

import { type CallRow, callRow } from "./call_table.ts";
import type { ExportSink } from "./calls.ts";
import type { TableWriter } from "./columns.ts";
import { type PutRow, putRow, type RunRow, runRows } from "./grab_tables.ts";
import type { Survey } from "./survey.ts";

/** The tables that are written. */
export interface ExportTables {
  /** Calls. */
  readonly calls: TableWriter<CallRow>;
  /** Runs of grabs. */
  readonly runs: TableWriter<RunRow>;
  /** Runs of puts. */
  readonly puts: TableWriter<PutRow>;
}

/**
 * Writes what is exported into tables; their ends are the caller's.
 *
 * @example
 * ```ts
 * import { type PutRow, type Survey, tableSink } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const rows: PutRow[] = [];
 * const none = { add: () => {}, end: () => {} };
 * const puts = { ...none, add: (row: PutRow) => rows.push(row) };
 * tableSink({ calls: none, runs: none, puts }, {} as Survey).put({
 *   kind: "put", tid: 7, call: 0, role: "put", pin: true, at: 1000,
 *   pfn: 0x100a00, order: 9, count: 2, refs: 256, step: 0,
 * });
 * assertEquals(rows.map((row) => row.puts), [2]);
 * ```
 */
export function tableSink({ calls, runs, puts }: ExportTables, survey: Survey): ExportSink {
  return {
    call: (call) => {
      calls.add(callRow(call, survey));
      for (const row of runRows(call)) runs.add(row);
    },
    put: (put) => puts.add(putRow(put)),
  };
}

/**
 * What the file of a table says of itself, and a trace of its metadata: where the rows come from.
 *
 * @example
 * ```ts
 * import { exportNotes, type Survey } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const survey = {
 *   header: {
 *     headcount: "0.3.0", format: "headcount.recording/2", created: "2026-11-23T22:00:00Z",
 *     kernel: { release: "7.3.0" },
 *   },
 *   report: { verdict: "once", reasons: ["3 grabs for 512 pages."] },
 * } as unknown as Survey;
 * assertEquals(exportNotes(survey)["headcount.verdict"], "once: 3 grabs for 512 pages.");
 * ```
 */
export function exportNotes({ header, report }: Survey): Readonly<Record<string, string>> {
  const [reason] = report.reasons;
  return {
    "headcount.version": header.headcount,
    "headcount.recording": header.format,
    "headcount.created": header.created,
    "headcount.kernel": header.kernel.release,
    "headcount.verdict": reason === undefined ? report.verdict : `${report.verdict}: ${reason}`,
  };
}
