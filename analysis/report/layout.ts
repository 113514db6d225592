/**
 * Lines of text for a terminal: wrapped, in columns.
 *
 * @module
 */

import { bold, dim, green, red, yellow } from "@std/fmt/colors";
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
