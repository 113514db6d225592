/**
 * The command that made a recording, as lines of a mail.
 *
 * @module
 */

import { workloadWords } from "../compare/likeness.ts";
import type { Report } from "./report.ts";
import { ascii } from "./sides_text.ts";

/** Options that say nothing of what was measured, and whether a value follows them. */
const LEFT_OUT: ReadonlyMap<string, boolean> = new Map([
  ["--json", false],
  ["--quiet", false],
  ["--zstd", false],
  ["--out", true],
  ["--timeout", true],
  ["--format", true],
  ["--save", true],
]);

/** In a word longer than this, paths lose their folders. */
const LONG = 48;

/**
 * The parts of the command that made a recording, each as a shell reads it: an option stands with its value.
 * Options that only say where to and how to print are left out; of an older recording, which does not tell its
 * command, the workload is all.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(commandParts(report), ["trace", "--workload direct-io"]);
 * const told = ["trace", "--json", "--append", "a b", "--", "dd", "if=x"];
 * const recording = { ...report.recording, arguments: told };
 * assertEquals(commandParts({ ...report, recording }), ["trace", "--append 'a b'", "-- dd", "if=x"]);
 * ```
 */
export function commandParts(report: Report): readonly string[] {
  const words = report.recording.arguments ??
    ["trace", "--workload", workloadWords(report).join(" ")];
  const kept = words.filter((word, i) =>
    !LEFT_OUT.has(word) && LEFT_OUT.get(words[i - 1] ?? "") !== true
  );
  const parts: string[] = [];
  let option: string | undefined;
  for (const word of kept.map(quoted)) {
    if (option !== undefined && !word.startsWith("-")) {
      parts.push(`${option} ${word}`);
      option = undefined;
      continue;
    }
    if (option !== undefined) parts.push(option);
    option = word.startsWith("--") ? word : undefined;
    if (option === undefined) parts.push(word);
  }
  return option === undefined ? parts : [...parts, option];
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  const text = ascii(word);
  const short = text.length > LONG && text.includes("/")
    ? text.replaceAll(/(^|[=,])[^=,]*\//g, "$1")
    : text;
  return /^[\w@%+=:,./-]+$/.test(short) ? short : `'${short.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command line, broken between its parts as a shell takes it.
 *
 * @param room Columns that a line may have.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shellLines(["trace", "--append 'quiet gup_variant=1'", "--align 2M"], 40), [
 *   "$ deno task trace \\",
 *   "    --append 'quiet gup_variant=1' \\",
 *   "    --align 2M",
 * ]);
 * ```
 */
export function shellLines(parts: readonly string[], room: number): readonly string[] {
  const lines: string[] = [];
  let line = "$ deno task";
  for (const part of parts) {
    // The end must leave room for " \\".
    if (line.length + 1 + part.length + 2 > room) {
      lines.push(`${line} \\`);
      line = `    ${part}`;
    } else {
      line += ` ${part}`;
    }
  }
  return [...lines, line];
}
