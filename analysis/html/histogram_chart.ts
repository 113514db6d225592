/**
 * Histograms as bars, those of several recordings on one axis.
 *
 * @module
 */

import { type Bucket, type Histogram, mergeHistograms, rowsOf } from "../histogram.ts";
import { CHART, chart, linear, px, shortTime } from "./chart.ts";
import { type Figure, table } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import type { NamedSide } from "./side.ts";

/** What is counted. */
export interface HistogramSubject {
  readonly title: string;
  readonly note?: string;
  /** What is put into buckets, in the plural. */
  readonly of: string;
  readonly histogram: (side: NamedSide) => Histogram;
  /** What a bucket is called. */
  readonly name: (bucket: Bucket) => string;
}

/** Height of a bar, and of what is above a bucket's bars. */
const [BAR, GAP] = [13, 7];
const [LABELS, COUNTS] = [104, 62];

/**
 * A histogram: for each bucket a bar for each recording, as long as its share of all that the recording has.
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
 * const { numbers } = histogramFigure([side], {
 *   title: "References per grab",
 *   of: "grabs",
 *   histogram: ({ report }) => report.histograms.refsPerGrab,
 *   name: ({ lo }) => `from ${lo} on`,
 * });
 * assertStringIncludes(numbers.text, "from 256 on");
 * ```
 */
export function histogramFigure(sides: readonly NamedSide[], subject: HistogramSubject): Figure {
  const { title, note, of, name } = subject;
  const histograms = sides.map(subject.histogram);
  const axis = mergeHistograms(...histograms);
  const counts = histograms.map((histogram) => ({
    of: new Map(histogram.map(({ lo, count }) => [lo, count])),
  }));
  const { drawn, height } = drawBars(
    sides.map(({ colour }, i) => ({ colour, histogram: histograms[i] ?? [] })),
    name,
  );
  const description = sides.map(({ label }, i) =>
    `${label === "" ? "" : `${label}: `}${
      axis.flatMap((bucket) => {
        const count = counts[i]?.of.get(bucket.lo) ?? 0;
        return count === 0 ? [] : [`${name(bucket)}: ${count}`];
      }).join(", ")
    }`
  ).join("; ");
  return {
    title,
    ...(note === undefined ? {} : { note }),
    picture: axis.length === 0
      ? markup`<p class="none">Nothing to show.</p>`
      : chart(title, description, height, drawn),
    numbers: table(
      [
        { head: title.toLowerCase() },
        ...sides.map(({ label }) => ({
          head: label === "" ? of : `${of}, ${label}`,
          right: true,
        })),
      ],
      axis.filter(({ count }) => count > 0).map((bucket) => [
        name(bucket),
        ...counts.map(({ of }) => grouped(of.get(bucket.lo) ?? 0)),
      ]),
    ),
  };
}

/** A histogram and the colour of its bars. */
export interface ColouredHistogram {
  readonly colour: string;
  readonly histogram: Histogram;
}

/**
 * Draws histograms on one axis: for each bucket a bar for each of them, as long as its share of all.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const histogram = [{ lo: 1, hi: 2, count: 512 }];
 * const { drawn, height } = drawBars([{ colour: "s0", histogram }], ({ lo }) => String(lo));
 * assertEquals([drawn.length, height], [2, 24]);
 * ```
 */
export function drawBars(
  coloured: readonly ColouredHistogram[],
  name: (bucket: Bucket) => string,
): { readonly drawn: readonly Markup[]; readonly height: number } {
  const sides = coloured.map(({ colour, histogram }) => ({
    colour,
    total: histogram.reduce((sum, { count }) => sum + count, 0) || 1,
    of: new Map(histogram.map(({ lo, count }) => [lo, count])),
  }));
  const shares = sides.flatMap(({ total, of }) => [...of.values()].map((count) => count / total));
  const width = linear(Math.max(0, ...shares), [0, CHART.width - LABELS - COUNTS]);
  let y = 4;
  const drawn: Markup[] = [];
  for (const bucket of rowsOf(mergeHistograms(...coloured.map(({ histogram }) => histogram)))) {
    if (bucket === null) {
      drawn.push(markup`<text class="label" x="${LABELS - 8}" y="${y + 9}">...</text>`);
      y += 16;
      continue;
    }
    const middle = y + sides.length * BAR / 2 + 4;
    drawn.push(
      markup`<text class="label" x="${LABELS - 8}" y="${px(middle)}">${name(bucket)}</text>`,
    );
    for (const { colour, total, of } of sides) {
      const count = of.get(bucket.lo) ?? 0;
      const length = count === 0 ? 0 : Math.max(1.5, width(count / total));
      drawn.push(
        markup`<rect class="${colour}" x="${LABELS}" y="${y}" width="${px(length)}" height="${
          BAR - 2
        }" rx="1.5"/><text class="count" x="${px(LABELS + length + 4)}" y="${y + BAR - 4}">${
          count === 0 ? "" : grouped(count)
        }</text>`,
      );
      y += BAR;
    }
    y += GAP;
  }
  return { drawn, height: y };
}

/**
 * A bucket of whole numbers, both ends belonging to it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([countBucket({ lo: 1, hi: 2 }), countBucket({ lo: 256, hi: 512 })], ["1", "256..511"]);
 * ```
 */
export function countBucket({ lo, hi }: Pick<Bucket, "lo" | "hi">): string {
  return hi - lo === 1 ? grouped(lo) : `${grouped(lo)}..${grouped(hi - 1)}`;
}

/**
 * A bucket of nanoseconds, up to below the second.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(timeBucket({ lo: 16384, hi: 32768 }), "16.4..32.8 us");
 * assertEquals(timeBucket({ lo: 524288, hi: 1048576 }), "524 us..1.05 ms");
 * ```
 */
export function timeBucket({ lo, hi }: Pick<Bucket, "lo" | "hi">): string {
  const [from, to] = [shortTime(lo), shortTime(hi)];
  const [value = "", unit = ""] = from.split(" ");
  return to.endsWith(` ${unit}`) ? `${value}..${to}` : `${from}..${to}`;
}

/**
 * A count with blanks between thousands.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([512, 1638400].map(grouped), ["512", "1 638 400"]);
 * ```
 */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, "\u00a0").replaceAll("\u00a0", " ");
}
