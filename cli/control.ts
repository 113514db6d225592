/**
 * `control`: the same workload on several kinds of memory of one target, one table.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import {
  compareDevdax,
  control,
  type ControlRow,
  controlRow,
  type ControlRun,
  encodeItem,
  EXIT_CODES,
  MachineryError,
  type MemoryKind,
  type MemorySummary,
  renderControl,
  renderControlMarkdown,
  RequestError,
  VERSION,
  workloadBytes,
  type WorkloadReport,
} from "../mod.ts";
import { count, memoryKinds } from "./arguments.ts";
import { complain, errorText, EXIT_INTERRUPTED, EXIT_MACHINERY, writeAll } from "./output.ts";
import {
  limitTime,
  makeRecordingFolder,
  removeIfEmpty,
  showProgress,
  writeItem,
} from "./record.ts";
import { createRecording, readReport } from "./recording_file.ts";
import { abortOnSignals } from "./signals.ts";
import { targetWish } from "./target_options.ts";
import { timeName } from "./trace.ts";
import { workloadCommand, type WorkloadOptions } from "./workload_options.ts";

const DEFAULT_KINDS = "devdax,thp,hugetlb-2M,anon";

/** Adds the command `control`. */
export function addControl(root: Command): void {
  workloadCommand(root, "control")
    .description(
      "Pin several kinds of memory in the same way, and say whether devdax is treated like the others.",
    )
    .addOption(
      new Option("--kinds <list>", "kinds of memory, by commas")
        .argParser(memoryKinds).default(memoryKinds(DEFAULT_KINDS), DEFAULT_KINDS),
    )
    .addOption(
      new Option("--rounds <n>", "runs without probes, for the times").argParser(count).default(3),
    )
    .option("--out <dir>", "folder of the recordings (default: recordings/control-TIME)")
    .option("--zstd", "compress the recordings")
    .option("--json", "print the rows as one JSON object")
    .option("--markdown", "print a table of Markdown")
    .addHelpText("after", CONTROL_HELP)
    .action(async (options) => {
      if (options.memoryKind !== undefined) {
        throw new RequestError("Cannot choose one kind of memory: --kinds takes a list");
      }
      Deno.exitCode = await controlCommand(options);
    });
}

const CONTROL_HELP = `
--align, --map and --device are the devdax device's. A kind that cannot be had
does not stop the others. Exit codes: 0 every kind gave a verdict, 2 one is
undecided, 69 one failed, 130 stopped.

Examples:
  deno task control --kernel 6.12
  deno task control --kinds devdax,hugetlb-1G --align 1G
  deno task control --markdown >table.md`;

type ControlOptions = WorkloadOptions & {
  readonly kinds: readonly MemoryKind[];
  readonly rounds: number;
  readonly out?: string | undefined;
  readonly json?: true | undefined;
  readonly markdown?: true | undefined;
};

async function controlCommand(options: ControlOptions): Promise<number> {
  const { kinds, rounds, zstd = false, quiet = false } = options;
  const started = timeName(new Date().toISOString());
  const folder = resolve(options.out ?? join("recordings", `control-${started}`));
  const bytes = workloadBytes(options.workload, options.size);
  await Promise.all(kinds.map((kind) => makeRecordingFolder(join(folder, kind))));
  const progress = showProgress(quiet);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rows: ControlRow[] = [];
  let stoppedBy: string | undefined;
  try {
    const runs = control({
      ...targetWish(options, bytes, {
        log: join(folder, "kernel.log"),
        folder,
        signal: abort.signal,
        onEvent: (event) => {
          if (event.kind === "phase") {
            timer ??= limitTime(options.timeout * kinds.length, abort, progress);
          }
          progress.tell(event);
        },
      }),
      memories: kinds.map((kind) => memoryOf(kind, options)),
      workload: options.workload.wish,
      headcount: VERSION,
      arguments: Deno.args,
    });
    for await (const run of runs) {
      const { kind } = run.memory;
      progress.finish();
      if (!quiet) complain(`[${rows.length + 1}/${kinds.length}] ${kind}`);
      try {
        if (run.kind === "lacking") throw run.error;
        rows.push(await traceOne(run, join(folder, kind), rounds, zstd));
      } catch (error) {
        if (abort.signal.aborted) throw error;
        progress.finish();
        if (error instanceof MachineryError && error.evidence !== "") complain(error.evidence);
        complain(`${kind}: ${errorText(error)}`);
        await removeIfEmpty(join(folder, kind));
        rows.push({ kind: "failed", memory: kind, why: errorText(error) });
      }
    }
  } catch (error) {
    progress.finish();
    for (const kind of kinds) await removeIfEmpty(join(folder, kind));
    await removeIfEmpty(folder);
    if (typeof abort.signal.reason !== "string") throw error;
    stoppedBy = abort.signal.reason;
  } finally {
    clearTimeout(timer);
    stopListening();
    progress.finish();
  }
  await writeAll(
    Deno.stdout,
    options.json
      ? `${JSON.stringify({ devdax: compareDevdax(rows), rounds, rows }, null, 2)}\n`
      : options.markdown
      ? renderControlMarkdown(rows, { rounds })
      : renderControl(rows, { rounds }),
  );
  if (stoppedBy !== undefined) {
    complain(`Stopped by ${stoppedBy}; not traced: ${kinds.slice(rows.length).join(", ")}`);
    return EXIT_INTERRUPTED;
  }
  if (!quiet) complain(`Recorded in ${folder}`);
  return exitCode(rows);
}

/** The device's own option goes with the kinds that have a device. */
function memoryOf(kind: MemoryKind, { map }: ControlOptions): MemorySummary {
  const hasMap = map !== undefined && (kind === "devdax" || kind === "fsdax");
  return { kind, ...(hasMap ? { map } : {}) };
}

/** Traces one kind of memory, then times it. */
async function traceOne(
  { memory, trace, time }: ControlRun,
  directory: string,
  rounds: number,
  zstd: boolean,
): Promise<ControlRow> {
  {
    await using file = await createRecording(directory, zstd);
    for await (const item of trace({ directory, created: new Date().toISOString() })) {
      await writeItem(file, encodeItem(item), directory);
    }
  }
  const untraced: (readonly WorkloadReport[])[] = [];
  for (let round = 0; round < rounds; round++) untraced.push(await time());
  return controlRow(memory.kind, await readReport(directory), untraced);
}

function exitCode(rows: readonly ControlRow[]): number {
  if (rows.some(({ kind }) => kind === "failed")) return EXIT_MACHINERY;
  const isUndecided = rows.some((row) => row.kind === "traced" && row.verdict === "undecided");
  return isUndecided ? EXIT_CODES.undecided : 0;
}
