/**
 * What the program knows of each thread, and how it is laid out in its maps.
 *
 * `@state` is what every grab reads, and writes: the page that the run would go on with, the first
 * page that no longer has the run's head, the run's key, its grabs, and the call. A grab that goes on
 * with the run costs one look-up and one update. What is only read when a run or a call ends is in
 * maps of its own.
 *
 * @module
 */

import { zeros } from "./text.ts";

/** Bits of the call's word, `@state`'s last; 16 bits of parts and the call's number are above. */
export const STATE = {
  /** A call is running. */
  open: 1,
  /** The slow path runs in it now. */
  slow: 2,
  /** It ran. */
  fellBack: 4,
  /** The call is one of the slow path, without gup-fast. */
  alone: 8,
  /** Runs were added up in `@unlisted`. */
  unlisted: 16,
  /** Compound pages were among these. */
  unlistedCompound: 32,
} as const;

/** Where the number of lines that tell of parts of the call begins. */
export const PARTS_SHIFT = 8;

/** Where the number of the call begins. */
export const CALL_SHIFT = 24;

/** Adds a part to the call's word. */
export const ONE_PART: number = 2 ** PARTS_SHIFT;

/** Runs of a call that get a line each; further ones are only added up, but for the last. */
export const RUNS_PER_CALL = 64;

/** Marks the beginning of the slow path in a call: no run goes on over it. */
export const SLOW_RUNS: string = `@state[tid] = ((uint64)0, $s.1, $s.2, $s.3, $s.4 | ${
  STATE.slow | STATE.fellBack
});`;

/** Marks its end. */
export const SLOW_RAN: string =
  `@state[tid] = ((uint64)0, $s.1, $s.2, $s.3, $s.4 - ${STATE.slow});`;

/** Counts a line that told of a part of the call. */
export const PART_TOLD: string = `@state[tid] = ($s.0, $s.1, $s.2, $s.3, $s.4 + ${ONE_PART});`;

/** Reads what was only added up. */
export const UNLISTED = "$u = @unlisted[tid];";

/** Codes of the leaf functions in the tag of `@leaf`. */
export const LEAF_CODES = { device: 0, pte: 1, pmd: 2, pud: 3 } as const;

/** What of the success of a leaf is in its tag. */
export const LEAF_RESULTS = { unseen: 0, failed: 16, taken: 32 } as const;

/** Reading an empty map is an error before something was stored: says what each holds. */
export const MAPS: readonly (readonly [map: string, fields: number, words: string])[] = [
  ["@state", 5, "next page, end of the head's pages, role and references, grabs, call"],
  ["@run", 3, "pfn, pfn of the head, order and slow path"],
  ["@range", 4, "start, pages and flags, look-ups until then, time"],
  ["@leaf", 4, "address, end, pfn, call and kind"],
  ["@inside", 2, "call, puts inside it"],
  ["@unlisted", 2, "grabs, references; of the slow path in the upper halves"],
  ["@total", 6, "calls, pages, grabs, references, look-ups, real ones"],
];

/** Stores something in each map. */
export function beginnings(): string {
  return MAPS.map(([map, fields, words]) => `  /* ${words} */\n  ${map}[0] = (${zeros(fields)});\n`)
    .join("");
}
