/**
 * Markup as text in which nothing is taken for markup that is not.
 *
 * @module
 */

/** Text that is markup already. */
export class Markup {
  /** The text. */
  readonly text: string;

  /** @param text Well-formed markup. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template: text and numbers are escaped, nothing is nothing. */
export type Content = string | number | Markup | undefined | readonly Content[];

/**
 * A template of markup. What is put into it is escaped, unless it is markup itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ["a < b", "c"].map((cell) => markup`<td>${cell}</td>`);
 * assertEquals(markup`<tr>${rows}</tr>`.text, "<tr><td>a &lt; b</td><td>c</td></tr>");
 * ```
 */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? "";
  contents.forEach((content, i) => text += textOf(content) + (parts[i + 1] ?? ""));
  return new Markup(text);
}

function textOf(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return escaped(String(content));
}

/** Characters that no document may hold are shown as question marks. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, "?");
}
