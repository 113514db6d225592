/**
 * Recordings as one page, and histograms as an image.
 *
 * @module
 */

import type { Unlike } from "../compare/compare.ts";
import type { TitledHistogram } from "./histogram_image.ts";
import type { PageOptions } from "./page.ts";
import type { PageSide } from "./side.ts";

export type { TitledHistogram } from "./histogram_image.ts";
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

/**
 * Histograms below each other as one SVG image, by light and by dark, which tells its numbers to those who
 * do not see it. What draws is loaded only when it is called.
 *
 * @example
 * ```ts
 * import { histogram, histogramSvg } from "headcount";
 * import { assertMatch } from "@std/assert";
 *
 * const svg = await histogramSvg([{ title: "References per grab", histogram: histogram([[1, 512]]) }]);
 * assertMatch(svg, /^<svg .*\[1, 2\).*<\/svg>\n$/s);
 * ```
 */
export async function histogramSvg(titled: readonly TitledHistogram[]): Promise<string> {
  const { histogramImage } = await import("./histogram_image.ts");
  return histogramImage(titled);
}
