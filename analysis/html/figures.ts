/**
 * Figures and tables: each picture has a caption, and what it shows as a table.
 *
 * @module
 */

import type { Column } from "../report/table.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/**
 * A table that scrolls by itself where it is too wide.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 *
 * const { text } = table([{ head: "" }, { head: "grabs", right: true }], [["6.1", "512"]]);
 * assertStringIncludes(text, '<td class="n">512</td>');
 * ```
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  const side = (i: number): string => columns[i]?.right === true ? "n" : "t";
  return markup`<div class="scroll"><table><thead><tr>${
    columns.map(({ head }, i) => markup`<th scope="col" class="${side(i)}">${head}</th>`)
  }</tr></thead><tbody>${
    rows.map((row) =>
      markup`<tr>${
        row.map((cell, i) =>
          i === 0
            ? markup`<th scope="row">${cell}</th>`
            : markup`<td class="${side(i)}">${cell}</td>`
        )
      }</tr>`
    )
  }</tbody></table></div>`;
}

/** Names and what they hold. */
export function facts(rows: readonly (readonly [name: string, value: Content])[]): Markup {
  return markup`<dl>${rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Something that is folded away. */
export function folded(summary: string, content: Content): Markup {
  return markup`<details><summary>${summary}</summary>${content}</details>`;
}

/** A picture. */
export interface Figure {
  /** What it shows, in a few words. */
  readonly title: string;
  /** What must be known to read it. */
  readonly note?: string;
  /** The picture. */
  readonly picture: Markup;
  /** The numbers in it. */
  readonly numbers: Markup;
}

/** A picture with its title, a note and its numbers. */
export function figure({ title, note, picture, numbers }: Figure): Markup {
  return markup`<figure><figcaption><b>${title}</b>${
    note === undefined ? undefined : markup` <span>${note}</span>`
  }</figcaption>${picture}${folded("the numbers", numbers)}</figure>`;
}
