/**
 * Text and numbers of lines as {@linkcode encodeItem} writes them, read from bytes without making
 * strings.
 *
 * @module
 */

/** Bytes after the lines, which no text or number begins with. */
const PADDING = 64;

/** Text that must be at a place, and a number that must follow it; several of both in a row. */
export interface Layout {
  /**
   * The bytes of all texts, eight at a time, of each the last ones perhaps again. ASCII never makes
   * the bits of a double that is not equal to itself, nor those of 0.
   */
  readonly words: Float64Array;
  /** The same of texts that have fewer than eight, four at a time. */
  readonly shortWords: Int32Array;
  /** How many bytes each text has. */
  readonly lengths: Int32Array;
  /** What each number is at most. */
  readonly limits: Float64Array;
}

/**
 * Prepares texts and the limits of the numbers after them.
 *
 * @throws {RangeError} where a text has fewer than 4 bytes or more than 64.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...layout([',"order":', 63]).limits], [63]);
 * ```
 */
export function layout(...fields: readonly (readonly [text: string, limit: number])[]): Layout {
  const texts = fields.map(([text]) => new TextEncoder().encode(text));
  for (const { length } of texts) {
    if (length < 4 || length > PADDING) throw new RangeError(`Cannot look for ${length} bytes`);
  }
  const short: number[] = [];
  const words: number[] = [];
  for (const bytes of texts) {
    const view = new DataView(bytes.buffer);
    const { length } = bytes;
    if (length < 8) short.push(view.getInt32(0, true), view.getInt32(length - 4, true));
    for (let at = 0; length >= 8 && at < length; at += 8) {
      words.push(view.getFloat64(Math.min(at, length - 8), true));
    }
  }
  return {
    words: Float64Array.from(words),
    shortWords: Int32Array.from(short),
    lengths: Int32Array.from(texts, ({ length }) => length),
    limits: Float64Array.from(fields, ([, limit]) => limit),
  };
}

/** What each byte is worth as a hex digit; -1 where it is none. */
const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(byte));
  return digit;
});

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

/**
 * Reads bytes from left to right. Each step takes a place and gives the one after what it read, or
 * {@linkcode Reader.odd} where something else is there; from there all further steps lead there too.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new Reader(1024);
 * new TextEncoder().encodeInto(',"tid":412,"call":7,', reader.bytes);
 * const numbers = new Float64Array(2);
 * const key = layout([',"tid":', 1000], [',"call":', 1000]);
 * assertEquals([reader.numbers(0, key, numbers, 0), ...numbers], [19, 412, 7]);
 * assertEquals(reader.numbers(1, key, numbers, 0), reader.odd);
 * ```
 */
export class Reader {
  /** What is read, and some bytes more. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The place to which all leads that is not as it should be. */
  readonly odd: number;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size + PADDING);
    this.#view = new DataView(this.bytes.buffer);
    this.odd = size;
  }

  /**
   * Texts, and after each a whole number from 0 to its limit, written the shortest way.
   *
   * @param numbers Takes the numbers, from `first` on.
   */
  numbers(
    at: number,
    { words, shortWords, lengths, limits }: Layout,
    numbers: Float64Array,
    first: number,
  ): number {
    const view = this.#view;
    const { bytes, odd } = this;
    const fields = lengths.length;
    let word = 0;
    let shortWord = 0;
    // All in one loop: the calls of functions for each field would take as long again.
    for (let field = 0; field < fields; field++) {
      const length = lengths[field] ?? 0;
      const after = at + length;
      if (length >= 8) {
        for (const last = after - 8; at < last; at += 8) {
          if (view.getFloat64(at, true) !== words[word++]) return odd;
        }
        if (view.getFloat64(after - 8, true) !== words[word++]) return odd;
      } else {
        if (view.getInt32(at, true) !== shortWords[shortWord++]) return odd;
        if (view.getInt32(after - 4, true) !== shortWords[shortWord++]) return odd;
      }
      at = after;
      // As an unsigned number, what is less than the byte of 0 is more than 9.
      let digit = ((bytes[at] ?? 0) - 48) >>> 0;
      if (digit > 9) return odd;
      const start = at;
      let value = 0;
      // Nine digits fit an integer of 32 bits.
      const end = at + 9;
      do {
        value = (value * 10 + digit) | 0;
        digit = ((bytes[++at] ?? 0) - 48) >>> 0;
      } while (digit <= 9 && at < end);
      let whole: number = value;
      if (at === end) {
        for (; digit <= 9; digit = ((bytes[++at] ?? 0) - 48) >>> 0) {
          whole = whole * 10 + digit;
          // A longer one is left to JSON.parse.
          if (at - start > 15) return odd;
        }
      }
      if (whole > (limits[field] ?? 0) || (bytes[start] === 48 && at > start + 1)) return odd;
      numbers[first + field] = whole;
    }
    return at;
  }

  /**
   * The same bytes as the last time; gives the place after them, or {@linkcode Reader.odd} where they
   * are others, or nothing is remembered.
   */
  again(at: number, { words, length }: Memo): number {
    if (length === 0) return this.odd;
    const view = this.#view;
    const last = at + length - 8;
    let word = 0;
    for (; at < last; at += 8) {
      if (view.getFloat64(at, true) !== words[word++]) return this.odd;
    }
    return view.getFloat64(last, true) === words[word] ? last + 8 : this.odd;
  }

  /** Remembers bytes that were read: from 8 on, up to 256, or else none. */
  remember(memo: Memo, from: number, to: number): void {
    const length = to - from;
    memo.length = 0;
    if (to === this.odd || length < 8 || length > 8 * memo.words.length) return;
    let word = 0;
    for (let at = from; at < to; at += 8) {
      memo.words[word++] = this.#view.getFloat64(Math.min(at, to - 8), true);
    }
    memo.length = length;
  }

  /** Text of eight bytes or more. */
  text(at: number, { words, lengths }: Layout): number {
    const view = this.#view;
    const last = at + (lengths[0] ?? 0) - 8;
    let word = 0;
    for (; at < last; at += 8) {
      if (view.getFloat64(at, true) !== words[word++]) return this.odd;
    }
    return view.getFloat64(last, true) === words[word] ? last + 8 : this.odd;
  }

  /**
   * Text, and after it the bytes of another place, eight of them or more; {@linkcode Reader.odd} where
   * they are others.
   */
  textAnd(at: number, text: Layout, other: number, length: number): number {
    const start = this.text(at, text);
    if (start === this.odd || length < 8) return this.odd;
    const view = this.#view;
    const last = length - 8;
    for (let i = 0; i < last; i += 8) {
      if (view.getFloat64(start + i, true) !== view.getFloat64(other + i, true)) return this.odd;
    }
    return view.getFloat64(start + last, true) === view.getFloat64(other + last, true)
      ? start + length
      : this.odd;
  }

  /** Text, and after it a number of up to 52 bits as lower-case hex digits, the shortest way. */
  hex(at: number, text: Layout, numbers: Float64Array, index: number): number {
    const { bytes } = this;
    const start = this.text(at, text);
    const end = start + 14;
    let high = 0;
    let low = 0;
    let i = start;
    for (; i < end; i++) {
      const digit = HEX_DIGITS[bytes[i] ?? 0] ?? -1;
      if (digit < 0) break;
      high = (high << 4) | (low >>> 24);
      low = ((low << 4) | digit) & 0xfffffff;
    }
    if (i === start || i === end || (bytes[start] === 48 && i > start + 1)) return this.odd;
    numbers[index] = high * 0x10000000 + low;
    return i;
  }
}
