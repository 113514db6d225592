/**
 * Making the cells of a series: one guest for each kernel and mapping size.
 *
 * @module
 */

import { join } from "node:path";
import {
  alignName,
  encodeItem,
  type ExpectedVerdict,
  identifyKernel,
  LackError,
  MachineryError,
  type Progress,
  type ProgressEvent,
  type Report,
  runInTurn,
  type SeriesCell,
  type SeriesRow,
  seriesRow,
  type TurnLack,
  type TurnRun,
  VERSION,
  type WorkloadWish,
} from "../mod.ts";
import type { ListedInMatrix } from "./kernel_list.ts";
import { complain, errorText } from "./output.ts";
import { limitTime, showProgress, writeItem } from "./record.ts";
import { createRecording, readReport } from "./recording_file.ts";
import { type CellMakings, emptyCell, keptCell, writeNote } from "./series_cell.ts";
import { type TargetOptions, targetWish } from "./target_options.ts";

/** What series is to be made. */
export interface SeriesWish {
  /** How guests are made, and how cells are. */
  readonly options: SeriesRunOptions;
  /** Where the recordings are. */
  readonly folder: string;
  /** Where kernels are. */
  readonly cache: string;
  readonly kernels: readonly ListedInMatrix[];
  /** Mapping sizes, in bytes. */
  readonly aligns: readonly number[];
  /** What is run, by pages of a call. */
  readonly workloads: ReadonlyMap<number, WorkloadWish>;
  /** The same in words, but for those. */
  readonly workload: string;
  /** Bytes of memory. */
  readonly bytes: number;
  /** Verdicts that are expected of a kernel. */
  readonly expected: (kernel: string) => readonly ExpectedVerdict[] | undefined;
}

/** Options that a series is made by. */
export type SeriesRunOptions = TargetOptions & {
  readonly map?: "dev" | "mem" | undefined;
  readonly rounds: number;
  readonly emulatedTimes?: true | undefined;
  readonly zstd?: true | undefined;
};

/** What all steps of the making share. */
interface Making {
  readonly wish: SeriesWish;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Says something of a cell. */
  readonly say: (job: CellJob, text?: string) => void;
  /** Takes a step of a guest: where they run is told once. */
  readonly tell: (event: ProgressEvent) => void;
}

/** A cell, and what it is to be made of. */
interface CellJob {
  readonly cell: SeriesCell;
  /** Which of all it is, from 1 on. */
  readonly number: number;
  readonly folder: string;
  readonly made: CellMakings;
  readonly workload: WorkloadWish;
}

/**
 * Makes all cells that are not there yet. Whatever a cell, a guest or a kernel fails of is said in its
 * rows; what is not made when the signal comes is open.
 */
export async function runSeries(
  wish: SeriesWish,
  signal: AbortSignal,
): Promise<readonly SeriesRow[]> {
  const making = startMaking(wish, signal);
  const rows: SeriesRow[] = [];
  for (const kernel of wish.kernels) {
    const sha256 = await hashOf(kernel, making);
    for (const alignBytes of wish.aligns) {
      const jobs = [...wish.workloads].map(([batch, workload], i) =>
        jobFor(wish, kernel, { alignBytes, batch, sha256, workload, number: rows.length + i + 1 })
      );
      rows.push(...await makeCells(making, kernel, jobs, sha256));
    }
  }
  making.progress.finish();
  return rows;
}

function startMaking(wish: SeriesWish, signal: AbortSignal): Making {
  const { quiet = false } = wish.options;
  const progress = showProgress(quiet);
  const total = wish.kernels.length * wish.aligns.length * wish.workloads.size;
  const told = new Set<string>();
  return {
    wish,
    signal,
    progress,
    say: ({ cell, number }, text) => {
      progress.finish();
      const name = `${cell.kernel} ${alignName(cell.alignBytes)} ${cell.batch}`;
      if (!quiet) complain(`[${number}/${total}] ${name}${text === undefined ? "" : `: ${text}`}`);
    },
    tell: (event) => {
      const isPlace = event.kind === "target" || event.kind === "accelerator";
      if (isPlace && told.has(event.kind)) return;
      told.add(event.kind);
      progress.tell(event);
    },
  };
}

