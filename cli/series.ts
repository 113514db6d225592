/**
 * `series`: the table of a patch series, made cell by cell in guests, and gone on with later.
 *
 * @module
 */

import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import {
  cacheFolder,
  cellOutcome,
  EXIT_CODES,
  EXPECTED_VERDICTS,
  type ExpectedVerdict,
  parseBytes,
  type ParsedWorkload,
  parseWorkload,
  RequestError,
  type SeriesRow,
  workloadBytes,
} from "../mod.ts";
import { count } from "./arguments.ts";
import { kernelList, type ListedInMatrix } from "./kernel_list.ts";
import { complain, EXIT_INTERRUPTED, EXIT_MACHINERY, writeAll } from "./output.ts";
import { runSeries, type SeriesWish } from "./series_run.ts";
import {
  renderSeriesAs,
  type SavedSeries,
  savedSeries,
  saveSeries,
  SERIES_FORMATS,
  type SeriesFormat,
} from "./series_output.ts";
import { abortOnSignals } from "./signals.ts";
import { targetCommand, type TargetOptions } from "./target_options.ts";
import { timeName } from "./trace.ts";

/** Even in calls of one page, 40 960, all that is told fits into bpftrace's buffer: nothing is lost. */
const DEFAULT_WORKLOAD = "gup-test -m 16 -r 10 -a -w";
const DEFAULT_ALIGNS = "4K,2M";
const DEFAULT_BATCHES = "1,123,512";

/** Options of one guest, or of none: a series has lists in their place, and says so. */
const ONE_GUEST = ["--target", "--kernel", "--modules", "--device", "--align"];

/** Adds the command `series`. */
export function addSeries(root: Command): void {
  const command = targetCommand(root, "series");
  for (const option of command.options) {
    if (ONE_GUEST.includes(option.long ?? "")) option.hideHelp();
  }
  command
    .description(
      "Trace several kernels at several mapping sizes and in calls of several sizes: one table.",
    )
    .addOption(
      new Option("--kernels <list>", "kernels, by commas; as for --kernel, or NAME=PATH")
        .argParser(kernelList).makeOptionMandatory(),
    )
    .addOption(
      new Option("--aligns <list>", "mapping sizes, of 4K, 2M and 1G")
        .argParser(aligns).default(aligns(DEFAULT_ALIGNS), DEFAULT_ALIGNS),
    )
    .addOption(
      new Option("--batches <list>", "pages of a call")
        .argParser(batches).default(batches(DEFAULT_BATCHES), DEFAULT_BATCHES),
    )
    .option(
      "--workload <text>",
      "as for trace, but for -n, which is the batch",
      DEFAULT_WORKLOAD,
    )
    .addOption(
      new Option("--map <where>", "struct pages on the device (guest: dev), or in memory")
        .choices(["dev", "mem"] as const),
    )
    .option("--expect <list>", "verdicts by kernel, NAME=VERDICT, or one for all", expectations)
    .addOption(
      new Option("--rounds <n>", "runs without probes, for the times").argParser(count).default(1),
    )
    .option("--emulated-times", "take them under tcg, too, where they are the emulator's")
    .option("--out <dir>", "folder of the recordings (default: recordings/series-TIME)")
    .option("--zstd", "compress the recordings")
    .addOption(
      new Option("--format <format>", "what is printed")
        .choices(SERIES_FORMATS).default("text" as const),
    )
    .addOption(
      new Option("--save <file>", "also a file, in the format of its ending; several times")
        .argParser(savedSeries).default([] as readonly SavedSeries[], "none"),
    )
    .addHelpText("after", SERIES_HELP)
    .action(async (options) => {
      Deno.exitCode = await seriesCommand(options);
    });
}

const SERIES_HELP = `
Each cell, which is a kernel at an align in calls of a batch, is recorded in
--out DIR/KERNEL/ALIGN-BATCH. The same command with that --out goes on: what is
complete is kept, and made again where its kernel's image or an option changed.
A kernel of the list can be followed by ",append=TEXT" (end of its command line)
and ",modules=DIR". A cell that fails stops no other.

A cell is ok if it has a verdict, with --expect that one; where nothing can be
batched (4K, or one page a call) every kernel is once. Files end in .txt, .md,
.json, .ktap or .xml (JUnit). Exit codes: 0 all cells are ok, or the kernel
lacks something (skipped), 1 a verdict is not the expected one, 2 one is
undecided, 69 a cell failed, 130 stopped.

Examples:
  deno task series --kernels base=./bzImage-base,v2=./bzImage-v2 --out out
  deno task series --kernels base=./bzImage,rfc=./bzImage,append=gup_variant=1 \\
    --expect base=per-page,rfc=once --save table.md --save series.ktap
  deno task series --kernels 6.12,7.3 --workload direct-io --batches 512`;

type SeriesOptions = TargetOptions & {
  readonly kernels: readonly ListedInMatrix[];
  readonly aligns: readonly number[];
  readonly batches: readonly number[];
  readonly workload: string;
  readonly map?: "dev" | "mem" | undefined;
  readonly expect?: Expectations | undefined;
  readonly rounds: number;
  readonly emulatedTimes?: true | undefined;
  readonly out?: string | undefined;
  readonly zstd?: true | undefined;
  readonly format: SeriesFormat;
  readonly save: readonly SavedSeries[];
};

