/**
 * A series in each of its formats, printed and in files.
 *
 * @module
 */

import { InvalidArgumentError } from "@commander-js/extra-typings";
import { extname } from "node:path";
import {
  cellOutcome,
  MachineryError,
  renderJunit,
  renderKtap,
  renderSeries,
  renderSeriesMarkdown,
  type SeriesRow,
  seriesSuites,
} from "../mod.ts";
import { errorText } from "./output.ts";

/** Formats of a series. */
export const SERIES_FORMATS = ["text", "markdown", "json", "ktap", "junit"] as const;

/** A format of a series. */
export type SeriesFormat = typeof SERIES_FORMATS[number];

/** A file that a series is written to. */
export interface SavedSeries {
  readonly path: string;
  readonly format: SeriesFormat;
}

const ENDINGS: Readonly<Record<string, SeriesFormat>> = {
  ".txt": "text",
  ".md": "markdown",
  ".json": "json",
  ".ktap": "ktap",
  ".xml": "junit",
};

/** A file, by whose ending its format is known, added to those before. */
export function savedSeries(path: string, before: readonly SavedSeries[]): readonly SavedSeries[] {
  const format = ENDINGS[extname(path)];
  if (format !== undefined) return [...before, { path, format }];
  throw new InvalidArgumentError(
    `Its ending says the format: ${Object.keys(ENDINGS).join(", ")}.`,
  );
}

/** A series in a format. */
export function renderSeriesAs(
  format: SeriesFormat,
  rows: readonly SeriesRow[],
  workload: string,
): string {
  switch (format) {
    case "text":
      return renderSeries(rows, { workload });
    case "markdown":
      return renderSeriesMarkdown(rows, { workload });
    case "json": {
      const told = rows.map((row) => ({ ...row, outcome: cellOutcome(row) }));
      return `${JSON.stringify({ format: "headcount.series/1", workload, rows: told }, null, 2)}\n`;
    }
    case "ktap":
      return renderKtap(seriesSuites(rows));
    case "junit":
      return renderJunit(seriesSuites(rows), `headcount series: ${workload}`);
  }
}

/** Writes a series to files. */
export async function saveSeries(
  files: readonly SavedSeries[],
  rows: readonly SeriesRow[],
  workload: string,
): Promise<void> {
  for (const { path, format } of files) {
    try {
      await Deno.writeTextFile(path, renderSeriesAs(format, rows, workload));
    } catch (error) {
      throw new MachineryError(`Cannot write the series to "${path}": ${errorText(error)}`);
    }
  }
}
