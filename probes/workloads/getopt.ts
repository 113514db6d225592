/**
 * The options of workloads, read as getopt(3) reads them.
 *
 * @module
 */

import { RequestError } from "../failure.ts";

/** Options by their letter; those without a value have an empty one. */
export type Options = ReadonlyMap<string, string>;

/** Letters of options. */
export interface OptionLetters {
  /** Of those without a value. */
  readonly plain: string;
  /** Of those with one. */
  readonly valued: string;
  /** Groups of which only one can be given. */
  readonly exclusive: readonly string[];
}

/**
 * Reads options: `-Sa -n512` is `-S -a -n 512`.
 *
 * @param name Name of the workload, for messages.
 * @throws {RequestError} for one that there is not, that lacks its value, or that contradicts another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const letters = { plain: "aS", valued: "n", exclusive: [] };
 * assertEquals([...getopt("gup-test", ["-Sa", "-n512"], letters).keys()], ["S", "a", "n"]);
 * ```
 */
export function getopt(
  name: string,
  words: readonly string[],
  { plain, valued, exclusive }: OptionLetters,
): Options {
  const options = new Map<string, string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!/^-./.test(word)) throw new RequestError(`${name} takes options only, not "${word}"`);
    for (let letters = word.slice(1); letters !== "";) {
      const letter = letters.charAt(0);
      letters = letters.slice(1);
      if (valued.includes(letter)) {
        const value = letters === "" ? rest.shift() : letters;
        if (value === undefined) throw new RequestError(`${name}: "-${letter}" lacks its value`);
        if (options.has(letter)) throw new RequestError(`${name}: "-${letter}" is there twice`);
        options.set(letter, value);
        break;
      }
      if (!plain.includes(letter)) {
        const known = [...valued, ...plain].map((letter) => `-${letter}`).join(" ");
        throw new RequestError(`${name} has no option "-${letter}": it takes ${known}`);
      }
      options.set(letter, "");
    }
  }
  for (const group of exclusive) {
    const [one, other] = [...options.keys()].filter((letter) => group.includes(letter));
    if (one !== undefined && other !== undefined) {
      throw new RequestError(`${name} cannot do both, "-${one}" and "-${other}"`);
    }
  }
  return options;
}

/**
 * The whole number from 1 on that a text gives.
 *
 * @param option The option and its value, for the message.
 * @throws {RequestError} when it is none.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(wholeNumber("512", 'gup-test: "-n 512"'), 512);
 * assertThrows(() => wholeNumber("0", 'gup-test: "-n 0"'), RangeError, "whole number");
 * ```
 */
export function wholeNumber(text: string, option: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number >= 2 ** 31) {
    throw new RequestError(`${option} is no whole number from 1 on, below 2^31`);
  }
  return number;
}
