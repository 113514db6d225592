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
  foldStacks,
  type Footer,
  type Header,
  MachineryError,
  parquetTable,
  perfettoTrace,
  PUT_COLUMNS,
  RequestError,
  RUN_COLUMNS,
  type StackEvent,
  type StackWeight,
  startExport,
  startSurvey,
  type Survey,
  tableSink,
  type TableWriter,
} from "../mod.ts";
import { complain, errorText } from "./output.ts";
import { readInto } from "./recording_file.ts";

/** Adds the command `export`. */
export function addExport(root: Command): void {
  root.command("export")
    .description("Write a recording as a trace for Perfetto and Chrome, as tables, or as stacks.")
    .argument("<recording>", "folder of a recording, or its file")
    .addOption(
      new Option("--to <format>", "what to write")
        .choices(["perfetto", "csv", "parquet", "folded"] as const)
        .makeOptionMandatory(),
    )
    .requiredOption("--out <path>", "file of the trace or the stacks, or folder of the tables")
    .addOption(
      new Option("--weight <what>", "folded: what is added up (pages)")
        .choices(["pages", "calls"] as const),
    )
    .addHelpText("after", EXPORT_HELP)
    .action(async (recording, { to, out, weight }) => {
      if (to === "folded") return await writeStacks(recording, weight ?? "pages", out);
      if (weight !== undefined) {
        throw new RequestError(`--weight ${weight} is for --to folded only`);
      }
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
into a folder. folded writes who pinned, of what trace --stacks recorded: lines
that tools for flame graphs take. What is there already is not written over.
docs/export.md tells what each column is, and when it is null.

Examples:
  deno task export recordings/base --to perfetto --out base.json
  deno task export recordings/base --to parquet --out base
  duckdb -c "SELECT sum(grabs), sum(fast_pages) FROM 'base/calls.parquet'
             WHERE judged"
  deno task export recordings/base --to folded --out base.folded`;

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

async function writeStacks(recording: string, weight: StackWeight, path: string): Promise<void> {
  const stacks: StackEvent[] = [];
  let header: Header | undefined;
  let footer: Footer | undefined;
  await readInto(recording, {
    add: (line) => {
      if (line.kind === "stack") stacks.push(line);
      else if (line.kind === "header") header = line;
      else if (line.kind === "footer") footer = line;
    },
    addCall: () => true,
    addPut: () => {},
    cutOff: () => {},
  });
  const totals = footer?.totals;
  if (header?.plan.countsStacks !== true || totals === undefined) {
    throw new RequestError(
      `Cannot export stacks of "${recording}": ${
        header?.plan.countsStacks === true
          ? "it was cut off, and they are told at the end; record it again"
          : "it was recorded without them; deno task trace --stacks records them"
      }`,
    );
  }
  const pages = stacks.reduce((sum, stack) => sum + stack.pages, 0);
  if (pages !== totals.pages) {
    complain(`The stacks tell of ${pages} pages, the kernel's sums of ${totals.pages}.`);
  }
  using file = await createFile(path);
  textTo(file)(foldStacks(stacks, weight).map((line) => `${line}\n`).join(""));
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
