/**
 * Tables as Parquet: integers are INT64, text is UTF-8, and a column that may be null is optional.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet-writer";
import type { Cell, CellsOf, ExportColumn, TableWriter } from "./columns.ts";

/** Rows of a row group, which are in memory until it is written. */
const ROWS = 20_000;

/**
 * Begins a table as Parquet. The library is loaded only now.
 *
 * @param write Takes the bytes, a row group at a time; it may not keep them.
 * @param notes What is told of the file beside its columns.
 *
 * @example
 * ```ts
 * import { parquetTable } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const table = await parquetTable<{ readonly pfn: number }>([
 *   { name: "pfn", type: "integer", unit: null, what: "a page", nullWhen: null },
 * ], (bytes) => text += new TextDecoder("latin1").decode(bytes), {});
 * table.add({ pfn: 2 ** 53 - 1 });
 * table.end();
 * assertEquals([text.slice(0, 4), text.slice(-4)], ["PAR1", "PAR1"]);
 * ```
 */
export async function parquetTable<Row extends CellsOf<Row>>(
  columns: readonly ExportColumn<Row>[],
  write: (bytes: Uint8Array) => void,
  notes: Readonly<Record<string, string>>,
): Promise<TableWriter<Row>> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");

  /** Hands bytes on as soon as a row group is whole; `offset` goes on counting all of them. */
  class Outlet extends ByteWriter {
    flush(): void {
      write(this.getBytes());
      this.index = 0;
    }

    override finish(): void {
      this.flush();
    }
  }

  const writer = new ParquetWriter({
    writer: new Outlet(),
    schema: [{ name: "root", num_children: columns.length }, ...columns.map(elementOf)],
    kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
    createdBy: "headcount",
  });
  let rows: Row[] = [];

  function flush(): void {
    if (rows.length === 0) return;
    const columnData = columns.map(({ name }) => ({
      name,
      data: rows.map((row) => valueOf(row[name])),
    }));
    writer.write({ columnData, rowGroupSize: ROWS });
    rows = [];
  }

  return {
    add: (row) => {
      rows.push(row);
      if (rows.length >= ROWS) flush();
    },
    end: () => {
      flush();
      writer.finish();
    },
  };
}

/** An INT64 is written from a bigint. */
function valueOf(cell: Cell): string | bigint | boolean | null {
  return typeof cell === "number" ? BigInt(cell) : cell;
}

function elementOf<Row>({ name, type, nullWhen }: ExportColumn<Row>): SchemaElement {
  const repetition_type = nullWhen === null ? "REQUIRED" : "OPTIONAL";
  switch (type) {
    case "integer":
      return { name, type: "INT64", repetition_type };
    case "boolean":
      return { name, type: "BOOLEAN", repetition_type };
    case "text":
      return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type };
  }
}
