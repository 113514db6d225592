import { assert, assertEquals } from "@std/assert";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { DatabaseSync } from "node:sqlite";
import {
  type Cell,
  type CellsOf,
  csvTable,
  type ExportColumn,
  type RecordingItem,
  type Report,
} from "headcount";
import { RECORDINGS } from "../../support/fixture.ts";
import { ROOT } from "../../support/cli.ts";
import { shuffled } from "../support.ts";
import { COLUMNS, linesOf, parquetOf, type Rows, rowsOf, surveyOf } from "./support.ts";

const NAMES = (await Array.fromAsync(Deno.readDir(RECORDINGS), ({ name }) => name)).sort();
const QUERY = await Deno.readTextFile(`${ROOT}examples/verdict_by_sql.sql`);

/** Rows with their columns, whatever the table. */
interface Table {
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly nullWhen: string | null;
  }[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

function tablesOf(rows: Rows): Readonly<Record<keyof Rows, Table>> {
  const table = <Row extends CellsOf<Row>>(
    columns: readonly ExportColumn<Row>[],
    list: readonly Row[],
  ): Table => ({ columns, rows: list.map((row) => ({ ...row })) });
  return {
    calls: table(COLUMNS.calls, rows.calls),
    runs: table(COLUMNS.runs, rows.runs),
    puts: table(COLUMNS.puts, rows.puts),
  };
}

/** What a Parquet file gives back, its integers as numbers again. */
async function readBack(file: ArrayBuffer): Promise<Record<string, Cell>[]> {
  const rows = await parquetReadObjects({ file });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "bigint" ? Number(value) : value ?? null,
      ]),
    )
  );
}

/** Asks what was read back for the verdict's numbers, by the SQL of the examples. */
function numbersOf(tables: Readonly<Record<string, Table>>): Record<string, unknown> {
  using database = new DatabaseSync(":memory:");
  for (const name of ["calls", "runs"]) {
    const { columns, rows } = tables[name] ?? { columns: [], rows: [] };
    const names = columns.map((column) => column.name);
    database.exec(`CREATE TABLE ${name} (${names.join(", ")})`);
    const insert = database.prepare(
      `INSERT INTO ${name} VALUES (${names.map(() => "?").join(", ")})`,
    );
    for (const row of rows) {
      insert.run(...names.map((it) => {
        const value = row[it] ?? null;
        return typeof value === "boolean" ? Number(value) : value;
      }));
    }
  }
  return { ...database.prepare(QUERY).get() };
}

/** The same numbers as the report has them. */
function expectedOf({ totals }: Report): Record<string, unknown> {
  const none = totals.calls === 0;
  return {
    calls: totals.calls,
    ...Object.fromEntries(
      Object.entries({
        pages: totals.pages,
        grabs: totals.grabs,
        refs: totals.refs,
        least_grabs: totals.leastGrabs,
        leaves_pte: totals.leaves.pte,
        leaves_pmd: totals.leaves.pmd,
        leaves_pud: totals.leaves.pud,
        slow_pages: totals.slowPages,
        undone_grabs: totals.undoneGrabs,
      }).map(([name, value]) => [name, none ? null : value]),
    ),
  };
}

