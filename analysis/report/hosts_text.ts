/**
 * Several machines as text: a table, why, and the histograms over all of them.
 *
 * @module
 */

import { type HostRow, sumsOfHosts } from "../hosts.ts";
import { counted, lowerFirst, printable } from "../words.ts";
import { histogramLines } from "./histogram_text.ts";
import { wrap } from "./layout.ts";
import { type Column, textTable, values } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { head: "host" },
  { head: "kernel" },
  { head: "calls", right: true },
  { head: "pages", right: true },
  { head: "grabs", right: true },
  { head: "pages/grab" },
  { head: "grabs/head" },
  { head: "least", right: true },
  { head: "verdict" },
];

/**
 * A table of machines as lines of ASCII text, then for each what its verdict rests on, then the
 * histograms over all of their calls.
 *
 * @example
 * ```ts
 * import { renderHosts } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const text = renderHosts([{ kind: "failed", host: "box", why: "no route to it" }]);
 * assertEquals(text.split("\n").at(-2), "  box: no route to it");
 * ```
 */
export function renderHosts(
  rows: readonly HostRow[],
  { width = 80 }: { readonly width?: number } = {},
): string {
  const { recordings, totals, histograms } = sumsOfHosts(rows);
  const section = (title: string, lines: readonly string[]) => ["", title, ...lines];
  return [
    ...textTable(COLUMNS, rows.map(cells)),
    "",
    "Why",
    ...rows.flatMap((row) =>
      wrap(`${printable(row.host)}: ${whyOf(row)}`, width - 2, "  ").map((line) => `  ${line}`)
    ),
    ...(recordings < 2 ? [] : [
      ...section("All of them", [
        `  ${counted(totals.grabs, "grab")} for ${counted(totals.pages, "page")} in ` +
        `${counted(totals.calls, "call")}, where ${totals.leastGrabs} would do`,
      ]),
      ...section("References per grab", histogramLines(histograms.refsPerGrab, width)),
      ...section("Grabs per head, in one call", histogramLines(histograms.grabsPerHead, width)),
      ...section("Pages per call", histogramLines(histograms.pagesPerCall, width)),
      ...section(
        "Nanoseconds per call, probes included",
        histogramLines(histograms.callNanoseconds, width),
      ),
    ]),
    "",
  ].join("\n");
}

function cells(row: HostRow): readonly string[] {
  const host = printable(row.host);
  if (row.kind === "failed") {
    return COLUMNS.map(({ head }) => head === "host" ? host : head === "verdict" ? "failed" : "-");
  }
  const { release, verdict, sums: { totals } } = row;
  return [
    host,
    printable(release),
    String(totals.calls),
    String(totals.pages),
    String(totals.grabs),
    values(totals.refsPerGrab),
    values(totals.grabsPerHead),
    String(totals.leastGrabs),
    verdict,
  ];
}

function whyOf(row: HostRow): string {
  if (row.kind === "failed") return row.why;
  const [first = "", ...others] = row.reasons;
  return [lowerFirst(first), ...others].join(" ");
}
