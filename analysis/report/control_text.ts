/**
 * The control experiment as text and as Markdown.
 *
 * @module
 */

import { compareDevdax, type ControlRow } from "../control.ts";
import { counted, lowerFirst } from "../words.ts";
import { wrap } from "./layout.ts";
import { type Column, markdownTable, textTable, values } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { head: "memory" },
  { head: "leaf" },
  { head: "order", right: true },
  { head: "pages", right: true },
  { head: "grabs", right: true },
  { head: "pages/grab" },
  { head: "grabs/head" },
  { head: "ms", right: true },
  { head: "verdict" },
];

/** How the text is laid out, and whose times it shows. */
export interface ControlTextOptions {
  /** Columns that a line below the table may have. Default 80. */
  readonly width?: number;
  /** Runs without probes that the times are of. */
  readonly rounds: number;
}

/**
 * The control experiment as lines of ASCII text: whether devdax is treated like the others, the table,
 * and what each verdict rests on.
 *
 * @example
 * ```ts
 * import { renderControl } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const text = renderControl(
 *   [{ kind: "failed", memory: "devdax", why: "no NVDIMM" }],
 *   { rounds: 3 },
 * );
 * assertStringIncludes(text, "cannot be told: no NVDIMM.");
 * ```
 */
export function renderControl(
  rows: readonly ControlRow[],
  { width = 80, rounds }: ControlTextOptions,
): string {
  const hang = (name: string, text: string): readonly string[] =>
    wrap(`${name}: ${text}`, width - 2, "  ").map((line) => `  ${line}`);
  return [
    ...wrap(compareDevdax(rows).sentence, width),
    "",
    ...textTable(COLUMNS, rows.map(cells)),
    "",
    "Why",
    ...rows.flatMap((row) => hang(row.memory, whyOf(row))),
    "",
    ...wrap(
      "order: of the heads; grabs: of the fast walk, in all calls; grabs/head: in one call; " +
        timeNote(rows, rounds),
      width,
    ),
    "",
  ].join("\n");
}

/**
 * The control experiment as a table of Markdown, and the sentence about devdax below it.
 *
 * @example
 * ```ts
 * import { renderControlMarkdown } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const text = renderControlMarkdown(
 *   [{ kind: "failed", memory: "devdax", why: "no NVDIMM" }],
 *   { rounds: 3 },
 * );
 * assertStringIncludes(text, "the fastest of 3 runs");
 * ```
 */
export function renderControlMarkdown(
  rows: readonly ControlRow[],
  { rounds }: ControlTextOptions,
): string {
  const columns = [...COLUMNS, { head: "why" }];
  const lines = rows.map((row) => [...cells(row), whyOf(row)]);
  const note = `${compareDevdax(rows).sentence} In the table, ${timeNote(rows, rounds)}`;
  return `${markdownTable(columns, lines).join("\n")}\n\n${note}\n`;
}

function cells(row: ControlRow): readonly string[] {
  if (row.kind === "failed") {
    return COLUMNS.map(({ head }) =>
      head === "memory" ? row.memory : head === "verdict" ? "failed" : "-"
    );
  }
  const { memory, leaf, totals, nsPer2MiB, verdict } = row;
  return [
    memory,
    leaf,
    Object.keys(totals.headOrders).join(", ") || "-",
    String(totals.pages),
    String(totals.grabs),
    values(totals.refsPerGrab, 2),
    values(totals.grabsPerHead, 2),
    nsPer2MiB === null ? "-" : (nsPer2MiB.min / 1e6).toPrecision(3),
    verdict,
  ];
}

function whyOf(row: ControlRow): string {
  if (row.kind === "failed") return row.why;
  const [first = "", ...others] = row.reasons;
  return [lowerFirst(first), ...others].join(" ");
}

function timeNote(rows: readonly ControlRow[], rounds: number): string {
  const isEmulated = rows.some((row) => row.kind === "traced" && row.accelerator === "tcg");
  return `ms: for 2 MiB, in the fastest of ${counted(rounds, "run")} without probes` +
    `${isEmulated ? ", emulated: they say nothing of hardware" : ""}.`;
}
