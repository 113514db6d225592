/**
 * Recordings as bytes: the commonest lines become numbers, or items without a detour over text.
 *
 * A line is taken for what it looks like only if each of its bytes is where {@linkcode encodeItem} puts it;
 * anything else is read as {@linkcode decodeItems} does, and means the same.
 *
 * @module
 */

import { CallLine, type PutLine } from "./call_line.ts";
import { decodeLines, type RecordingItem } from "./codec.ts";
import { CallReader } from "./call_reader.ts";
import { memo } from "./layout.ts";
import { readLeafLine, readRunLine } from "./part_lines.ts";
import { PutReader } from "./put_reader.ts";
import { Reader } from "./reader.ts";

/** Takes what a scanner reads. */
export interface ScanSink {
  /** Takes an item. */
  add(item: RecordingItem): void;
  /**
   * Takes a call as numbers, which the next line overwrites.
   *
   * @returns Whether it was taken; else it comes again, as an item.
   */
  addCall(call: CallLine): boolean;
  /** Takes puts as numbers, which the next line overwrites; without it they come as items. */
  addPut?(put: PutLine): void;
}

/** Reads a recording from its bytes, a piece at a time. */
export interface Scanner {
  /** Where the next bytes go: as many of them as there are, from the beginning. */
  space(): Uint8Array<ArrayBuffer>;
  /**
   * Reads the lines that so many new bytes make whole.
   *
   * @throws {FormatError} when the first line is no whole header of a known format.
   */
  filled(bytes: number): void;
  /**
   * There are no more bytes: reads the last line, if it has no end.
   *
   * @throws {FormatError} when there was no line.
   */
  end(): void;
}

/** Bytes to be read at a time. */
const PIECE = 1 << 18;
/** Characters of a line that count, as for all lines that are read. */
const LONGEST = 1 << 20;
/** Bytes that they have at most. */
const LONGEST_BYTES = 4 * LONGEST;
const LINE_FEED = 10;

/**
 * Makes a scanner.
 *
 * @example A recording that is none
 * ```ts
 * import { assertThrows } from "@std/assert";
 *
 * const scanner = createScanner({ add: () => {}, addCall: () => false, addPut: () => {} });
 * const { written } = new TextEncoder().encodeInto("no recording\n", scanner.space());
 * assertThrows(() => scanner.filled(written), SyntaxError, "its first line is no header");
 * ```
 */
export function createScanner(sink: ScanSink): Scanner {
  // What is beyond the longest line is read to be dropped.
  const reader = new Reader(LONGEST_BYTES + PIECE);
  const { bytes, odd } = reader;
  const decoder = decodeLines();
  const calls = new CallReader(reader);
  const puts = new PutReader(reader);
  const scratch = new CallLine();
  const firstLine = new TextDecoder();
  const otherLines = new TextDecoder("utf-8", { ignoreBOM: true });
  let isFirst = true;
  /** Bytes that are not read yet. */
  let fill = 0;
  /** The last line but the first that was decoded as text, with its end, and what it means. */
  const oddBytes = memo();
  let oddItem: RecordingItem | undefined;

  /** Reads a line that ends before a place. */
  function oddLine(from: number, to: number): void {
    const line = bytes.subarray(from, Math.min(to, from + LONGEST_BYTES));
    const text = (isFirst ? firstLine : otherLines).decode(line).slice(0, LONGEST);
    isFirst = false;
    oddItem = decoder.decode(text);
    if (oddItem !== undefined) sink.add(oddItem);
  }

  /** Reads a line of any kind; gives the place after it. */
  function anyLine(at: number): number {
    // A workload says the same again and again: the same bytes are the same item.
    const same = reader.again(at, oddBytes);
    if (same !== odd) {
      if (oddItem !== undefined) sink.add(oddItem);
      return same;
    }
    const wasFirst = isFirst;
    const next = bytes.indexOf(LINE_FEED, at) + 1;
    oddLine(at, next - 1);
    reader.remember(oddBytes, at, wasFirst ? odd : next);
    return next;
  }

  /** Reads a line of a known kind; gives the place after it. */
  function knownLine(at: number): number {
    const kind = bytes[at + KIND_AT];
    if (kind === LETTER_C) {
      const next = calls.readCall(at);
      if (next !== odd && !sink.addCall(calls.call)) sink.add(calls.call.event());
      return next;
    }
    if (kind === LETTER_P && sink.addPut !== undefined) {
      const next = puts.readPut(at);
      if (next !== odd) sink.addPut(puts.put);
      return next;
    }
    const part = kind === LETTER_R
      ? readRunLine(reader, at, scratch)
      : kind === LETTER_L
      ? readLeafLine(reader, at, scratch)
      : undefined;
    if (part === undefined) return odd;
    sink.add(part.event);
    return part.next;
  }

  /** Reads whole lines; gives the place where the rest begins. */
  function lines(end: number): number {
    let at = 0;
    while (at < end) {
      const next = isFirst ? odd : knownLine(at);
      at = next === odd ? anyLine(at) : next;
    }
    return at;
  }

  return {
    space: () => bytes.subarray(fill, Math.min(fill + PIECE, odd)),
    filled: (count) => {
      // What was not read before has no end of a line.
      const last = bytes.subarray(fill, fill + count).lastIndexOf(LINE_FEED);
      const end = fill + last + 1;
      fill += count;
      if (last >= 0) {
        const rest = lines(end);
        bytes.copyWithin(0, rest, fill);
        fill -= rest;
      } else if (fill > LONGEST_BYTES) {
        fill = LONGEST_BYTES;
      }
    },
    end: () => {
      if (fill > 0) oddLine(0, fill);
      fill = 0;
      decoder.end();
    },
  };
}

const KIND_AT = '{"kind":"'.length;
const [LETTER_C, LETTER_L, LETTER_P, LETTER_R] = [..."clpr"].map((text) => text.charCodeAt(0));
