/**
 * Real samples of foreign text, damaged at random, through the parsers that read such text.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { cpuUsage } from "node:process";
import fc from "fast-check";

/** A parser of foreign text. */
export interface FuzzedParser {
  /** What it reads. */
  readonly name: string;
  /** What it is given undamaged, each byte a character. */
  readonly samples: readonly string[];
  /**
   * Has it read an input, and asserts that what it returns is of its own shape.
   *
   * @param chance A number from 0 to 2^31, for what else is to be chosen.
   * @returns Whether it made something of the input.
   */
  readonly read: (bytes: Uint8Array<ArrayBuffer>, chance: number) => boolean | Promise<boolean>;
  /** Whether an error is one of those that its doc comment names; without it, it throws none. */
  readonly refuses?: (error: unknown) => boolean;
}

/** What became of a parser's inputs. */
export interface Fuzzed {
  readonly name: string;
  readonly inputs: number;
  /** Inputs that it made something of; of all others it said that it could not. */
  readonly accepted: number;
  /** Inputs in a second, the making of them included. */
  readonly perSecond: number;
  /** The longest that it took for one. */
  readonly slowestMs: number;
}

/** What no input may take longer than. */
const SLOWEST_MS = 1000;

/**
 * Gives a parser so many inputs.
 *
 * @throws {Error} for an input by which it throws what it should not, returns what is of no shape of its
 * own, or takes longer than a second; the error tells the seed, and the smallest such input.
 */
export async function fuzz(parser: FuzzedParser, inputs: number, seed: number): Promise<Fuzzed> {
  let accepted = 0;
  let slowestMs = 0;
  const property = fc.asyncProperty(
    fc.nat(parser.samples.length - 1),
    fc.array(fc.tuple(fc.nat(999), fc.nat(), fc.nat()), { maxLength: 4 }),
    async (at, edits) => {
      const input = damaged(parser.samples, at, edits);
      const chance = edits[0]?.[2] ?? 0;
      const began = performance.now();
      if (await isAccepted(parser, input, chance)) accepted++;
      let ms = performance.now() - began;
      if (ms > SLOWEST_MS) {
        // The machine may have been busy with something else: processor time has the last word.
        const before = cpuUsage();
        await isAccepted(parser, input, chance);
        ms = cpuUsage(before).user / 1000;
      }
      slowestMs = Math.max(slowestMs, ms);
      if (ms > SLOWEST_MS) throw new Error(`${ms.toFixed(0)} ms for ${input.length} bytes`);
    },
  );
  const began = performance.now();
  const found = await fc.check(property, { numRuns: inputs, seed, examples: HUGE });
  const seconds = (performance.now() - began) / 1000;
  if (found.failed) {
    const [at = 0, edits = []] = found.counterexample ?? [];
    const input = JSON.stringify(damaged(parser.samples, at, edits));
    const shown = input.length > 2000 ? `${input.slice(0, 2000)} (${input.length})` : input;
    throw new Error(`${parser.name}, seed ${seed}, by ${shown}`, { cause: found.errorInstance });
  }
  const { name } = parser;
  return { name, inputs, accepted, perSecond: inputs / seconds, slowestMs };
}

async function isAccepted(
  { read, refuses }: FuzzedParser,
  input: string,
  chance: number,
): Promise<boolean> {
  try {
    return await read(new Uint8Array(Buffer.from(input, "latin1")), chance);
  } catch (error) {
    if (!refuses?.(error) || !(error instanceof Error)) throw error;
    // It is shown to somebody: it is no copy of the input.
    if (error.message.length > 1000) throw new Error("its error is too long", { cause: error });
    return false;
  }
}

/** What is done to a sample: which damage, by thousandths, where, and a number for its details. */
type Edit = [what: number, where: number, how: number];

/** A sample with some damages, one after the other. */
function damaged(samples: readonly string[], at: number, edits: readonly Edit[]): string {
  return edits.reduce((text, edit) => damage(text, edit, samples), samples[at] ?? "");
}

