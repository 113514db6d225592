/**
 * One page about one recording, or about several side by side: everything in one file, without scripts.
 *
 * @module
 */

import { compareRecordings, type Unlike } from "../compare/compare.ts";
import { Markup, markup } from "./markup.ts";
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

const ABOUT =
  "headcount: how often each compound head page was grabbed when user memory was pinned";

/** What the browser is to refuse the page: all but its own style. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

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
  const head = markup`<head><meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<title>${headline(named, comparison)}</title>
<style>${new Markup(STYLE)}</style></head>`;
  const main = [
    markup`<div class="pair">${named.map(verdictSection)}</div>`,
    sides.length === 1 ? tiles(before.report) : undefined,
    mapSection(named),
    comparison?.workloads.map(comparedSection),
    chartSection(named),
    ledgerSection(named),
    named.map(ranSection),
  ];
  const footer = named.map(({ name, report: { recording } }) =>
    markup`<p>${name}: recorded ${recording.created} by headcount ${recording.headcount}, with
bpftrace ${recording.bpftrace}.</p>`
  );
  const { text } = markup`<html lang="en">${head}
<body><header><h1>${ABOUT}</h1></header>
<main>${main}</main>
<footer>${footer}</footer></body></html>`;
  return `<!doctype html>\n${text}\n`;
}
