/**
 * A series as text and as Markdown.
 *
 * @module
 */

import { expectVerdict } from "../expectation.ts";
import {
  alignName,
  cellOutcome,
  type MeasuredCell,
  perTwoMiB,
  type SeriesCell,
  type SeriesRow,
  type UnmeasuredCell,
} from "../series.ts";
import { lowerFirst } from "../words.ts";
import { wrap } from "./layout.ts";
import { type Column, markdownTable, textTable, values } from "./table.ts";

/** What is said beside the table. */
export interface SeriesTextOptions {
  /** What was run, but for the pages of a call. */
  readonly workload: string;
  /** Columns that a line below the table may have. Default 72, as in a mail. */
  readonly width?: number;
}

/** A column of a series: its head, and its cell of what was measured. */
interface SeriesColumn extends Column {
  readonly cell: (row: MeasuredCell) => string;
}

/**
 * A series as lines of ASCII text: the table, then what is not as it should be, and the kernels.
 *
 * @example
 * ```ts
 * import { renderSeries } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const cell = { kernel: "rfc", alignBytes: 2 ** 21, batch: 512 };
 * const text = renderSeries([{ ...cell, kind: "failed", why: "Kernel panic." }], {
 *   workload: "gup-test -a",
 * });
 * assertStringIncludes(text, "rfc     2M       512  failed");
 * assertStringIncludes(text, "rfc 2M 512: kernel panic.");
 * ```
 */
export function renderSeries(
  rows: readonly SeriesRow[],
  { workload, width = 72 }: SeriesTextOptions,
): string {
  const columns = columnsFor(rows);
  const hang = (text: string): readonly string[] =>
    wrap(text, width - 2, "  ").map((line) => `  ${line}`);
  const open = rows.flatMap((row) => complaintOf(row) ?? []);
  const releases = releasesOf(rows);
  return [
    ...wrap(`${workload}, of devdax memory`, width),
    "",
    ...textTable([...PLACE, ...columns], rows.map((row) => cellsOf(row, columns))),
    ...(open.length === 0 ? [] : ["", "Why", ...open.flatMap(hang)]),
    ...(releases.length === 0 ? [] : ["", "Kernels", ...releases.flatMap(hang)]),
    "",
    ...wrap(noteOn(rows, workload), width),
    "",
  ].join("\n");
}

/**
 * A series as a table of Markdown, with what is not as it should be below it.
 *
 * @example
 * ```ts
 * import { renderSeriesMarkdown } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const cell = { kernel: "rfc", alignBytes: 2 ** 21, batch: 512 };
 * const text = renderSeriesMarkdown([{ ...cell, kind: "open", why: "Stopped." }], {
 *   workload: "gup-test -a",
 * });
 * assertStringIncludes(text, "| rfc | 2M | 512 | not run |");
 * ```
 */
export function renderSeriesMarkdown(
  rows: readonly SeriesRow[],
  { workload }: SeriesTextOptions,
): string {
  const columns = columnsFor(rows);
  const open = rows.flatMap((row) => complaintOf(row) ?? []);
  const lines = [...open, ...releasesOf(rows)].map((line) => `- ${line.replaceAll("\n", " ")}`);
  return [
    `\`${workload}\`, of devdax memory`,
    "",
    ...markdownTable([...PLACE, ...columns], rows.map((row) => cellsOf(row, columns))),
    "",
    ...(lines.length === 0 ? [] : [...lines, ""]),
    noteOn(rows, workload),
    "",
  ].join("\n");
}

/**
 * What a cell is called: its kernel, mapping size and pages of a call.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cellName({ kernel: "rfc", alignBytes: 2 ** 21, batch: 512 }), "rfc 2M 512");
 * ```
 */
export function cellName({ kernel, alignBytes, batch }: SeriesCell): string {
  return `${kernel} ${alignName(alignBytes)} ${batch}`;
}

/**
 * What was measured in a cell, in the words of the table's heads.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, seriesRow, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/puts-debian-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(
 *   measuredWords(seriesRow({ kernel: "7.3", alignBytes: 2 ** 21, batch: 512 }, report)),
 *   "verdict once, pages/grab 256 to 1, grabs/head 1, look-ups 0, puts 3",
 * );
 * ```
 */
export function measuredWords(row: MeasuredCell): string {
  return columnsFor([row]).filter(({ head }) => head !== "expected")
    .map(({ head, cell }) => `${head} ${cell(row)}`).join(", ");
}

