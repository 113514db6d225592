/**
 * `export`: a recording for other tools.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join } from "node:path";
import {
  CALL_COLUMNS,
  type CellsOf,
  csvTable,
  type ExportColumn,
  exportNotes,
  MachineryError,
  parquetTable,
  perfettoTrace,
  PUT_COLUMNS,
  RequestError,
  RUN_COLUMNS,
  startExport,
  startSurvey,
  type Survey,
  tableSink,
  type TableWriter,
} from "../mod.ts";
import { errorText } from "./output.ts";
import { readInto } from "./recording_file.ts";

/** Adds the command `export`. */
export function addExport(root: Command): void {
  root.command("export")
    .description("Write a recording as a trace for Perfetto and Chrome, or as tables.")
    .argument("<recording>", "folder of a recording, or its file")
    .addOption(
      new Option("--to <format>", "what to write")
        .choices(["perfetto", "csv", "parquet"] as const)
        .makeOptionMandatory(),
    )
    .requiredOption("--out <path>", "file of the trace, or folder of the tables")
    .addHelpText("after", EXPORT_HELP)
    .action(async (recording, { to, out }) => {
      if (recording === "-") {
        throw new RequestError(
          "Cannot export standard input: a recording is read twice, give its file or folder",
        );
      }
      const surveyor = startSurvey();
      await readInto(recording, surveyor);
      const survey = surveyor.survey();
      if (to === "perfetto") await writeTrace(recording, survey, out);
      else await writeTables(recording, survey, to, out);
    });
}

const EXPORT_HELP = `
perfetto writes one file of JSON, csv and parquet write calls, runs and puts
into a folder. What is there already is not written over. docs/export.md tells
what each column is, and when it is null.

Examples:
  deno task export recordings/base --to perfetto --out base.json
  deno task export recordings/base --to parquet --out base
  duckdb -c "SELECT sum(grabs), sum(fast_pages) FROM 'base/calls.parquet'
             WHERE judged"`;

/** Reads a recording into what is made of it. */
async function readTwice(
  recording: string,
  survey: Survey,
  sink: Parameters<typeof startExport>[1],
): Promise<void> {
  const exporter = startExport(survey, sink);
  await readInto(recording, { ...exporter, cutOff: () => {} });
  exporter.finish();
}

async function writeTrace(recording: string, survey: Survey, path: string): Promise<void> {
  using file = await createFile(path);
  const trace = perfettoTrace(survey, textTo(file));
  await readTwice(recording, survey, trace);
  trace.end();
}

async function writeTables(
  recording: string,
  survey: Survey,
  to: "csv" | "parquet",
  folder: string,
): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new RequestError(`Cannot make the folder "${folder}": ${errorText(error)}`);
  }
  using calls = await createFile(join(folder, `calls.${to}`));
  using runs = await createFile(join(folder, `runs.${to}`));
  using puts = await createFile(join(folder, `puts.${to}`));

  async function table<Row extends CellsOf<Row>>(
    file: OutputFile,
    columns: readonly ExportColumn<Row>[],
  ): Promise<TableWriter<Row>> {
    return to === "csv"
      ? csvTable(columns, textTo(file))
      : await parquetTable(columns, file.write, exportNotes(survey));
  }

  const tables = {
    calls: await table(calls, CALL_COLUMNS),
    runs: await table(runs, RUN_COLUMNS),
    puts: await table(puts, PUT_COLUMNS),
  };
  await readTwice(recording, survey, tableSink(tables, survey));
  tables.calls.end();
  tables.runs.end();
  tables.puts.end();
}

/** A file that is being written. */
interface OutputFile extends Disposable {
  readonly write: (bytes: Uint8Array) => void;
}

async function createFile(path: string): Promise<OutputFile> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, createNew: true });
  } catch (error) {
    throw new RequestError(
      error instanceof Deno.errors.AlreadyExists
        ? `"${path}" is there already; give another --out`
        : `Cannot write "${path}": ${errorText(error)}`,
    );
  }
  return {
    write: (bytes) => {
      try {
        for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      } catch (error) {
        throw new MachineryError(
          `Cannot write "${path}": ${errorText(error)}; --out takes another place`,
        );
      }
    },
    [Symbol.dispose]: () => file.close(),
  };
}

function textTo({ write }: OutputFile): (text: string) => void {
  const encoder = new TextEncoder();
  return (text) => write(encoder.encode(text));
}
