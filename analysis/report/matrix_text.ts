/**
 * A matrix of kernels as text, as Markdown, and as JSON.
 *
 * @module
 */

import type { RoleName } from "../../recording/header.ts";
import type { MatrixRow, TracedRow } from "../matrix.ts";
import type { PutSide } from "../put_side.ts";
import { lowerFirst } from "../words.ts";
import { wrap } from "./layout.ts";
import { type Column, markdownTable, textTable, values } from "./table.ts";

/** Roles whose functions are shown, in the order in which a call meets them. */
const SHOWN: readonly RoleName[] = [
  ...["entry", "hugeLeaf", "pmdLeaf", "pudLeaf", "pteLeaf"] as const,
  ...["grabOne", "grabBatch", "grabSlow", "lookup", "put", "unpin"] as const,
];

const COLUMNS: readonly Column[] = [
  { head: "kernel" },
  { head: "grabs", right: true },
  { head: "pages/grab" },
  { head: "grabs/head" },
  { head: "least", right: true },
  { head: "look-ups", right: true },
  { head: "puts", right: true },
  { head: "verdict" },
];

/**
 * A matrix as lines of ASCII text: the table, then for each kernel what its verdict rests on and the
 * functions that were found.
 *
 * @example
 * ```ts
 * import { renderMatrix } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const text = renderMatrix([{ kind: "failed", name: "7.4", why: "kernel panic" }]);
 * assertEquals(text.split("\n")[1], "7.4         -  -           -               -         -     -  failed");
 * ```
 */
export function renderMatrix(
  rows: readonly MatrixRow[],
  { width = 80 }: { readonly width?: number } = {},
): string {
  const hang = (name: string, text: string): readonly string[] =>
    wrap(`${name}: ${text}`, width - 2, "  ").map((line) => `  ${line}`);
  const traced = rows.filter((row) => row.kind === "traced");
  return [
    ...textTable(COLUMNS, rows.map(cells)),
    "",
    "Why",
    ...rows.flatMap((row) => hang(row.name, whyOf(row))),
    ...(traced.length === 0 ? [] : ["", "Functions"]),
    ...traced.flatMap((row) => hang(row.name, functionsOf(row))),
    "",
    "grabs: of the fast walk, in all calls; least: that would do; look-ups:",
    "get_dev_pagemap, real ones in brackets; puts: of pins; those of gets are",
    "unseen, but the page_ref tracepoints count the references where they are.",
    "",
  ].join("\n");
}

/**
 * A matrix as a table of Markdown, with the functions and the reasons in columns of their own.
 *
 * @example
 * ```ts
 * import { renderMatrixMarkdown } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const text = renderMatrixMarkdown([{ kind: "failed", name: "7.4", why: "kernel panic" }]);
 * assertEquals(text.includes("kernel panic"), true);
 * ```
 */
export function renderMatrixMarkdown(rows: readonly MatrixRow[]): string {
  const columns = [...COLUMNS, { head: "functions" }, { head: "why" }];
  const lines = rows.map((row) => [
    ...cells(row),
    row.kind === "traced" ? functionsOf(row) : "-",
    whyOf(row),
  ]);
  return `${markdownTable(columns, lines).join("\n")}\n`;
}

function cells(row: MatrixRow): readonly string[] {
  if (row.kind === "failed") {
    return COLUMNS.map(({ head }) =>
      head === "kernel" ? row.name : head === "verdict" ? "failed" : "-"
    );
  }
  const { name, totals, putSide, verdict } = row;
  return [
    name,
    String(totals.grabs),
    values(totals.refsPerGrab),
    values(totals.grabsPerHead),
    String(totals.leastGrabs),
    totals.pgmapLookups === null ? "-" : `${totals.pgmapLookups} (${totals.pgmapRealLookups})`,
    putCell(putSide),
    verdict,
  ];
}

function putCell({ puts, pins, gets }: PutSide): string {
  if (pins.taken > 0 || (pins.put ?? 0) > 0 || gets.taken === 0) {
    return puts === null ? "-" : String(puts);
  }
  return gets.put === null ? "unseen" : `${gets.put} refs`;
}

function whyOf(row: MatrixRow): string {
  if (row.kind === "failed") return row.why;
  const [first = "", ...others] = row.reasons;
  return [lowerFirst(first), ...others].join(" ");
}

/** Each function once, in order; a role that is played by none is left out. */
function functionsOf({ functions }: TracedRow): string {
  return [...new Set(SHOWN.flatMap((role) => functions[role] ?? []))].join(", ");
}
