/**
 * What lines are made of as {@linkcode encodeItem} writes them, prepared to be looked for in bytes.
 *
 * @module
 */

/** Bytes after the lines, which no text or number begins with. */
export const PADDING = 64;

/** Limits of numbers, as the checks of their fields have them. */
export const LIMITS: Readonly<Record<"count" | "pages" | "pfn" | "order", number>> = {
  count: Number.MAX_SAFE_INTEGER,
  pages: 2 ** 31 - 1,
  pfn: 2 ** 52 - 1,
  order: 63,
};

/** Text of eight bytes or more that must be at a place. */
export interface Text {
  /**
   * Its bytes, eight at a time, the last ones perhaps again. ASCII never makes the bits of a double that
   * is not equal to itself, nor those of 0.
   */
  readonly words: Float64Array;
  readonly length: number;
}

/**
 * Prepares a text.
 *
 * @throws {RangeError} where it has fewer than 8 bytes or more than 64.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(text(',"taken":true').length, 13);
 * ```
 */
export function text(ascii: string): Text {
  const view = viewOf(ascii, 8);
  const length = view.byteLength;
  const words = Float64Array.from(
    { length: Math.ceil(length / 8) },
    (_, i) => view.getFloat64(Math.min(8 * i, length - 8), true),
  );
  return { words, length };
}

/** Text that must be at a place, and a number that must follow it. */
export interface Field {
  /** The first four bytes, as an integer. */
  readonly first: number;
  /** The last four, some of them perhaps again: mostly there are no others. */
  readonly last: number;
  /** All bytes, four at a time, without those that are fewer. */
  readonly words: Int32Array;
  readonly length: number;
  /** What the number is at most. */
  readonly limit: number;
  /** Whether it may be below 0, as far as that. */
  readonly isSigned: boolean;
}

/**
 * Prepares a text and the limit of the number after it.
 *
 * @throws {RangeError} where the text has fewer than 4 bytes or more than 64.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(field(',"order":', 63).limit, 63);
 * ```
 */
export function field(ascii: string, limit: number, isSigned = false): Field {
  const view = viewOf(ascii, 4);
  const length = view.byteLength;
  const words = Int32Array.from({ length: length >> 2 }, (_, i) => view.getInt32(4 * i, true));
  // In this order: V8 has objects that begin alike share what it knows of their numbers. Beside the many
  // that begin with `first`, fields changed under code made for them, and analysis took five times as long.
  const [first = 0] = words;
  return { words, length, first, last: view.getInt32(length - 4, true), limit, isSigned };
}

function viewOf(ascii: string, least: number): DataView {
  const bytes = new TextEncoder().encode(ascii);
  const { length } = bytes;
  if (length < least || length > PADDING) throw new RangeError(`Cannot look for ${length} bytes`);
  return new DataView(bytes.buffer);
}

/** What a piece of a line was, the last time. */
export interface Memo {
  /** Its bytes, eight at a time, the last ones perhaps again. */
  readonly words: Float64Array;
  /** How many bytes; 0 where nothing is remembered. */
  length: number;
}

/**
 * Remembers nothing yet.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(memo().length, 0);
 * ```
 */
export function memo(): Memo {
  return { words: new Float64Array(32), length: 0 };
}
