/**
 * Recordings as one page.
 *
 * @module
 */

import type { Unlike } from "../compare/compare.ts";
import type { PageOptions } from "./page.ts";
import type { PageSide } from "./side.ts";

export type { PageOptions } from "./page.ts";
export type { PageSide } from "./side.ts";

/**
 * One recording, or several side by side, as an HTML page in one file: it needs no network and no script, and
 * has all numbers in tables as well. Two are compared, the baseline first.
 *
 * What draws is loaded only when it is called.
 *
 * @returns The page, or in what two recordings are not alike.
 * @throws {TypeError} where there is no recording.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, type RecordingItem, renderPage, splitLines, startPicture } from "headcount";
 * import { assert, assertStringIncludes } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const maker = startPicture();
 * async function* drawn(lines: AsyncIterable<RecordingItem>) {
 *   for await (const line of lines) {
 *     maker.add(line);
 *     yield line;
 *   }
 * }
 * const report = await analyze(drawn(decodeItems(splitLines(file.readable))));
 * const page = await renderPage([{ name: "linux-7.3-2M", report, picture: maker.picture() }]);
 * assert(typeof page === "string");
 * assertStringIncludes(page, "3 grabs for 512 pages");
 * ```
 */
export async function renderPage(
  sides: readonly PageSide[],
  options: PageOptions = {},
): Promise<string | Unlike> {
  const { page } = await import("./page.ts");
  return page(sides, options);
}
