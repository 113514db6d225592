/**
 * Calls by when they were made and how long they took.
 *
 * @module
 */

import { counted } from "../words.ts";
import {
  bottomAxis,
  CHART,
  chart,
  leftAxis,
  linear,
  logTimes,
  powerTicks,
  px,
  shortTime,
} from "./chart.ts";
import { type Figure, table } from "./figures.ts";
import { grouped, timeBucket } from "./histogram_chart.ts";
import { type Content, markup } from "./markup.ts";
import type { NamedSide } from "./side.ts";

/** Calls that are told one by one. */
const MOST_TOLD = 64;
/** Shades of a cell in which there are few calls, and many. */
const SHADES = 4;

/**
 * The calls of a recording: each a dot where there are few, else cells that are the darker the more calls they
 * hold.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines, startPicture } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const items = await Array.fromAsync(decodeItems(splitLines(file.readable)));
 * const maker = startPicture();
 * items.forEach((item) => maker.add(item));
 * const report = await analyze(async function* () { yield* items; }());
 * const side = { name: "7.3", report, picture: maker.picture(), label: "", colour: "s0" };
 * const { picture } = timelineFigure(side, "");
 * assertEquals(picture.text.match(/<circle/g)?.length, 3);
 * ```
 */
export function timelineFigure(side: NamedSide, note: string): Figure {
  const { label, colour, picture: { timeline } } = side;
  const { each, cells, times, calls } = timeline;
  const title = `Calls in time${label === "" ? "" : `, ${label}`}`;
  const { left, right, top, bottom, height } = CHART;
  const x = linear(timeline.ns, [left + 5, right - 5]);
  const y = logTimes(times[0]?.[0] ?? 1, times.at(-1)?.[0] ?? 1, [bottom, top]);
  const marks: Content = each !== null
    ? each.map(({ at, ns, tid, pages }) =>
      markup`<circle class="${colour}" cx="${px(x(at))}" cy="${px(y(Math.max(1, ns)))}" r="${
        each.length > 200 ? "1.6" : "3.5"
      }">${
        each.length > MOST_TOLD
          ? undefined
          : markup`<title>${counted(pages, "page")} in ${shortTime(ns)}, thread ${tid}</title>`
      }</circle>`
    )
    : shadesOf(cells).map((some, shade) =>
      markup`<path class="${colour}" opacity="${px((shade + 1) / SHADES)}" d="${
        some.map(({ at, width, lo, hi }) => {
          const from = Math.max(left, x(at));
          const [upper, lower] = [Math.max(top, y(hi)), Math.min(bottom, y(lo))];
          return `M${px(from)} ${px(upper)}H${px(Math.min(right, x(at + width)))}V${px(lower)}H${
            px(from)
          }Z`;
        }).join("")
      }"/>`
    );
  const drawn = [
    bottomAxis(x.ticks(4), x, (ns) => ns === 0 ? "0" : shortTime(ns)),
    leftAxis(powerTicks(y), y, shortTime),
    marks,
  ];
  const kind = each === null ? "darker: more calls" : "a dot is a call";
  return {
    title,
    note: `${note}; ${kind}`,
    picture: calls === 0
      ? markup`<p class="none">Nothing to show.</p>`
      : chart(title, `${counted(calls, "call")} in ${shortTime(timeline.ns)}`, height, drawn),
    numbers: each !== null && each.length <= MOST_TOLD
      ? table(
        ["entered", "took", "pages", "thread"].map((head, i) => ({ head, right: i > 0 })),
        each.map(({ at, ns, pages, tid }) => [shortTime(at), shortTime(ns), pages, tid]),
      )
      : table(
        [{ head: "calls that took" }, { head: "calls", right: true }],
        rowsOf(cells).map(([lo, hi, count]) => [
          timeBucket({ lo, hi }),
          grouped(count),
        ]),
      ),
  };
}

/** Cells by how many calls they hold, on a scale of powers. */
function shadesOf<Cell extends { readonly calls: number }>(cells: readonly Cell[]): Cell[][] {
  const most = Math.max(2, ...cells.map(({ calls }) => calls));
  const shades = Array.from({ length: SHADES }, (): Cell[] => []);
  for (const cell of cells) {
    const shade = Math.floor(Math.log(cell.calls) / Math.log(most) * SHADES);
    shades[Math.min(SHADES - 1, shade)]?.push(cell);
  }
  return shades;
}

/** Calls by how long they took, whenever that was. */
function rowsOf(
  cells: NamedSide["picture"]["timeline"]["cells"],
): readonly (readonly [number, number, number])[] {
  const rows = new Map<number, [number, number, number]>();
  for (const { lo, hi, calls } of cells) {
    const row = rows.get(lo) ?? [lo, hi, 0];
    row[2] += calls;
    rows.set(lo, row);
  }
  return [...rows.values()].sort(([a], [b]) => a - b);
}
