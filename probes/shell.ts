/**
 * Words for the shell at the guest's end of the channel.
 *
 * @module
 */

/**
 * Quotes one word so that busybox's shell reads it back as it is, on one line.
 *
 * @throws {RangeError} when the word holds a NUL: no argument of a process can.
 */
export function quote(word: string): string {
  if (word.includes("\0")) {
    throw new RangeError(`Cannot pass ${JSON.stringify(word)} to a command: it holds a NUL`);
  }
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!word.includes("\n")) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = word.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n");
  return `$'${escaped}'`;
}
