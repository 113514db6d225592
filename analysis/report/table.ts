/**
 * Tables of text and of Markdown.
 *
 * @module
 */

import type { Weighted } from "../histogram.ts";

/** A column: its head, and whether its cells are set to the right. */
export interface Column {
  /** What stands over it. */
  readonly head: string;
  /** Whether its cells are set to the right; default no. */
  readonly right?: boolean;
}

/**
 * A table in columns as wide as their widest cell, two blanks between them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(textTable([{ head: "kernel" }, { head: "grabs", right: true }], [["6.1", "512"]]), [
 *   "kernel  grabs",
 *   "6.1       512",
 * ]);
 * ```
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = columns.map(({ head }, i) =>
    Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => {
      const width = widths[i] ?? 0;
      return columns[i]?.right === true ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd();
  return [line(columns.map(({ head }) => head)), ...rows.map(line)];
}

/**
 * The same as Markdown.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(markdownTable([{ head: "kernel" }, { head: "grabs", right: true }], [["a|b", "3"]]), [
 *   "| kernel | grabs |",
 *   "| --- | ---: |",
 *   "| a\\|b | 3 |",
 * ]);
 * ```
 */
export function markdownTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ right }) => right === true ? "---:" : "---")),
    ...rows.map(line),
  ];
}

/**
 * The values that occurred, the greatest first; only the ends where there are more than `most`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const weighted = [[1, 1], [255, 255], [256, 256]] as const;
 * assertEquals([values(weighted), values(weighted, 2)], ["256, 255, 1", "256 to 1"]);
 * ```
 */
export function values(weighted: readonly Weighted[], most = 3): string {
  const found = weighted.map(([value]) => value).sort((a, b) => b - a);
  if (found.length === 0) return "-";
  return found.length > most ? `${found[0]} to ${found.at(-1)}` : found.join(", ");
}
