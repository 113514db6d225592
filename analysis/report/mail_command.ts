/**
 * The command that made a recording, as lines of a mail.
 *
 * @module
 */

import { workloadWords } from "../compare/likeness.ts";
import { ascii } from "./sides_text.ts";
import type { Report } from "./report.ts";

/** Options that say nothing of what was measured, and whether a value follows them. */
const LEFT_OUT: ReadonlyMap<string, boolean> = new Map([
  ["--json", false],
  ["--quiet", false],
  ["--zstd", false],
  ["--out", true],
  ["--timeout", true],
]);

/**
 * The command line of a recording, wrapped as a shell reads it: what it was called with, without the options
 * that only say where to and how to print. Of an older recording, which does not tell it, the workload alone.
 *
 * @param room Columns that a line may have.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shellLines(["trace", "--append", "quiet gup_variant=1", "--align", "2M"], 40), [
 *   "$ deno task trace \\",
 *   "    --append 'quiet gup_variant=1' \\",
 *   "    --align 2M",
 * ]);
 * ```
 */
export function shellLines(words: readonly string[], room: number): readonly string[] {
  const lines: string[] = [];
  let line = "$ deno task";
  for (const [i, word] of words.entries()) {
    // An option stays with its value.
    const value = words[i + 1];
    const isPaired = word.startsWith("--") && value !== undefined && !value.startsWith("-");
    if (i > 0 && isValueOf(words[i - 1], word)) continue;
    const text = isPaired ? `${quoted(word, room)} ${quoted(value, room)}` : quoted(word, room);
    // The end must leave room for " \\".
    if (line.length + 1 + text.length + 2 > room) {
      lines.push(`${line} \\`);
      line = `    ${text}`;
    } else {
      line += ` ${text}`;
    }
  }
  return [...lines, line];
}

function isValueOf(option: string | undefined, word: string): boolean {
  return option !== undefined && option.startsWith("--") && !word.startsWith("-");
}

/** A word as a shell reads it; a path that no line has room for loses its folders. */
function quoted(word: string, room: number): string {
  const text = ascii(word);
  const short = text.length > room - 24 && text.includes("/") ? text.replace(/^.*\//, "") : text;
  return /^[\w@%+=:,./-]+$/.test(short) ? short : `'${short.replaceAll("'", `'\\''`)}'`;
}

/** The lines of a recording's command. */
export function commandLines(report: Report, room: number): readonly string[] {
  const { arguments: words } = report.recording;
  if (words === undefined) {
    return shellLines(["trace", "--workload", workloadWords(report).join(" ")], room);
  }
  const kept = words.filter((word, i) =>
    !LEFT_OUT.has(word) && LEFT_OUT.get(words[i - 1] ?? "") !== true
  );
  return shellLines(kept, room);
}
