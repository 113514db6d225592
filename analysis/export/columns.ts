/**
 * What a table that is exported consists of. `docs/export.md` is the same dictionary for people.
 *
 * @module
 */

/** A value of a table. */
export type Cell = string | number | boolean | null;

/** A row whose fields are all values of a table. */
export type CellsOf<Row> = { readonly [Name in keyof Row]: Cell };

/** A column of a table. */
export interface ExportColumn<Row> {
  /** Its name, which needs no quotes in SQL. */
  readonly name: keyof Row & string;
  /** What it holds: integers are whole and below 2^53. */
  readonly type: "integer" | "text" | "boolean";
  /** What its numbers count or measure; `null` where it has none. */
  readonly unit: string | null;
  /** What it is. */
  readonly what: string;
  /** When it is null; `null` where it never is. */
  readonly nullWhen: string | null;
}

/** Takes the rows of a table. */
export interface TableWriter<Row> {
  /** Takes a row. */
  add(row: Row): void;
  /** There are no more rows. */
  end(): void;
}
