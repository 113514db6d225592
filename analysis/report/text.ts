/**
 * The report as text: for a terminal, or to be pasted into a mail.
 *
 * @module
 */

import { EXIT_CODES } from "../verdict.ts";
import { histogramLines } from "./histogram_text.ts";
import { fields, paintWith } from "./layout.ts";
import { ledgerLines } from "./ledger_text.ts";
import { heldRows, processRows } from "./listed_text.ts";
import { renderOverhead } from "./overhead_text.ts";
import { probeRows } from "./probes_text.ts";
import type { Report } from "./report.ts";
import { totalRows } from "./totals_text.ts";
import { verdictLines } from "./verdict_text.ts";
import { whereRows } from "./where_text.ts";

/** How the text is laid out. */
export interface TextOptions {
  /** Columns that a line may have; words longer than that are not broken. Default 80. */
  readonly width?: number;
  /** Whether to colour; NO_COLOR in the environment overrules it. Default false. */
  readonly colour?: boolean;
}

/**
 * The report as lines of ASCII text: the verdict with its arithmetic first, then what it was found
 * on, the counts, the histograms and the ledger.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, renderText, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/debian-6.1-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * const [first] = renderText(report, { width: 100 }).split("\n");
 * assertEquals(first, "per-page: 512 grabs for 512 pages, one for each page, where 3 would do.");
 * ```
 */
export function renderText(report: Report, options: TextOptions = {}): string {
  const { width = 80, colour = false } = options;
  const paint = paintWith(colour);
  const section = (title: string, lines: readonly string[], aside = ""): readonly string[] => [
    "",
    paint.title(title) + (aside === "" ? "" : paint.aside(`, ${aside}`)),
    ...lines,
  ];
  const { histograms, putSide } = report;
  return [
    ...verdictLines(report, width, paint),
    ...section("Where", fields(whereRows(report), width)),
    ...section("Probes", fields(probeRows(report), width)),
    ...section("Totals", totalRows(report)),
    ...(report.processes === undefined ? [] : section("Processes", processRows(report.processes))),
    ...(putSide.held.length === 0 ? [] : section("Held at the end", heldRows(putSide))),
    ...section("References per grab", histogramLines(histograms.refsPerGrab, width)),
    ...section("Grabs per head", histogramLines(histograms.grabsPerHead, width), "in one call"),
    ...section("Pages per call", histogramLines(histograms.pagesPerCall, width)),
    ...section(
      "Nanoseconds per call",
      histogramLines(histograms.callNanoseconds, width),
      timeNote(report),
    ),
    ...section("Ledger", ledgerLines(report, width, paint)),
    ...(report.overhead === undefined ? [] : overheadLines(report)),
    "",
    paint.verdict(report.verdict, report.verdict) + ` (exit code ${EXIT_CODES[report.verdict]})`,
    "",
  ].join("\n");
}

function timeNote({ target }: Report): string {
  return target.accelerator === "tcg"
    ? "probes included; emulated, not hardware's time"
    : "probes included";
}

/** What the probes cost, after a blank line. */
function overheadLines({ overhead = [], target }: Report): readonly string[] {
  return renderOverhead(overhead, target.accelerator === "tcg").trimEnd().split("\n");
}
