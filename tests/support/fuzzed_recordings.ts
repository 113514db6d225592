/**
 * Recordings as damaged bytes: read in pieces and line by line, to the same items.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { assert, assertEquals } from "@std/assert";
import { decodeLines, encodeItem, type RecordingItem } from "../../recording/codec.ts";
import { createScanner, type Scanner } from "../../recording/scan.ts";
import { isRecordingItem } from "../../recording/shape.ts";
import type { FuzzedParser } from "./fuzzing.ts";

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes as text, a byte order mark included. */
export function utf8(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

/** Inputs that one scanner is given: to make one takes longer than to read a line. */
const SHARED = 50;

/** Reads the same bytes as pieces and as lines; both must come to the same items. */
export function scannedLines(header: string): FuzzedParser["read"] {
  let scanner: Scanner | undefined;
  let given: unknown[] = [];
  let takes = false;
  let inputs = 0;
  return (bytes, chance) => {
    if (scanner === undefined || inputs++ % SHARED === 0) {
      scanner = createScanner({
        add: (item) => given.push(comparable(item)),
        addCall: (call) => {
          if (takes) given.push(call.event());
          return takes;
        },
        addPut: ({ tid, pin, pfn, order, count, refs, step }) =>
          given.push({ tid, pin, pfn, order, count, refs, step }),
      });
      feed(scanner, Buffer.from(`${header}\n`, "latin1"), 1 << 16);
    }
    given = [];
    takes = chance % 2 === 0;
    feed(scanner, bytes, 1 + (chance >>> 1) % 300);
    feed(scanner, LINE_FEED, 1);
    const decoder = decodeLines();
    decoder.decode(header);
    const items = utf8(bytes).split("\n").flatMap((line) =>
      decoder.decode(line.slice(0, 1 << 20)) ?? []
    );
    for (const item of items) {
      assert(isRecordingItem(item));
      encodeItem(item);
    }
    const expected = items.map(comparable);
    if (!isDeepStrictEqual(given, expected)) {
      scanner = undefined;
      const at = expected.findIndex((item, i) => !isDeepStrictEqual(given[i], item));
      // All of it would take long to compare.
      assertEquals(given.slice(at, at + 2), expected.slice(at, at + 2));
      throw new Error(`${given.length} items of bytes, ${expected.length} of lines`);
    }
    return items.some(({ kind }) => kind !== "unreadable");
  };
}

const LINE_FEED = Uint8Array.of(10);

function feed(scanner: Scanner, bytes: Uint8Array, piece: number): void {
  for (let from = 0; from < bytes.length;) {
    const space = scanner.space();
    // Large inputs in large pieces, or each piece would look for the end of a long line.
    const size = Math.max(piece, bytes.length >> 6);
    const part = bytes.subarray(from, from + Math.min(size, space.length));
    space.set(part);
    scanner.filled(part.length);
    from += part.length;
  }
}

/** An item; of puts outside of calls what the scanner tells in numbers. */
function comparable(item: RecordingItem): unknown {
  if (item.kind !== "put" || item.call !== 0) return item;
  const { tid, pin, pfn, order, count, refs, step } = item;
  return { tid, pin, pfn, order, count, refs, step };
}
