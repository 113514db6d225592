/**
 * Pieces of memory: what a workload takes of its buffer with one system call, or a few.
 *
 * @module
 */

import { RequestError } from "../failure.ts";
import { type Options, wholeNumber } from "./getopt.ts";

/** Which pieces are taken: each size at each start. */
export interface PiecesWish {
  /** Pages of a piece; absent where each reaches to the end of the memory. */
  readonly pages?: readonly number[];
  /** Where they start, in bytes from the beginning of the memory; absent for its beginning. */
  readonly starts?: readonly number[];
}

/** A part of the memory. */
export interface Piece {
  /** Bytes from the beginning of the memory to its own. */
  readonly offset: number;
  readonly bytes: number;
}

const PAGE_BYTES = 4096;
/** What a start can be aligned to: O_DIRECT takes memory by the sectors of the disk. */
const SECTOR_BYTES = 512;
/** Pages and perhaps sectors, or sectors alone. */
const START = /^(\d+)(?:\+(\d+)s)?$|^(\d+)s$/;

/**
 * Reads which pieces are asked for: `-n PAGES,...` and `-o START,...`. A start is in pages, in sectors
 * of 512 bytes (`1s`), or both (`511+1s`).
 *
 * @param name Name of the workload, for messages.
 * @throws {RequestError} for what is no such list.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([["n", "1,123"], ["o", "0,5,511+1s"]]);
 * assertEquals(parsePieces("direct-io", options), {
 *   pages: [1, 123],
 *   starts: [0, 5 * 4096, 511 * 4096 + 512],
 * });
 * ```
 */
export function parsePieces(name: string, options: Options): PiecesWish {
  const list = <T>(letter: string, read: (text: string, option: string) => T) =>
    options.get(letter)?.split(",").map((text) => read(text, `${name}: "-${letter} ${text}"`));
  const pages = list("n", wholeNumber);
  const starts = list("o", readStart);
  return {
    ...(pages === undefined ? {} : { pages }),
    ...(starts === undefined ? {} : { starts }),
  };
}

/**
 * The options that ask for these pieces.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pieceWords({ pages: [513], starts: [0, 4608] }), ["-n", "513", "-o", "0,1+1s"]);
 * ```
 */
export function pieceWords({ pages, starts }: PiecesWish): string[] {
  return [
    ...(pages === undefined ? [] : ["-n", pages.join(",")]),
    ...(starts === undefined ? [] : ["-o", starts.map(writeStart).join(",")]),
  ];
}

/**
 * The pieces of a buffer, at one start after another.
 *
 * @param bytes Bytes of the buffer.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(piecesOf({}, 8192), [{ offset: 0, bytes: 8192 }]);
 * assertEquals(piecesOf({ pages: [1], starts: [0, 512] }, 8192), [
 *   { offset: 0, bytes: 4096 },
 *   { offset: 512, bytes: 4096 },
 * ]);
 * ```
 */
export function piecesOf({ pages, starts = [0] }: PiecesWish, bytes: number): readonly Piece[] {
  return starts.flatMap((offset) =>
    pages?.map((pages) => ({ offset, bytes: pages * PAGE_BYTES })) ??
      [{ offset, bytes: bytes - offset }]
  );
}

/**
 * Bytes, in whole pages, that a buffer needs for its pieces.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(leastBytes({ pages: [1, 2], starts: [512] }), 3 * 4096);
 * assertEquals(leastBytes({ starts: [4096] }), 2 * 4096);
 * ```
 */
export function leastBytes({ pages = [], starts = [0] }: PiecesWish): number {
  // A piece that reaches to the end has at least a byte.
  const end = Math.max(...starts) + Math.max(1, ...pages.map((pages) => pages * PAGE_BYTES));
  return Math.ceil(end / PAGE_BYTES) * PAGE_BYTES;
}

/**
 * A piece in parts of at most so many bytes, all but the last of which end where a page ends.
 *
 * @param most Whole pages.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(partsOf({ offset: 512, bytes: 16384 }, 8192), [
 *   { offset: 512, bytes: 7680 },
 *   { offset: 8192, bytes: 8192 },
 *   { offset: 16384, bytes: 512 },
 * ]);
 * ```
 */
export function partsOf({ offset, bytes }: Piece, most: number): readonly Piece[] {
  const parts: Piece[] = [];
  const end = offset + bytes;
  for (let at = offset; at < end;) {
    const next = Math.min(end, at - at % PAGE_BYTES + most);
    parts.push({ offset: at, bytes: next - at });
    at = next;
  }
  return parts;
}

function readStart(text: string, option: string): number {
  const [found, pages = 0, more = 0, sectors = 0] = START.exec(text) ?? [];
  const start = Number(pages) * PAGE_BYTES + (Number(more) + Number(sectors)) * SECTOR_BYTES;
  if (found !== undefined && Number.isSafeInteger(start)) return start;
  throw new RequestError(
    `${option} is no start: give pages, sectors of ${SECTOR_BYTES} bytes ("1s"), or both ("5+1s")`,
  );
}

function writeStart(start: number): string {
  const pages = Math.floor(start / PAGE_BYTES);
  const sectors = (start % PAGE_BYTES) / SECTOR_BYTES;
  return sectors === 0 ? String(pages) : pages === 0 ? `${sectors}s` : `${pages}+${sectors}s`;
}
