/**
 * One page about one recording, or about several side by side: everything in one file, without scripts.
 *
 * @module
 */

import { compareRecordings, type Unlike } from "../compare/compare.ts";
import { markup } from "./markup.ts";
import {
  chartSection,
  comparedSection,
  headline,
  ledgerSection,
  mapSection,
  ranSection,
  tiles,
  verdictSection,
} from "./sections.ts";
import { nameSides, type PageSide } from "./side.ts";
import { STYLE } from "./style.ts";

/** How a page is made. */
export interface PageOptions {
  /** Whether two recordings that are not alike are put side by side all the same. Default no. */
  readonly force?: boolean;
}

/** The page; or in what two recordings are not alike. */
export function page(sides: readonly PageSide[], { force = false }: PageOptions): string | Unlike {
  const [before, after] = sides;
  if (before === undefined) throw new TypeError("Cannot make a page of no recording");
  const comparison = sides.length !== 2 || after === undefined
    ? undefined
    : compareRecordings([before.report], [after.report], { force });
  if (comparison?.kind === "unlike") return comparison;
  const named = nameSides(sides);
  const { text } =
    markup`<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/><title>${
      headline(named, comparison)
    }</title><style>${STYLE}</style></head><body><header><h1>headcount: how often each compound head page was grabbed when user memory was pinned</h1></header><main>${markup`<div class="pair">${
      named.map(verdictSection)
    }</div>`}${sides.length === 1 ? tiles(before.report) : undefined}${mapSection(named)}${
      comparison?.workloads.map(comparedSection)
    }${chartSection(named)}${ledgerSection(named)}${named.map(ranSection)}</main><footer>${
      named.map(({ name, report }) =>
        markup`<p>${name}: recorded ${report.recording.created} by headcount ${report.recording.headcount} with bpftrace ${report.recording.bpftrace}.</p>`
      )
    }</footer></body></html>`;
  return `<!doctype html>\n${text}\n`;
}
