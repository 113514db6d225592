/**
 * Histograms as text: bars of characters for a terminal or a mail, a table of Markdown.
 *
 * @module
 */

import { type Bucket, bucketName, type Histogram, mergeHistograms, rowsOf } from "../histogram.ts";
import { markdownTable } from "./table.ts";

/** The least columns of a bucket's name, of its count, and of a bar. */
const [NAME, COUNT, BAR] = [13, 9, 8];

/**
 * A histogram as text: for each bucket its count and a bar. Three empty buckets or more in a row are one
 * line.
 *
 * @param options Columns that a line may take; from 36 on, unless numbers are long.
 *
 * @example 512 grabs of one reference and one of four
 * ```ts
 * import { histogram, histogramText } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const text = histogramText(histogram([[1, 512], [4, 1]]), { columns: 60 });
 * assertEquals(text.split("\n"), [
 *   "  [1, 2)              512 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|",
 *   "  [2, 4)                0 |                                |",
 *   "  [4, 8)                1 |@                               |",
 *   "",
 * ]);
 * ```
 */
export function histogramText(
  histogram: Histogram,
  { columns = 80 }: { readonly columns?: number } = {},
): string {
  return histogramLines(histogram, columns).map((line) => `${line}\n`).join("");
}

/**
 * The same as lines.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(histogramLines([], 80), ["  nothing to show"]);
 * ```
 */
export function histogramLines(histogram: Histogram, columns: number): readonly string[] {
  return linesOf(histogram, [histogram], columns);
}

/**
 * Two histograms in powers of two on one axis, side by side: each has bars by its own greatest count.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(twoHistograms([{ lo: 1, hi: 2, count: 512 }], [{ lo: 2, hi: 4, count: 1 }], 60), [
 *   "  [1, 2)              512 |@@@@@@@@@|         0 |         |",
 *   "  [2, 4)                0 |         |         1 |@@@@@@@@@|",
 * ]);
 * ```
 */
export function twoHistograms(
  one: Histogram,
  other: Histogram,
  columns: number,
): readonly string[] {
  return linesOf(mergeHistograms(one, other), [one, other], columns);
}

function linesOf(
  axis: Histogram,
  histograms: readonly Histogram[],
  columns: number,
): readonly string[] {
  if (axis.length === 0) return ["  nothing to show"];
  const names = Math.max(NAME, ...axis.map((bucket) => bucketName(bucket).length));
  const sides = histograms.map((histogram) => ({
    counts: new Map(histogram.map(({ lo, count }) => [lo, count])),
    most: Math.max(...histogram.map(({ count }) => count)),
    width: Math.max(COUNT, ...histogram.map(({ count }) => String(count).length)),
  }));
  const taken = sides.reduce((sum, { width }) => sum + width + 4, names + 2);
  const room = Math.max(BAR, Math.floor((columns - taken) / sides.length));
  const cells = ({ lo }: Bucket): string =>
    sides.map(({ counts, most, width }) => {
      const count = counts.get(lo) ?? 0;
      return ` ${String(count).padStart(width)} |${barOf(count, most, room)}|`;
    }).join("");
  return rowsOf(axis).map((bucket) =>
    bucket === null ? "  ..." : `  ${bucketName(bucket).padEnd(names)}${cells(bucket)}`
  );
}

/** A bar as long as its share of the greatest; what was seen at all shows, however little it is. */
function barOf(count: number, most: number, room: number): string {
  const length = count === 0 ? 0 : Math.max(1, Math.round(room * count / most));
  return "@".repeat(length).padEnd(room);
}

/**
 * A histogram as a table of Markdown: for each bucket its count, and its share of all.
 *
 * @example
 * ```ts
 * import { histogramMarkdown } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const text = histogramMarkdown([{ lo: 1, hi: 2, count: 3 }, { lo: 2, hi: 4, count: 1 }]);
 * assertEquals(text.split("\n"), [
 *   "| bucket | count | share |",
 *   "| --- | ---: | ---: |",
 *   "| [1, 2) | 3 | 75.0 % |",
 *   "| [2, 4) | 1 | 25.0 % |",
 *   "",
 * ]);
 * ```
 */
export function histogramMarkdown(histogram: Histogram): string {
  const all = histogram.reduce((sum, { count }) => sum + count, 0);
  const rows = rowsOf(histogram).map((bucket) => {
    if (bucket === null) return ["...", "", ""];
    const share = all === 0 ? 0 : bucket.count / all * 100;
    return [bucketName(bucket), String(bucket.count), `${share.toFixed(1)} %`];
  });
  return `${markdownTable(COLUMNS, rows).join("\n")}\n`;
}

const COLUMNS = [
  { head: "bucket" },
  { head: "count", right: true },
  { head: "share", right: true },
];
