/**
 * Puts the tables that `export` wrote into SQLite, in memory, and asks them for the verdict's numbers:
 *
 *     deno task export tests/fixtures/recordings/debian-6.1-2M --to parquet --out tables
 *     deno run --allow-read examples/verdict_by_sql.ts tables
 *
 * What was lost the tables do not tell: that is the ledger's, and the report's verdict goes by it.
 */

import { DatabaseSync } from "node:sqlite";
import { parquetReadObjects } from "hyparquet";

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("Usage: verdict_by_sql.ts FOLDER");
  Deno.exit(64);
}
const database = new DatabaseSync(":memory:");
for (const table of ["calls", "runs"]) {
  const file = await Deno.readFile(`${folder}/${table}.parquet`);
  const rows = await parquetReadObjects({ file: file.buffer });
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) {
    console.error(`There is nothing in ${table}.parquet`);
    Deno.exit(1);
  }
  database.exec(`CREATE TABLE ${table} (${names.join(", ")})`);
  const insert = database.prepare(
    `INSERT INTO ${table} VALUES (${names.map(() => "?").join(", ")})`,
  );
  database.exec("BEGIN");
  for (const row of rows) {
    insert.run(...names.map((name) => typeof row[name] === "boolean" ? +row[name] : row[name]));
  }
  database.exec("COMMIT");
}
const query = await Deno.readTextFile(new URL("verdict_by_sql.sql", import.meta.url));
const numbers = database.prepare(query).get() ?? {};
for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(14)} ${value}`);
