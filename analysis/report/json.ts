/**
 * The report as JSON.
 *
 * @module
 */

import type { Report } from "./report.ts";

/**
 * The report as one JSON object on one line. Equal reports give equal text.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, renderJson, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/debian-6.1-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(JSON.parse(renderJson(report)).verdict, "per-page");
 * ```
 */
export function renderJson(report: Report): string {
  return JSON.stringify(report);
}