/** SHA-256 of a kernel's image; the error that it cannot be had for. */
async function hashOf(
  { kernel, modules }: ListedInMatrix,
  { wish: { cache }, signal, tell }: Making,
): Promise<string | Error> {
  try {
    return (await identifyKernel(cache, kernel, modules, { signal, onEvent: tell })).sha256;
  } catch (error) {
    return error instanceof Error ? error : new MachineryError(errorText(error));
  }
}

function jobFor(
  { options, workload: words, bytes, folder }: SeriesWish,
  { name, append = "" }: ListedInMatrix,
  { alignBytes, batch, sha256, workload, number }: {
    readonly alignBytes: number;
    readonly batch: number;
    readonly sha256: string | Error;
    readonly workload: WorkloadWish;
    readonly number: number;
  },
): CellJob {
  const { append: common = "", map = "dev", cpus, memory, bpftrace = "installed" } = options;
  return {
    cell: { kernel: name, alignBytes, batch },
    ...{ number, workload },
    folder: join(folder, name, `${alignName(alignBytes)}-${batch}`),
    made: {
      "kernel image": String(sha256),
      "command line": `${common} ${append}`.trim(),
      workload: `${words} -n ${batch}`,
      align: alignBytes,
      ...{ bytes, map, cpus, memory, bpftrace },
      page_ref: options.pageRef,
      "check of pages": options.checkPages ?? false,
    },
  };
}

/** The rows of one kernel at one mapping size: of what is kept, and of what is made. */
async function makeCells(
  making: Making,
  kernel: ListedInMatrix,
  jobs: readonly CellJob[],
  sha256: string | Error,
): Promise<readonly SeriesRow[]> {
  if (sha256 instanceof Error) return jobs.map((job) => rowWithout(making, job, sha256));
  const rows = new Map<CellJob, SeriesRow>();
  const left: CellJob[] = [];
  for (const job of jobs) {
    const row = await keptRow(making, job);
    if (row === undefined) left.push(job);
    else rows.set(job, row);
  }
  while (left.length > 0) {
    if (making.signal.aborted) {
      for (const job of left.splice(0)) {
        rows.set(job, rowWithout(making, job, making.signal.reason));
      }
    }
    for await (const [job, row] of inOneGuest(making, kernel, left)) rows.set(job, row);
  }
  return jobs.flatMap((job) => rows.get(job) ?? []);
}

/** The row of a cell that is kept; nothing where it is to be made. */
async function keptRow(making: Making, job: CellJob): Promise<SeriesRow | undefined> {
  const { rounds, emulatedTimes = false } = making.wish.options;
  const kept = await keptCell(job.folder, job.made, { rounds, emulated: emulatedTimes });
  switch (kept.kind) {
    case "measured":
      making.say(job, "kept");
      return measuredRow(making, job, kept.report);
    case "lacking":
      making.say(job, "kept");
      return { ...job.cell, kind: "lacking", why: kept.why };
    case "again":
      if (kept.why !== undefined) making.say(job, `is made again: ${kept.why}`);
      return undefined;
  }
}

/**
 * Makes cells in one guest until it is lost, or all are made; takes each out of `left`, at least the
 * first.
 */
