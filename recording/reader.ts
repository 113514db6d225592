/**
 * Text and numbers of lines as {@linkcode encodeItem} writes them, read from bytes without making
 * strings.
 *
 * @module
 */

import { type Field, type Memo, PADDING, type Text } from "./layout.ts";

const [BRACE, LINE_FEED, MINUS] = [125, 10, 45];

const POWERS_OF_TEN = Float64Array.of(1, 10, 100, 1000, 10_000, 100_000, 1_000_000);

/** What each byte is worth as a hex digit; -1 where it is none. */
const HEX_DIGITS = Int8Array.from(
  { length: 256 },
  (_, byte) => "0123456789abcdef".indexOf(String.fromCharCode(byte)),
);

/**
 * Reads bytes from left to right. Each step takes a place and gives the one after what it read, or
 * {@linkcode Reader.odd} where something else is there; from there all further steps lead there too.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { field } from "./layout.ts";
 *
 * const reader = new Reader(1024);
 * new TextEncoder().encodeInto(',"tid":412,"call":7,', reader.bytes);
 * const at = reader.number(0, field(',"tid":', 1000));
 * assertEquals([at, reader.value], [10, 412]);
 * assertEquals(reader.number(at, field(',"tid":', 1000)), reader.odd);
 * ```
 */
export class Reader {
  /** What is read, and some bytes more. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The place to which all leads that is not as it should be. */
  readonly odd: number;
  /** The number that was read last. */
  value = 0;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size + PADDING);
    this.#view = new DataView(this.bytes.buffer);
    this.odd = size;
  }

  /**
   * The same as a small integer, where it is one: to keep that in an object takes no other object, which
   * V8 makes for each number that may be any.
   */
  get small(): number {
    const small = this.value | 0;
    return small === this.value ? small : this.value;
  }

  /**
   * Text, and after it a whole number within its limits, written the shortest way.
   *
   * Of shorter functions than this V8 makes a copy wherever they are called from. To make the copies of
   * this one took as long as to read 50 000 lines.
   */
  number(at: number, field: Field): number {
    const view = this.#view;
    const { bytes, odd } = this;
    // Places are kept to integers of 32 bits, or each sum would be looked at for overflow.
    const start = (at + field.length) | 0;
    const last = (start - 4) | 0;
    if (view.getInt32(at, true) !== field.first) return odd;
    if (view.getInt32(last, true) !== field.last) return odd;
    for (let word = 1; (at = (at + 4) | 0) < last; word++) {
      if (view.getInt32(at, true) !== field.words[word]) return odd;
    }
    const isNegative = field.isSigned && bytes[start] === MINUS;
    const from = isNegative ? (start + 1) | 0 : start;
    // As an unsigned number, what is less than the byte of 0 is more than 9.
    let digit = ((bytes[from] ?? 0) - 48) >>> 0;
    if (digit > 9) return odd;
    let value = digit | 0;
    // Nine digits fit an integer of 32 bits.
    const end = (from + 9) | 0;
    for (at = (from + 1) | 0; at < end; at = (at + 1) | 0) {
      digit = ((bytes[at] ?? 0) - 48) >>> 0;
      if (digit > 9) break;
      value = (Math.imul(value, 10) + digit) | 0;
    }
    let whole: number = value;
    if (at === end) {
      // So do the six after them. A longer number is left to JSON.parse.
      let rest = 0;
      for (; (digit = ((bytes[at] ?? 0) - 48) >>> 0) <= 9; at = (at + 1) | 0) {
        if (at - end >= 6) return odd;
        rest = (Math.imul(rest, 10) + digit) | 0;
      }
      whole = value * (POWERS_OF_TEN[at - end] ?? 1) + rest;
    }
    if (whole > field.limit) return odd;
    if (bytes[from] === 48 && (isNegative || at > from + 1)) return odd;
    this.value = isNegative ? -whole : whole;
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
  text(at: number, { words, length }: Text): number {
    const view = this.#view;
    const last = at + length - 8;
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
  textAnd(at: number, text: Text, other: number, length: number): number {
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

  /** The brace that ends an object. */
  closed(at: number): number {
    return this.bytes[at] === BRACE ? at + 1 : this.odd;
  }

  /** The brace that ends an object, and with it the line. */
  lineEnd(at: number): number {
    return this.bytes[at] === BRACE && this.bytes[at + 1] === LINE_FEED ? at + 2 : this.odd;
  }

  /** Text, and after it a number of up to 52 bits as lower-case hex digits, the shortest way. */
  hex(at: number, text: Text): number {
    const { bytes, odd } = this;
    const start = this.text(at, text);
    if (start === odd) return odd;
    let i = start;
    let value = 0;
    // What is not even four digits long stops this at once, what has more than 13 is odd.
    for (const end = start + 12; i < end; i += 4) {
      const four = hexValue(this.#view.getInt32(i, true));
      if (four < 0) break;
      value = value * 0x10000 + four;
    }
    for (const end = start + 14; i < end; i++) {
      const digit = HEX_DIGITS[bytes[i] ?? 0] ?? -1;
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (i === start || i === start + 14 || (bytes[start] === 48 && i > start + 1)) return odd;
    this.value = value;
    return i;
  }
}

/**
 * What four bytes are worth as lower-case hex digits, the first byte lowest in the word; -1 where one is
 * none. All four are worked out at once, each in its own byte.
 */
function hexValue(word: number): number {
  // What letters have and digits lack; "a" ends in 1.
  const letters = (word >>> 6) & 0x01010101;
  const digits = (word & 0x0f0f0f0f) + Math.imul(letters, 9);
  // Only of what is a digit the value leads back to the byte.
  const tens = ((digits + 0x06060606) >>> 4) & 0x01010101;
  const back = digits + 0x30303030 + Math.imul(tens, 0x61 - 0x30 - 10);
  if (((back ^ word) | (digits & 0x10101010)) !== 0) return -1;
  const pairs = ((digits << 4) | (digits >>> 8)) & 0x00ff00ff;
  return ((pairs & 0xff) << 8) | (pairs >>> 16);
}
