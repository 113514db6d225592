/** Recordings that are kept as fixtures. */

import { zstdDecompressSync } from "node:zlib";
import { analyze, decodeItems, type Report, splitLines } from "headcount";

/** Their folder. */
export const RECORDINGS: URL = new URL("../fixtures/recordings/", import.meta.url);

/** The lines of one, which may be compressed. */
export async function readFixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(new URL(`${name}/recording.jsonl`, RECORDINGS));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const bytes = await Deno.readFile(new URL(`${name}/recording.jsonl.zst`, RECORDINGS));
    return new Uint8Array(zstdDecompressSync(bytes));
  }
}

/** The report of one. */
export async function reportOf(name: string): Promise<Report> {
  const bytes = await readFixture(name);
  return await analyze(decodeItems(splitLines(ReadableStream.from([bytes]))));
}
