/**
 * Histograms as an image by itself.
 *
 * @module
 */

import { bucketName, type Histogram } from "../histogram.ts";
import { CHART, px } from "./chart.ts";
import { drawBars } from "./histogram_chart.ts";
import { Markup, markup } from "./markup.ts";

/** A histogram and what stands above it. */
export interface TitledHistogram {
  /** What it counts. */
  readonly title: string;
  /** What was counted. */
  readonly histogram: Histogram;
}

/** Height of a title, and of what is between two histograms. */
const [TITLE, BETWEEN] = [20, 12];

/** Blue of Okabe and Ito; paper, ink and what is faint on it, by light and by dark. */
const STYLE = new Markup(
  'svg{background:#fff}text{font:11px system-ui,"DejaVu Sans",sans-serif;fill:#1b1f24}' +
    ".title{font-size:13px;font-weight:600}.label{text-anchor:end;fill:#59636e}.s0{fill:#0072b2}" +
    "@media(prefers-color-scheme:dark){svg{background:#14171b}text{fill:#e8eaed}.label{fill:#a3adb8}.s0{fill:#2f8fd0}}",
);

/**
 * Draws histograms below each other, as one SVG.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 *
 * const image = histogramImage([{ title: "@pages", histogram: [{ lo: 256, hi: 512, count: 3 }] }]);
 * assertStringIncludes(image, "<desc>@pages: [256, 512) 3</desc>");
 * ```
 */
export function histogramImage(titled: readonly TitledHistogram[]): string {
  const drawn: Markup[] = [];
  let y = 0;
  for (const { title, histogram } of titled) {
    const { drawn: bars, height } = drawBars([{ colour: "s0", histogram }], bucketName);
    const content = histogram.length === 0
      ? markup`<text x="0" y="${TITLE - 2}">nothing to show</text>`
      : bars;
    drawn.push(
      markup`<g transform="translate(4 ${px(y)})"><text class="title" x="0" y="14">${title}</text>`,
      markup`<g transform="translate(0 ${TITLE})">${content}</g></g>`,
    );
    y += TITLE + Math.max(height, TITLE) + BETWEEN;
  }
  const told = titled.map(({ title, histogram }) =>
    `${title}: ${
      histogram.filter(({ count }) => count > 0)
        .map((bucket) => `${bucketName(bucket)} ${bucket.count}`).join(", ")
    }`
  ).join("; ");
  return markup`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${
    CHART.width * 2
  }" viewBox="0 0 ${CHART.width + 8} ${px(y)}"><title>${
    titled.map(({ title }) => title).join(", ")
  }</title><desc>${told}</desc><style>${STYLE}</style>${drawn}</svg>\n`.text;
}
