/**
 * A series: several kernels, each at each mapping size and in calls of each size; one row for each cell.
 *
 * @module
 */

import type { Accelerator } from "../recording/header.ts";
import { type ExpectedVerdict, expectVerdict } from "./expectation.ts";
import type { PutSide } from "./put_side.ts";
import { type Spread, spread } from "./repeats.ts";
import type { Report, ReportTotals } from "./report/report.ts";
import type { VerdictKind } from "./verdict.ts";
import { byteSize } from "./words.ts";

/** The place of a cell in a series. */
export interface SeriesCell {
  /** What the kernel is called. */
  readonly kernel: string;
  /** Mapping size of the device. */
  readonly alignBytes: number;
  /** Pages that a call, or a piece, is asked for. */
  readonly batch: number;
}

/** Times of a cell that were taken without probes, in nanoseconds for 2 MiB. */
export interface CellTimes {
  /** Repeats of the kernel's own benchmark. */
  readonly count: number;
  /** Getting or pinning. */
  readonly getNs: Spread;
  /** Putting. */
  readonly putNs: Spread;
}

/** A cell that was measured. */
export interface MeasuredCell extends SeriesCell {
  /** What it is. */
  readonly kind: "measured";
  /** The kernel's release. */
  readonly release: string;
  /** What ran its instructions. */
  readonly accelerator: Accelerator["kind"];
  /** Sums over the judged calls. */
  readonly totals: ReportTotals;
  /** What was given back. */
  readonly putSide: PutSide;
  /** Times; `null` where none were taken, or the workload tells none. */
  readonly times: CellTimes | null;
  /** The answer. */
  readonly verdict: VerdictKind;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
  /** Verdicts that were expected; absent where any is as good. */
  readonly expected?: readonly ExpectedVerdict[];
}

/** A cell without a report. */
export interface UnmeasuredCell extends SeriesCell {
  /**
   * - `lacking`: the kernel cannot do it.
   * - `failed`: it was tried, and something broke.
   * - `open`: it was not tried, since the series was stopped before.
   */
  readonly kind: "lacking" | "failed" | "open";
  /** Why. */
  readonly why: string;
}

/** A row of a series. */
export type SeriesRow = MeasuredCell | UnmeasuredCell;

/** What to say of a row in a word: whether it is as it should be. */
export type CellOutcome = "ok" | "unexpected" | "undecided" | UnmeasuredCell["kind"];

/** Bytes that counts and times are told for: those behind a PMD. */
const UNIT_BYTES: number = 2 * 1024 ** 2;
const PAGE_BYTES = 4096;

/**
 * Takes from a report what a series shows of it.
 *
 * @param emulatedTimes Whether times are taken from it that are an emulator's.
 * @param expected Verdicts that are expected; absent where any is as good.
 *
 * @example
 * ```ts
 * import { analyze, cellOutcome, decodeItems, seriesRow, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * const cell = { kernel: "patched", alignBytes: 2 ** 21, batch: 512 };
 * const row = seriesRow(cell, report, { expected: ["per-page"] });
 * assertEquals([row.verdict, cellOutcome(row)], ["once", "unexpected"]);
 * ```
 */
export function seriesRow(
  { kernel, alignBytes, batch }: SeriesCell,
  report: Report,
  { emulatedTimes = false, expected }: {
    readonly emulatedTimes?: boolean;
    readonly expected?: readonly ExpectedVerdict[] | undefined;
  } = {},
): MeasuredCell {
  return {
    kind: "measured",
    ...{ kernel, alignBytes, batch },
    release: report.kernel.release,
    accelerator: report.target.accelerator,
    totals: report.totals,
    putSide: report.putSide,
    times: report.target.accelerator !== "tcg" || emulatedTimes ? untracedTimes(report) : null,
    verdict: report.verdict,
    reasons: report.reasons,
    ...(expected === undefined ? {} : { expected }),
  };
}

/** What the kernel's benchmark told in the runs without probes; `null` where it did not. */
function untracedTimes({ times = [], workload }: Report): CellTimes | null {
  const samples = (part: "get" | "put"): readonly number[] =>
    times.filter((it) => it.part === part && !it.probes).flatMap(({ runs }) => runs.flat());
  const getNs = samples("get");
  const [get, put] = [spread(getNs), spread(samples("put"))];
  if (get === undefined || put === undefined) return null;
  // A repeat takes all of the memory.
  const scaled = ({ min, median, max }: Spread): Spread => ({
    min: min * UNIT_BYTES / workload.bytes,
    median: median * UNIT_BYTES / workload.bytes,
    max: max * UNIT_BYTES / workload.bytes,
  });
  return { count: getNs.length, getNs: scaled(get), putNs: scaled(put) };
}

/**
 * Whether a cell is as it should be: measured, with a verdict, and where one is expected with that. Where
 * nothing can be batched any kernel grabs once for each leaf, whatever is expected.
 *
 * @example
 * ```ts
 * import { cellOutcome } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const cell = { kernel: "6.12", alignBytes: 2 ** 21, batch: 512 };
 * assertEquals(cellOutcome({ ...cell, kind: "lacking", why: "no CONFIG_GUP_TEST" }), "lacking");
 * ```
 */
export function cellOutcome(row: SeriesRow): CellOutcome {
  if (row.kind !== "measured") return row.kind;
  const { expected, release } = row;
  if (row.verdict === "undecided") return "undecided";
  if (expected === undefined) return "ok";
  return expectVerdict(expected, { ...row, kernel: { release } }).kind === "unmet"
    ? "unexpected"
    : "ok";
}

/**
 * How many there are for 2 MiB of the pages that were taken; `null` where there are none, or the number is
 * not known.
 *
 * @example
 * ```ts
 * import { perTwoMiB } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([perTwoMiB(10, 5120), perTwoMiB(null, 512), perTwoMiB(1, 0)], [1, null, null]);
 * ```
 */
export function perTwoMiB(count: number | null, pages: number): number | null {
  return count === null || pages === 0 ? null : count * UNIT_BYTES / (pages * PAGE_BYTES);
}

/**
 * What a mapping size is called, on the command line as well.
 *
 * @example
 * ```ts
 * import { alignName } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([4096, 2 ** 21, 2 ** 30].map(alignName), ["4K", "2M", "1G"]);
 * ```
 */
export function alignName(alignBytes: number): string {
  return byteSize(alignBytes).replace(/ (.)iB$/, "$1");
}