/** Expected verdicts by kernel; those of the name "" are all kernels'. */
type Expectations = ReadonlyMap<string, readonly ExpectedVerdict[]>;

async function seriesCommand(options: SeriesOptions): Promise<number> {
  const wish = seriesWish(options);
  const { format, save, workload, quiet = false } = options;
  using _lock = await lockFolder(wish.folder);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  let rows: readonly SeriesRow[];
  try {
    rows = await runSeries(wish, abort.signal);
  } finally {
    stopListening();
  }
  await writeAll(Deno.stdout, renderSeriesAs(format, rows, workload));
  await saveSeries(save, rows, workload);
  if (abort.signal.aborted) {
    complain(`Stopped by ${abort.signal.reason}; --out ${wish.folder} goes on from here`);
    return EXIT_INTERRUPTED;
  }
  if (!quiet) complain(`Recorded in ${wish.folder}`);
  return exitCode(rows);
}

/** What the options ask for. */
function seriesWish(options: SeriesOptions): SeriesWish {
  const { kernels, batches, workload, expect } = options;
  for (const [name, value] of [["kernel", options.kernel], ["align", options.align]] as const) {
    if (value === undefined) continue;
    throw new RequestError(`Cannot choose one ${name} of a series: --${name}s takes a list`);
  }
  if (options.modules !== undefined) {
    throw new RequestError("Modules go with one kernel of a series: NAME=PATH,modules=DIR");
  }
  if ((options.target !== "auto" && options.target !== "guest") || options.device !== undefined) {
    throw new RequestError(
      "A series is made in guests: --target local, --target ssh:HOST and --device are not for it",
    );
  }
  const unknown = [...expect?.keys() ?? []]
    .find((name) => name !== "" && !kernels.some((kernel) => kernel.name === name));
  if (unknown !== undefined) {
    const names = kernels.map(({ name }) => name).join(", ");
    throw new RequestError(`--expect "${unknown}" is none of the kernels: ${names}`);
  }
  const workloads = new Map(batches.map((batch) => [batch, withBatch(workload, batch)]));
  const bytes = Math.max(
    ...[...workloads.values()].map((parsed) => workloadBytes(parsed, options.size)),
  );
  const started = timeName(new Date().toISOString());
  return {
    options,
    folder: resolve(options.out ?? join("recordings", `series-${started}`)),
    cache: cacheFolder(),
    kernels,
    aligns: options.aligns,
    workloads: new Map([...workloads].map(([batch, { wish }]) => [batch, wish])),
    workload,
    bytes,
    expected: (kernel) => expect?.get(kernel) ?? expect?.get(""),
  };
}

/** A workload that takes so many pages at a time. */
function withBatch(text: string, batch: number): ParsedWorkload {
  if (/\s-[a-zA-Z]*n/.test(text)) {
    throw new RequestError(`--workload "${text}" cannot say -n: --batches does`);
  }
  return parseWorkload(`${text} -n ${batch}`);
}

/** Keeps others from writing to the same folder until it is disposed of. */
async function lockFolder(folder: string): Promise<Disposable> {
  await Deno.mkdir(folder, { recursive: true }).catch((error) => {
    throw new RequestError(`Cannot make the folder "${folder}": ${error.message}`);
  });
  const file = await Deno.open(join(folder, ".lock"), { create: true, write: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new RequestError(`Another series is being made in "${folder}"; give --out another`);
}

function exitCode(rows: readonly SeriesRow[]): number {
  const outcomes = rows.map(cellOutcome);
  if (outcomes.includes("failed")) return EXIT_MACHINERY;
  if (outcomes.includes("unexpected")) return 1;
  return outcomes.includes("undecided") ? EXIT_CODES.undecided : 0;
}

/** Mapping sizes, in bytes. */
function aligns(text: string): readonly number[] {
  return uniqueList(text, (word) => {
    const bytes = ["4K", "2M", "1G"].includes(word) ? parseBytes(word) : undefined;
    if (bytes !== undefined) return bytes;
    throw new InvalidArgumentError(`"${word}" is none of 4K, 2M and 1G.`);
  });
}

function batches(text: string): readonly number[] {
  return uniqueList(text, count);
}

function uniqueList<T>(text: string, read: (word: string) => T): readonly T[] {
  const list = text.split(",").map(read);
  if (new Set(list).size === list.length) return list;
  throw new InvalidArgumentError("Give each once.");
}

/** Expected verdicts: `once`, or `base=per-page,rfc=once`. */
function expectations(text: string): Expectations {
  const expected = new Map<string, readonly ExpectedVerdict[]>();
  for (const part of text.split(",")) {
    const [, name = "", word = part] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    const verdict = EXPECTED_VERDICTS.find((verdict) => verdict === word);
    if (verdict === undefined) {
      const known = EXPECTED_VERDICTS.join(", ");
      throw new InvalidArgumentError(`"${word}" cannot be expected, only ${known}.`);
    }
    expected.set(name, [...expected.get(name) ?? [], verdict]);
  }
  return expected;
}
