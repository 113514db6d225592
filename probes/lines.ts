/**
 * Lines out of bytes.
 *
 * @module
 */

/**
 * Characters of a line, at the most, unless more are expected: no other that a program prints on
 * purpose is longer. The rest of a longer one is dropped.
 */
export const LONGEST_LINE: number = 1 << 20;

/**
 * Splits a byte stream into lines, without their line feeds; a last line without one counts, a byte
 * order mark at the beginning does not.
 * Invalid UTF-8 becomes U+FFFD, and a line is cut, so that no input can exhaust memory.
 *
 * @param longest Characters of a line that count.
 */
export async function* splitLines(
  stream: ReadableStream<Uint8Array>,
  longest: number = LONGEST_LINE,
): AsyncGenerator<string, void, undefined> {
  // Deno 2.9 would take a byte order mark off every chunk that begins with one.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let isFirst = true;
  let rest = "";
  for await (const chunk of stream) {
    const text = decoder.decode(chunk, { stream: true });
    if (text === "") continue;
    const [end = "", ...lines] = (isFirst ? text.replace(/^\ufeff/, "") : text).split("\n");
    isFirst = false;
    // Not joined to what is too long already: each piece of such a line would be a copy of it.
    if (rest.length < longest) rest += end;
    for (const line of lines) {
      yield rest.slice(0, longest);
      rest = line;
    }
  }
  rest = (rest + decoder.decode()).slice(0, longest);
  if (rest !== "") yield rest;
}
