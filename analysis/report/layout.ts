/**
 * Lines of text for a terminal: wrapped, in columns, with bars.
 *
 * @module
 */

import { bold, dim, green, red, yellow } from "@std/fmt/colors";
import type { Bucket, Histogram } from "../histogram.ts";
import type { VerdictKind } from "../verdict.ts";

/** How to emphasize: in colour, or not at all. */
export interface Paint {
  readonly title: (text: string) => string;
  readonly aside: (text: string) => string;
  readonly alarm: (text: string) => string;
  readonly verdict: (text: string, kind: VerdictKind) => string;
}

/** The same text, unpainted. */
const PLAIN: Paint = {
  title: (text) => text,
  aside: (text) => text,
  alarm: (text) => text,
  verdict: (text) => text,
};

const COLOURED: Paint = {
  title: bold,
  aside: dim,
  alarm: yellow,
  verdict: (text, kind) =>
    bold((kind === "once" ? green : kind === "undecided" ? yellow : red)(text)),
};

/**
 * How to emphasize text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(paintWith(false).title("Totals"), "Totals");
 * ```
 */
export function paintWith(colour: boolean): Paint {
  return colour ? COLOURED : PLAIN;
}

/**
 * Breaks text into lines between words. A word that is longer than a line keeps one of its own.
 *
 * @param hang Put before every line but the first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wrap("each head was grabbed once", 12, "  "), ["each head", "  was", "  grabbed", "  once"]);
 * ```
 */
export function wrap(text: string, width: number, hang = ""): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line === "") {
      line = word;
    } else if (line.length + 1 + word.length <= width) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = hang + word;
    }
  }
  return [...lines, line];
}

/**
 * Names and values in two columns, values wrapped under each other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fields([["kernel", "6.1"], ["cpus", "2"]], 40), ["  kernel  6.1", "  cpus    2"]);
 * ```
 */
export function fields(
  rows: readonly (readonly [name: string, value: string])[],
  width: number,
): readonly string[] {
  const column = Math.max(0, ...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, value]) => {
    const [first = "", ...rest] = wrap(value, width - column);
    return [
      `  ${name}`.padEnd(column) + first,
      ...rest.map((line) => " ".repeat(column) + line),
    ];
  });
}

/**
 * A histogram as rows of bucket, count and bar; three empty buckets or more in a row become one line.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bars([{ lo: 1, hi: 2, count: 4 }, { lo: 2, hi: 4, count: 2 }], 46), [
 *   "  [1, 2)                4 |@@@@@@@@@@@@@@@@@@|",
 *   "  [2, 4)                2 |@@@@@@@@@         |",
 * ]);
 * ```
 */
export function bars(histogram: Histogram, width: number): readonly string[] {
  if (histogram.length === 0) return ["  nothing to show"];
  const most = Math.max(...histogram.map(({ count }) => count));
  const room = Math.max(8, width - 28);
  const lines: string[] = [];
  for (let i = 0; i < histogram.length; i++) {
    const empty = emptyFrom(histogram, i);
    if (empty >= 3) {
      lines.push("  ...");
      i += empty - 1;
      continue;
    }
    const bucket = histogram[i];
    if (bucket === undefined) break;
    const { count } = bucket;
    const bar = barOf(count, most, room);
    lines.push(`  ${interval(bucket).padEnd(13)} ${String(count).padStart(9)} |${bar}|`);
  }
  return lines;
}

/**
 * Two histograms on one axis, side by side: each has bars by its own greatest count.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(twoBars([{ lo: 1, hi: 2, count: 512 }], [{ lo: 2, hi: 4, count: 1 }], 60), [
 *   "  [1, 2)              512 |@@@@@@@@|         0 |        |",
 *   "  [2, 4)                0 |        |         1 |@@@@@@@@|",
 * ]);
 * ```
 */
export function twoBars(one: Histogram, other: Histogram, width: number): readonly string[] {
  const axis = axisOf(one, other);
  if (axis.length === 0) return ["  nothing to show"];
  const room = Math.max(8, Math.floor((width - 44) / 2));
  const sides = [one, other].map((histogram) => ({
    counts: new Map(histogram.map(({ lo, count }) => [lo, count])),
    most: Math.max(...histogram.map(({ count }) => count)),
  }));
  const lines: string[] = [];
  for (let i = 0; i < axis.length; i++) {
    const empty = emptyFrom(axis, i);
    if (empty >= 3) {
      lines.push("  ...");
      i += empty - 1;
      continue;
    }
    const bucket = axis[i];
    if (bucket === undefined) break;
    const cells = sides.map(({ counts, most }) => {
      const count = counts.get(bucket.lo) ?? 0;
      return `${String(count).padStart(9)} |${barOf(count, most, room)}|`;
    });
    lines.push(`  ${interval(bucket).padEnd(13)} ${cells.join(" ")}`);
  }
  return lines;
}

/** All buckets from the lowest of two histograms to the highest; empty where both are. */
function axisOf(one: Histogram, other: Histogram): Histogram {
  const counts = new Map<number, Bucket>();
  for (const bucket of [...one, ...other]) {
    const count = bucket.count + (counts.get(bucket.lo)?.count ?? 0);
    counts.set(bucket.lo, { ...bucket, count });
  }
  const edges = [...counts.keys()].sort((a, b) => a - b);
  const axis: Bucket[] = [];
  const last = edges.at(-1) ?? -1;
  for (let lo = edges[0] ?? 0; lo <= last; lo = Math.max(1, lo * 2)) {
    axis.push(counts.get(lo) ?? { lo, hi: Math.max(1, lo * 2), count: 0 });
  }
  return axis;
}

/** A bar as long as its share of the greatest; what was seen at all shows, however little it is. */
function barOf(count: number, most: number, room: number): string {
  const length = count === 0 ? 0 : Math.max(1, Math.round(room * count / most));
  return "@".repeat(length).padEnd(room);
}

/** How many buckets are empty from `start` on. */
function emptyFrom(histogram: Histogram, start: number): number {
  let end = start;
  while (histogram[end]?.count === 0) end++;
  return end - start;
}

/** A bucket as bpftrace writes one: 1024 is 1K. */
function interval({ lo, hi }: Bucket): string {
  return `[${short(lo)}, ${short(hi)})`;
}

function short(value: number): string {
  const units = ["", "K", "M", "G", "T", "P"];
  let rest = value;
  let unit = 0;
  while (rest >= 1024 && rest % 1024 === 0 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${rest}${units[unit]}`;
}
