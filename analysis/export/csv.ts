/**
 * Tables as comma-separated values: a line of names, then a line for each row; what is null is empty.
 *
 * @module
 */

import { stringify } from "@std/csv";
import type { Cell, CellsOf, ExportColumn, TableWriter } from "./columns.ts";

/** Rows that are written at a time. */
const ROWS = 500;

/**
 * Begins a table as CSV.
 *
 * @param write Takes the text, some lines at a time.
 *
 * @example
 * ```ts
 * import { csvTable } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const table = csvTable<{ readonly name: string; readonly pid: number | null }>([
 *   { name: "name", type: "text", unit: null, what: "name of a thread", nullWhen: null },
 *   { name: "pid", type: "integer", unit: null, what: "its process", nullWhen: "not told" },
 * ], (lines) => text += lines);
 * table.add({ name: 'a "b", c', pid: null });
 * table.end();
 * assertEquals(text, 'name,pid\r\n"a ""b"", c",\r\n');
 * ```
 */
export function csvTable<Row extends CellsOf<Row>>(
  columns: readonly ExportColumn<Row>[],
  write: (text: string) => void,
): TableWriter<Row> {
  let rows: Cell[][] = [columns.map(({ name }) => name)];

  function flush(): void {
    if (rows.length > 0) write(stringify(rows));
    rows = [];
  }

  return {
    add: (row) => {
      rows.push(columns.map(({ name }) => row[name]));
      if (rows.length >= ROWS) flush();
    },
    end: flush,
  };
}
