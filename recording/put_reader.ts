/**
 * Puts outside of any call, recognised by each byte of their lines.
 *
 * @module
 */

import { PutLine } from "./call_line.ts";
import { field, LIMITS, memo, type Text, text } from "./layout.ts";
import type { Reader } from "./reader.ts";
import { readPage, readRunNumbers } from "./run_pieces.ts";

const PUT_TID = field('{"kind":"put","tid":', LIMITS.count);
const PUTS = {
  put: [puts("put", false), puts("put", true)],
  unpin: [puts("unpin", false), puts("unpin", true)],
} as const;
const AT = field(',"at":', LIMITS.count);

const [T, U] = [..."tu"].map((letter) => letter.charCodeAt(0));

/** A reader of puts. Pieces of a line that are as they were in the last one are not read again. */
export class PutReader {
  /** The last puts that were read. */
  readonly put: PutLine = new PutLine();
  readonly #reader: Reader;
  readonly #key = memo();
  readonly #run = memo();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Reads puts outside of any call; gives the place after their line. */
  readPut(start: number): number {
    const reader = this.#reader;
    const { put } = this;
    const { bytes, odd } = reader;
    let at = reader.again(start, this.#key);
    if (at === odd) {
      at = reader.number(start, PUT_TID);
      put.tid = reader.small;
      const isUnpin = bytes[at + 18] === U;
      put.pin = bytes[at + (isUnpin ? 31 : 29)] === T;
      at = reader.text(at, PUTS[isUnpin ? "unpin" : "put"][put.pin ? 1 : 0]);
      reader.remember(this.#key, start, at);
    }
    at = reader.number(at, AT);
    const rest = at = readPage(reader, at);
    put.pfn = reader.small;
    if (at === odd) return odd;
    at = reader.again(rest, this.#run);
    if (at === odd) {
      at = reader.lineEnd(readRunNumbers(reader, rest, put));
      if (put.count === 0) at = odd;
      reader.remember(this.#run, rest, at);
    }
    return at;
  }
}

function puts(role: string, pin: boolean): Text {
  return text(`,"call":0,"role":"${role}","pin":${pin}`);
}
