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
 * import { type Report, renderJson } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const verdictOf = (report: Report): string => JSON.parse(renderJson(report)).verdict;
 * assertEquals(typeof verdictOf, "function");
 * ```
 */
export function renderJson(report: Report): string {
  return JSON.stringify(report);
}