function columnsFor(rows: readonly SeriesRow[]): readonly SeriesColumn[] {
  const measured = rows.filter((row) => row.kind === "measured");
  return [
    { head: "verdict", cell: ({ verdict }) => verdict },
    { head: "pages/grab", cell: ({ totals }) => values(totals.refsPerGrab, 2) },
    { head: "grabs/head", cell: ({ totals }) => values(totals.grabsPerHead, 2) },
    {
      head: "look-ups",
      right: true,
      cell: ({ totals }) => decimal(perTwoMiB(totals.pgmapLookups, totals.pages)),
    },
    { head: "puts", right: true, cell: putsOf },
    ...(measured.some(({ times }) => times !== null)
      ? [
        { head: "get us", right: true, cell: timeCell("getNs") },
        { head: "put us", right: true, cell: timeCell("putNs") },
      ]
      : []),
    ...(measured.some(({ expected }) => expected !== undefined)
      ? [{ head: "expected", cell: expectedCell }]
      : []),
  ];
}

/** Columns that every row has. */
const PLACE: readonly Column[] = [
  { head: "kernel" },
  { head: "align" },
  { head: "batch", right: true },
];

/** What stands in place of a verdict. */
const UNMEASURED: Readonly<Record<UnmeasuredCell["kind"], string>> = {
  lacking: "skipped",
  failed: "failed",
  open: "not run",
};

function cellsOf(row: SeriesRow, columns: readonly SeriesColumn[]): readonly string[] {
  return [
    ...[row.kernel, alignName(row.alignBytes), String(row.batch)],
    ...columns.map(({ head, cell }) =>
      row.kind === "measured" ? cell(row) : head === "verdict" ? UNMEASURED[row.kind] : "-"
    ),
  ];
}

/** At most one digit after the point. */
function decimal(value: number | null): string {
  return value === null ? "-" : Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** Puts of pins; those of gets are inlined, so that only references can be counted, if anything. */
function putsOf({ putSide: { puts, pins, gets }, totals: { pages } }: MeasuredCell): string {
  if (pins.taken > 0 || (pins.put ?? 0) > 0 || gets.taken === 0) {
    return decimal(perTwoMiB(puts, pages));
  }
  return gets.put === null ? "unseen" : `${decimal(perTwoMiB(gets.put, pages))} refs`;
}

function timeCell(part: "getNs" | "putNs"): (row: MeasuredCell) => string {
  return ({ times }) => times === null ? "-" : (times[part].median / 1000).toFixed(1);
}

function expectedCell(row: MeasuredCell): string {
  const { expected, release } = row;
  if (expected === undefined) return "-";
  switch (expectVerdict(expected, { ...row, kernel: { release } }).kind) {
    case "met":
      return "yes";
    case "unmet":
      return `no, ${expected.join(" or ")}`;
    case "moot":
    case "unknown":
      return "-";
  }
}

/** What is not as it should be, and why. */
function complaintOf(row: SeriesRow): string | undefined {
  if (row.kind !== "measured") return `${cellName(row)}: ${lowerFirst(row.why)}`;
  const outcome = cellOutcome(row);
  if (outcome === "ok") return undefined;
  const { expected = [], release } = row;
  return outcome === "undecided"
    ? `${cellName(row)}: ${[lowerFirst(row.reasons[0] ?? ""), ...row.reasons.slice(1)].join(" ")}`
    : `${cellName(row)}: ${expectVerdict(expected, { ...row, kernel: { release } }).sentence}`;
}

/** Each kernel, its release, and what ran its instructions. */
function releasesOf(rows: readonly SeriesRow[]): readonly string[] {
  const lines = rows.flatMap((row) =>
    row.kind === "measured" ? [`${row.kernel}: ${row.release}, on ${row.accelerator}`] : []
  );
  return [...new Set(lines)];
}

function noteOn(rows: readonly SeriesRow[], workload: string): string {
  const measured = rows.filter((row) => row.kind === "measured");
  const timed = measured.flatMap(({ times }) => times ?? []);
  const isEmulated = measured.some(({ accelerator }) => accelerator === "tcg");
  const counts = [...new Set(timed.map(({ count }) => count))].sort((a, b) => a - b);
  const times = timed.length > 0
    ? ` get us, put us: microseconds for 2 MiB without probes, the median of ${
      counts.join(" or ")
    } repeats${
      isEmulated ? "; under tcg they are the emulator's and say nothing of hardware" : ""
    }.`
    : isEmulated && workload.startsWith("gup-test")
    ? " Times are left out: under tcg they are the emulator's, --emulated-times shows them."
    : "";
  return "batch: pages of a call; look-ups: of get_dev_pagemap, for 2 MiB; puts: for 2 MiB, of " +
    `pins.${times}`;
}
