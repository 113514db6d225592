/**
 * Lines out of bytes.
 *
 * @module
 */

/** No line that a program prints on purpose is longer; the rest of a longer one is dropped. */
const LONGEST = 1 << 20;

/**
 * Splits a byte stream into lines, without their line feeds; a last line without one counts.
 * Invalid UTF-8 becomes U+FFFD, and a line is cut at 1 MiB, so that no input can exhaust memory.
 */
export async function* splitLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, LONGEST);
    for (const line of lines) yield line.slice(0, LONGEST);
  }
  rest = (rest + decoder.decode()).slice(0, LONGEST);
  if (rest !== "") yield rest;
}
