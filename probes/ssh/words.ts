/**
 * Words for a shell at the far end of a connection, whichever POSIX shell it is.
 *
 * @module
 */

/**
 * Quotes one word so that a POSIX shell reads it back as it is.
 *
 * @throws {RangeError} when the word holds a NUL: no argument of a process can.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["dd", "it's", "", "-f *"].map(quoteWord), ["dd", `'it'\\''s'`, "''", "'-f *'"]);
 * ```
 */
export function quoteWord(word: string): string {
  if (word.includes("\0")) {
    throw new RangeError(`Cannot pass ${JSON.stringify(word)} to a command: it holds a NUL`);
  }
  return /^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Text as one line, which `printf %b` of any POSIX shell makes the text again, but for line feeds at
 * its end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(oneLine("echo '\\n'\nexit"), "echo '\\\\n'\\nexit");
 * ```
 */
export function oneLine(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** A command as the line that run.sh reads. */
export function commandLine(words: readonly string[]): string {
  return oneLine(words.map(quoteWord).join(" "));
}