function damage(text: string, [what, where, how]: Edit, samples: readonly string[]): string {
  const at = where % (text.length + 1);
  const spliced = (length: number, by = ""): string =>
    text.slice(0, at) + by + text.slice(at + length);
  if (what < 100) return spliced(1 + how % 8);
  if (what < 200) return spliced(how % 2, String.fromCharCode((how >>> 1) % 256));
  if (what < 300) return spliced(how % 5, bytesOf(how));
  if (what < 450) return replaced(text, /-?\d+/g, at, pick(NUMBERS, how));
  if (what < 550) return replaced(text, /[\w@$/.-]+/g, at, pick(WORDS, how));
  if (what < 650) return replaced(text, /"[^"]*"|\[[^\]]*\]|\{[^}]*\}/g, at, pick(VALUES, how));
  if (what < 750) return spliced(0, pick(PIECES, how));
  if (what < 800) return text.slice(0, at);
  if (what < 850) return text.slice(at);
  if (what < 900) return text + text.slice(at);
  if (what < 960) {
    const other = samples[how % samples.length] ?? "";
    return text.slice(0, at) + other.slice(where % (other.length + 1));
  }
  if (what < 998) {
    const line = text.lastIndexOf("\n", at - 1) + 1;
    return text.slice(0, at) + text.slice(line, at).repeat(1 + how % 3) + text.slice(at);
  }
  // These take long to be made and to be read.
  if (how % 16 > 0) return text;
  return spliced(0, what === 998 ? pick(DEEP, how >>> 4) : pick(PIECES, how >>> 4).repeat(10_000));
}

/** Replaces the first match from a place on, or before it where there is none. */
function replaced(text: string, pattern: RegExp, at: number, by: string): string {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) return text.slice(0, at) + by + text.slice(at);
  return text.slice(0, found.index) + by + text.slice(found.index + found[0].length);
}

function pick(list: readonly string[], how: number): string {
  return list[how % list.length] ?? "";
}

/** Four bytes at random. */
function bytesOf(how: number): string {
  return String.fromCharCode(how & 255, how >>> 8 & 255, how >>> 16 & 255, how >>> 23 & 255);
}

const NUMBERS: readonly string[] = [
  ...["0", "-1", "1", "-0", "01", "1.5", "1e3", "1e999", "-1e999", "NaN", "Infinity", "0x10"],
  ...["2147483647", "2147483648", "-2147483648", "4294967295", "4294967296", "4503599627370496"],
  ...["9007199254740991", "9007199254740992", "9007199254740993", "9223372036854775807"],
  ...["18446744073709551615", "18446744073709551616", "-9223372036854775809", "ffffffffffffffff"],
  ...["9".repeat(40), "9".repeat(400), "f".repeat(17), "", "1_000", "\u00b2"],
];

const WORDS: readonly string[] = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "length", "then"],
  ...["", ".", "..", "/", "../../etc/passwd", "/dev/null", "null", "undefined", "true", "[object"],
];

const VALUES: readonly string[] = [
  ...["null", "true", "false", "0", "-1", '""', "[]", "{}", "[null]", "[[]]", '{"":null}', "[{}]"],
  ...['"__proto__"', '{"__proto__":{"x":1}}', '{"__proto__":null}', '"constructor"', '"\\u0000"'],
  ...['"\\ud800"', '"18446744073709551616"', "1e999", "18446744073709551616", '{"length":1e9}'],
];

const PIECES: readonly string[] = [
  ...["\0", "\n", "\n\n", "\r\n", "\r", "\t", " ", "  ", "\\", '"', "'", ",", ":", "=", "?=", "#"],
  ...["{", "}", "[", "]", "[1", "(", ")", " (", " -> ", " -> /dev/dax0", "/", "//", ".", "-", "%"],
  ...[
    "\xff",
    "\xc0\x80",
    "\xed\xa0\x80",
    "\xf0\x9f\x90",
    "\xe2\x80\xa8",
    "\xef\xbb\xbf",
    "\x1b[31m",
  ],
  ...["\x1e", "9", "1/", "a ", "From a 2001\n", "=?utf-8?b?", "=3D", "\u00a0", "--- a", "\x7f"],
];

const DEEP: readonly string[] = [
  "[".repeat(100_000),
  "[".repeat(100_000) + "]".repeat(100_000),
  '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000),
  `"x":${"[".repeat(100_000)}${"]".repeat(100_000)},`,
];

/** What every parser is given first: all of the huge ones, at two places of a sample. */
const HUGE: [number, Edit[]][] = [14, 40].flatMap((at) => [
  ...DEEP.map((_, i): Edit => [998, at, i << 4]),
  ...PIECES.map((_, i): Edit => [999, at, i << 4]),
]).map((edit) => [0, [edit]]);
