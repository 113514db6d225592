/**
 * Lines out of bytes.
 *
 * @module
 */

/** No line that a program prints on purpose is longer; the rest of a longer one is dropped. */
const LONGEST = 1 << 20;

/**
 * Splits a byte stream into lines, without their line feeds; a last line without one counts, a byte
 * order mark at the beginning does not.
 * Invalid UTF-8 becomes U+FFFD, and a line is cut at 1 MiB, so that no input can exhaust memory.
 */
export async function* splitLines(
  stream: ReadableStream<Uint8Array>,
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
    if (rest.length < LONGEST) rest += end;
    for (const line of lines) {
      yield rest.slice(0, LONGEST);
      rest = line;
    }
  }
  rest = (rest + decoder.decode()).slice(0, LONGEST);
  if (rest !== "") yield rest;
}