for (const name of NAMES) {
  Deno.test(`${name}: SQL over Parquet gives the report's totals and verdict`, async () => {
    const lines = await linesOf(name);
    const { report } = surveyOf(lines);
    const rows = rowsOf(lines);
    const [calls, runs] = await Promise.all([
      parquetOf(COLUMNS.calls, rows.calls).then(({ file }) => readBack(file)),
      parquetOf(COLUMNS.runs, rows.runs).then(({ file }) => readBack(file)),
    ]);
    const numbers = numbersOf({
      calls: { columns: COLUMNS.calls, rows: calls },
      runs: { columns: COLUMNS.runs, rows: runs },
    });
    const expected = expectedOf(report);
    assertEquals(
      Object.fromEntries(Object.keys(expected).map((key) => [key, numbers[key]])),
      expected,
    );
    if (report.totals.pgmapLookups !== null && report.totals.calls > 0) {
      assertEquals(numbers["lookups"], report.totals.pgmapLookups);
      assertEquals(numbers["real_lookups"], report.totals.pgmapRealLookups);
    }
    if (rows.calls.every((row) => row.unlisted_grabs === 0)) {
      assertEquals(numbers["grabs_of_runs"] ?? 0, report.totals.grabs);
    }
    if (report.verdict !== "undecided") assertEquals(numbers["seen"], report.verdict);
    const aside = (reason: string): number =>
      rows.calls.filter((row) => row.set_aside === reason).length;
    const { outside, straddling, failed } = report.ledger.setAside;
    assertEquals(
      [aside("outside"), aside("straddling"), aside("failed"), aside("slow")],
      [outside, straddling, failed, report.totals.slowCalls],
    );
    assertEquals(
      report.putSide.puts ?? 0,
      rows.puts.reduce((sum, row) => sum + row.puts, 0),
    );
  });

  Deno.test(`${name}: every value is what the dictionary says, in Parquet and in CSV`, async () => {
    const rows = rowsOf(await linesOf(name));
    for (const table of Object.values(tablesOf(rows))) {
      for (const row of table.rows) {
        assertEquals(Object.keys(row), table.columns.map((column) => column.name));
        for (const { name, type, nullWhen } of table.columns) {
          const value = row[name] ?? null;
          const fits = value === null
            ? nullWhen !== null
            : type === "integer"
            ? Number.isSafeInteger(value)
            : type === "text"
            ? typeof value === "string"
            : typeof value === "boolean";
          assert(fits, `${name} is ${value}`);
        }
      }
    }
    const files = await Promise.all([
      parquetOf(COLUMNS.calls, rows.calls),
      parquetOf(COLUMNS.runs, rows.runs),
      parquetOf(COLUMNS.puts, rows.puts),
    ]);
    const tables = Object.values(tablesOf(rows));
    for (const [i, { file }] of files.entries()) {
      assertEquals(await readBack(file), tables[i]?.rows.map((row) => ({ ...row })));
    }
    let text = "";
    const csv = csvTable(COLUMNS.calls, (piece) => text += piece);
    for (const row of rows.calls) csv.add(row);
    csv.end();
    const [head, ...lines] = text.trimEnd().split("\r\n").map((line) => line.split(","));
    assertEquals(head, COLUMNS.calls.map((column) => column.name));
    assertEquals(
      lines,
      tablesOf(rows).calls.rows.map((row) =>
        Object.values(row).map((value) => value === null ? "" : String(value))
      ),
    );
  });
}

Deno.test("the tables hold the same rows whatever the order of the lines", async () => {
  for (const name of ["calls-debian-6.1-2M", "puts-linux-7.3-io-uring-held"]) {
    const lines = await linesOf(name);
    const sorted = (items: readonly RecordingItem[]): string[] =>
      Object.values(rowsOf(items)).flat().map((row) => JSON.stringify(row)).sort();
    const expected = sorted(lines);
    const [header, ...rest] = lines;
    assert(header !== undefined);
    for (let seed = 1; seed <= 3; seed++) {
      assertEquals(sorted([header, ...shuffled(rest, seed)]), expected, name);
    }
  }
});

Deno.test("a Parquet file is written a row group at a time, and one without rows is one", async () => {
  const columns = [{ name: "pfn", type: "integer", unit: null, what: "", nullWhen: null }] as const;
  function* rows(): Generator<{ readonly pfn: number }> {
    for (let pfn = 0; pfn < 50_000; pfn++) yield { pfn: 2 ** 53 - 1 - pfn };
  }
  const { file, pieces } = await parquetOf(columns, rows());
  const { row_groups: groups } = await parquetMetadataAsync(file);
  assertEquals(groups.map(({ num_rows }) => Number(num_rows)), [20_000, 20_000, 10_000]);
  assert(pieces >= groups.length);
  const [first] = await parquetReadObjects({ file, rowEnd: 1 });
  assertEquals(first, { pfn: 2n ** 53n - 1n });
  const empty = await parquetOf(columns, []);
  assertEquals(await parquetReadObjects({ file: empty.file }), []);
});

Deno.test("docs/export.md is the dictionary of the columns", async () => {
  const text = await Deno.readTextFile(`${ROOT}docs/export.md`);
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const section = text.split(`\n## ${table}\n`)[1]?.split("\n## ")[0] ?? "";
    const told = section.split("\n").filter((line) => line.startsWith("| `"))
      .map((line) => line.split(/ *\| */).slice(1, -1));
    assertEquals(
      told,
      columns.map(({ name, type, unit, what, nullWhen }) => [
        `\`${name}\``,
        type,
        unit ?? "",
        what,
        nullWhen ?? "never",
      ]),
      table,
    );
  }
});
