/**
 * The leaf map: pages as cells, coloured by the grab that took them.
 *
 * @module
 */

import type { LeafMap, MappedPiece, MappedRow } from "../leaf_map.ts";
import { byteSize, counted } from "../words.ts";
import { folded, table } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import type { NamedSide } from "./side.ts";

/** Colours that follow each other in grabs. */
const COLOURS = 5;
/** Rows that are drawn. */
const MOST_ROWS = 32;
/** Cells of a line. */
const LINE = 64;

/**
 * The map of a recording: a block of lines for each 2 MiB. What of a line was taken by one grab is one bar.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines, startPicture } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const items = await Array.fromAsync(decodeItems(splitLines(file.readable)));
 * const maker = startPicture();
 * items.forEach((item) => maker.add(item));
 * const report = await analyze(async function* () { yield* items; }());
 * const side = { name: "7.3", report, picture: maker.picture(), label: "", colour: "s0" };
 * assertStringIncludes(leafMapFigure(side).text, "3 grabs in 3 calls, 1 head");
 * ```
 */
export function leafMapFigure({ label, report, picture: { map } }: NamedSide): Markup {
  const rows = map.rows.slice(0, MOST_ROWS);
  const line = Math.min(map.rowPages, LINE);
  const colours = coloursOf(map);
  const cut = map.isCut || map.rows.length > rows.length
    ? markup`<p class="note">The first ${
      byteSize(rows.length * map.rowPages * report.kernel.pageBytes)
    } of what was taken; there was more.</p>`
    : undefined;
  return markup`<figure class="map"><figcaption><b>${label === "" ? "Leaf map" : label}</b> <span>${
    summaryOf(report)
  }</span></figcaption>${
    rows.length === 0
      ? markup`<p class="none">No pages were taken.</p>`
      : markup`<div class="rows">${rows.map((row) => block(row, map, line, colours))}</div>`
  }${cut}${
    folded(
      "the numbers",
      table(
        ["2 MiB at", "pages", "grabs", "calls", "heads"].map((head, i) => ({ head, right: i > 0 })),
        rows.map((row) => [row.address, pagesOf(row), row.grabs, row.calls, row.heads]),
      ),
    )
  }</figure>`;
}

function summaryOf({ totals, verdict }: NamedSide["report"]): string {
  return `${verdict}: ${counted(totals.grabs, "grab")} for ${counted(totals.pages, "page")}`;
}

function pagesOf({ pieces }: MappedRow): number {
  return pieces.reduce((sum, { pages }) => sum + pages, 0);
}

function block(
  row: MappedRow,
  { rowPages }: LeafMap,
  line: number,
  colours: readonly number[],
): Markup {
  const { address, grabs, calls, heads } = row;
  const unknown = row.pieces.reduce(
    (sum, { by, pages }) => by === "unknown" ? sum + pages : sum,
    0,
  );
  const text = `${counted(grabs, "grab")} in ${counted(calls, "call")}, ${counted(heads, "head")}` +
    (unknown === 0 ? "" : `, and those of ${counted(unknown, "page")} unknown`);
  const paths = new Map<string, string>();
  for (const piece of row.pieces) {
    const name = piece.by === "fast" ? `g${colours[piece.grab] ?? 0}` : piece.by;
    paths.set(name, (paths.get(name) ?? "") + cellsOf(piece, line));
  }
  return markup`<div class="row"><svg role="img" viewBox="0 0 ${line} ${
    rowPages / line
  }" xmlns="http://www.w3.org/2000/svg"><title>2 MiB at ${address}: ${text}</title>${
    [...paths].map(([name, d]) => markup`<path class="${name}" d="${d}"/>`)
  }</svg><p>${address} <b>${text}</b></p></div>`;
}

/** A piece as bars, one in each line that it touches, with a little room after its end. */
function cellsOf({ page, pages }: MappedPiece, line: number): string {
  const end = page + pages;
  let path = "";
  for (let from = page; from < end;) {
    const y = Math.floor(from / line);
    const to = Math.min(end, (y + 1) * line);
    // Bars of one grab touch those of the line below, other grabs' do not.
    const height = to + 1 <= end ? 1 : 0.86;
    const width = Math.round((to - from - (to === end ? 0.14 : 0)) * 100) / 100;
    path += `M${from - y * line} ${y}h${width}v${height}h-${width}z`;
    from = to;
  }
  return path;
}

/** A colour for each grab, another one than the grab before has. */
function coloursOf({ rows }: LeafMap): readonly number[] {
  const last = Math.max(
    0,
    ...rows.map(({ pieces }) => Math.max(0, ...pieces.map((it) => it.grab))),
  );
  const colours = [0];
  let state = 1;
  for (let grab = 1; grab <= last; grab++) {
    state = state * 48271 % 2147483647;
    colours.push(((colours[grab - 1] ?? 0) + 1 + state % (COLOURS - 1)) % COLOURS);
  }
  return colours;
}