async function* inOneGuest(
  making: Making,
  kernel: ListedInMatrix,
  left: CellJob[],
): AsyncGenerator<readonly [CellJob, SeriesRow], void, undefined> {
  const [first] = left;
  if (first === undefined) return;
  const guest = new AbortController();
  const stop = () => guest.abort(making.signal.reason);
  making.signal.addEventListener("abort", stop, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = () => {
    clearTimeout(timer);
    timer = limitTime(making.wish.options.timeout, guest, making.progress);
  };
  making.say(first);
  try {
    // The guest's log is there before any of its cells.
    await Deno.mkdir(join(making.wish.folder, kernel.name), { recursive: true });
    const turns = runInTurn({
      ...guestWish(making.wish, kernel, first, guest.signal, (event) => {
        // What is fetched before the boot takes the time that the network takes.
        if (event.kind === "phase" && timer === undefined) limit();
        making.tell(event);
      }),
      workloads: left.map(({ workload }) => workload),
    });
    for await (const turn of turns) {
      const [job] = left;
      if (job === undefined) break;
      if (job !== first) {
        limit();
        making.say(job);
      }
      try {
        yield [job, await makeCell(making, job, turn, guest.signal)];
      } catch (error) {
        await noteLack(job, error);
        yield [job, rowWithout(making, job, guest.signal.aborted ? guest.signal.reason : error)];
      }
      left.shift();
      if (guest.signal.aborted) break;
    }
  } catch (error) {
    // What all of them need.
    const why = making.signal.aborted ? making.signal.reason : error;
    for (const job of left.splice(0)) yield [job, rowWithout(making, job, why)];
  } finally {
    clearTimeout(timer);
    making.signal.removeEventListener("abort", stop);
    making.progress.finish();
  }
}

function guestWish(
  { options, folder, bytes }: SeriesWish,
  { name, kernel, modules, append }: ListedInMatrix,
  { cell: { alignBytes } }: CellJob,
  signal: AbortSignal,
  onEvent: (event: ProgressEvent) => void,
) {
  const { map } = options;
  return {
    ...targetWish(
      {
        ...options,
        ...{ target: "guest", kernel, modules },
        append: [options.append ?? "", append ?? ""].join(" ").trim(),
      },
      bytes,
      { log: join(folder, name, `${alignName(alignBytes)}.log`), folder, signal, onEvent },
    ),
    alignBytes,
    memory: { kind: "devdax", ...(map === undefined ? {} : { map }) } as const,
    headcount: VERSION,
    arguments: Deno.args,
  };
}

/** Records a cell. */
async function makeCell(
  making: Making,
  job: CellJob,
  turn: TurnRun | TurnLack,
  signal: AbortSignal,
): Promise<SeriesRow> {
  const { folder, made } = job;
  const { rounds, emulatedTimes = false, zstd = false } = making.wish.options;
  await emptyCell(folder);
  await writeNote(folder, { made });
  if (turn.kind === "lacking") throw turn.error;
  const untraced = turn.target.accelerator.kind === "tcg" && !emulatedTimes ? 0 : rounds;
  const place = { directory: folder, created: new Date().toISOString() };
  {
    await using file = await createRecording(folder, zstd);
    for await (const item of turn.trace(place, untraced)) {
      await writeItem(file, encodeItem(item), folder);
    }
  }
  if (signal.aborted) throw signal.reason;
  const report = await readReport(folder);
  await writeNote(folder, { made, rounds: untraced });
  return measuredRow(making, job, report);
}

/** Remembers that a kernel cannot do it. */
async function noteLack({ folder, made }: CellJob, error: unknown): Promise<void> {
  if (error instanceof LackError) await writeNote(folder, { made, lacks: error.message });
}

function measuredRow(
  { wish: { expected, options } }: Making,
  { cell }: CellJob,
  report: Report,
): SeriesRow {
  return seriesRow(cell, report, {
    emulatedTimes: options.emulatedTimes === true,
    expected: expected(cell.kernel),
  });
}

/** The row of a cell that gave no report, and a word about it. */
function rowWithout(making: Making, job: CellJob, error: unknown): SeriesRow {
  if (making.signal.aborted) {
    return { ...job.cell, kind: "open", why: `Stopped by ${making.signal.reason}` };
  }
  if (error instanceof MachineryError && error.evidence !== "") complain(error.evidence);
  const kind = error instanceof LackError ? "lacking" : "failed";
  making.say(job, errorText(error));
  return { ...job.cell, kind, why: errorText(error) };
}
