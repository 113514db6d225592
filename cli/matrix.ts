/**
 * `matrix`: the same workload on several kernels, one table.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import {
  EXIT_CODES,
  MachineryError,
  type MatrixRow,
  matrixRow,
  renderMatrix,
  renderMatrixMarkdown,
  RequestError,
} from "../mod.ts";
import { kernelList, type ListedInMatrix } from "./kernel_list.ts";
import { complain, errorText, EXIT_INTERRUPTED, EXIT_MACHINERY, writeAll } from "./output.ts";
import { recordTo } from "./record.ts";
import { readReport } from "./recording_file.ts";
import { timeName } from "./trace.ts";
import { workloadCommand, type WorkloadOptions } from "./workload_options.ts";

const DEFAULT_KERNELS = "5.10,6.1,6.12,7.3";

/** Adds the command `matrix`. */
export function addMatrix(root: Command): void {
  workloadCommand(root, "matrix")
    .description(
      "Trace the same workload on several kernels, each in a guest, and print one table.",
    )
    .addOption(
      new Option("--kernels <list>", "kernels, by commas; as for --kernel, or NAME=PATH")
        .argParser(kernelList).default(kernelList(DEFAULT_KERNELS), DEFAULT_KERNELS),
    )
    .option("--out <dir>", "folder of the recordings (default: recordings/matrix-TIME)")
    .option("--zstd", "compress the recordings")
    .option("--json", "print the rows as one JSON object")
    .option("--markdown", "print a table of Markdown")
    .addHelpText("after", MATRIX_HELP)
    .action(async (options) => {
      if (options.kernel !== undefined) {
        throw new RequestError("Cannot choose one kernel of a matrix: --kernels takes a list");
      }
      if (options.target !== "auto" && options.target !== "guest") {
        throw new RequestError(
          `A matrix is made in guests: --target ${options.target} has one kernel`,
        );
      }
      Deno.exitCode = await matrixCommand(options);
    });
}

const MATRIX_HELP = `
A kernel of the list can be followed by ",append=TEXT" (end of its command line)
and ",modules=DIR". One that fails does not stop the others. Exit codes: 0 every
kernel gave a verdict, 2 one is undecided, 69 one failed, 130 stopped.

Examples:
  deno task matrix
  deno task matrix --kernels 'base=./bzImage,append=quiet,6.12' --align 1G
  deno task matrix --markdown >table.md`;

type MatrixOptions = WorkloadOptions & {
  readonly kernels: readonly ListedInMatrix[];
  readonly out?: string | undefined;
  readonly json?: true | undefined;
  readonly markdown?: true | undefined;
};

async function matrixCommand(options: MatrixOptions): Promise<number> {
  const { kernels } = options;
  const started = timeName(new Date().toISOString());
  const folder = resolve(options.out ?? join("recordings", `matrix-${started}`));
  const rows: MatrixRow[] = [];
  let stoppedBy: string | undefined;
  for (const [i, kernel] of kernels.entries()) {
    if (!(options.quiet ?? false)) complain(`[${i + 1}/${kernels.length}] ${kernel.name}`);
    const traced = await traceOne(kernel, join(folder, kernel.name), options, i > 0);
    stoppedBy = traced.stoppedBy;
    if (traced.row !== undefined) rows.push(traced.row);
    if (stoppedBy !== undefined) break;
  }
  await writeAll(
    Deno.stdout,
    options.json
      ? `${JSON.stringify({ rows }, null, 2)}\n`
      : options.markdown
      ? renderMatrixMarkdown(rows)
      : renderMatrix(rows),
  );
  if (stoppedBy !== undefined) {
    const left = kernels.slice(rows.length).map(({ name }) => name).join(", ");
    complain(`Stopped by ${stoppedBy}; not traced: ${left}`);
    return EXIT_INTERRUPTED;
  }
  if (!(options.quiet ?? false)) complain(`Recorded in ${folder}`);
  return exitCode(rows);
}

/** Traces one kernel; whatever it fails of is its row. */
async function traceOne(
  kernel: ListedInMatrix,
  directory: string,
  options: MatrixOptions,
  isAnother: boolean,
): Promise<{ readonly row?: MatrixRow; readonly stoppedBy?: string }> {
  const append = [options.append, kernel.append].filter((text) => text !== undefined).join(" ");
  try {
    const { kept, stoppedBy } = await recordTo(
      directory,
      { ...options, ...kernel, append, target: "guest" },
      new Date().toISOString(),
      { isAnother },
    );
    const stop = stoppedBy === undefined ? {} : { stoppedBy };
    return kept ? { row: matrixRow(kernel.name, await readReport(directory)), ...stop } : stop;
  } catch (error) {
    if (error instanceof MachineryError && error.evidence !== "") complain(error.evidence);
    complain(`${kernel.name}: ${errorText(error)}`);
    return { row: { kind: "failed", name: kernel.name, why: errorText(error) } };
  }
}

function exitCode(rows: readonly MatrixRow[]): number {
  if (rows.some(({ kind }) => kind === "failed")) return EXIT_MACHINERY;
  const isUndecided = rows.some((row) => row.kind === "traced" && row.verdict === "undecided");
  return isUndecided ? EXIT_CODES.undecided : 0;
}
