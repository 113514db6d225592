/**
 * What the program knows of each thread, and how it is laid out in its maps.
 *
 * `@next` is what every grab of one page reads, and writes: where the next page of the run lies, and
 * how many more pages of the same head may follow. A grab that goes on with the run costs a look-up
 * and an update of this one number. Everything else is only touched where a run or a call begins or
 * ends, and lies in maps of its own.
 *
 * @module
 */

import { zeros } from "./text.ts";

/** Bits of the call's word in `@call`; 16 bits of parts and the call's number are above. */
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

/** Where the kind of a run has the number of its call, above the order of its head and its path. */
export const RUN_CALL_SHIFT = 16;

/** Whether `@run` is of this call. */
export const HAS_RUN: string = `$r.2 >> ${RUN_CALL_SHIFT} == $c >> ${CALL_SHIFT}`;

/** Adds a part to the call's word. */
const ONE_PART: number = 2 ** PARTS_SHIFT;

/** Runs of a call that get a line each; further ones are only added up, but for the last. */
export const RUNS_PER_CALL = 64;

/**
 * Where `@next` has the number of pages that may follow, above the address of the next one: the
 * upper eight bits of all addresses of struct page are ones, with page tables of five levels, too
 * (Documentation/arch/x86/x86_64/mm.rst).
 */
export const LEFT_SHIFT = 56;

/** The most pages that may follow before the head is looked at again. */
export const MOST_LEFT = 255;

/** What `@next` lacks of the address of the next page. */
export const ADDRESS_TOP: string = `((uint64)0xff << ${LEFT_SHIFT})`;

/** Only the address in `@next`. */
export const ADDRESS_BITS = "0xffffffffffffff";

/** Grabs of the run: those that it will have when no page is left of those that may follow. */
export const GRABS: string = `$r.4 - ($n >> ${LEFT_SHIFT})`;

/** Marks the beginning of the slow path in a call. */
export const SLOW_RUNS: string = boundary(`$c | ${STATE.slow | STATE.fellBack}`);

/** Marks its end. */
export const SLOW_RAN: string = boundary(`$c - ${STATE.slow}`);

/** Before a run goes on from here, both the path and the head are looked at. */
function boundary(word: string): string {
  return `@call[tid] = ${word};
$n = @next[tid];
if ($n >> ${LEFT_SHIFT}) {
  $r = @run[tid];
  @run[tid] = ($r.0, $r.1, $r.2, $r.3, ${GRABS});
  @next[tid] = $n & ${ADDRESS_BITS};
}
`;
}

/** Counts a line that told of a part of the call. */
export const PART_TOLD: string = `@call[tid] = $c + ${ONE_PART};`;

/** The same where the call's word is stored anew anyway. */
export const PART_COUNTED: string = `$c = $c + ${ONE_PART};`;

/** Reads what was only added up. */
export const UNLISTED = "$u = @unlisted[tid];";

/** Codes of the leaf functions in the tag of `@leaf`. */
export const LEAF_CODES = { device: 0, pte: 1, pmd: 2, pud: 3 } as const;

/** What of the success of a leaf is in its tag. */
export const LEAF_RESULTS = { unseen: 0, failed: 16, taken: 32 } as const;

/** Reading an empty map is an error before something was stored: says what each holds. */
export const MAPS: readonly (readonly [map: string, fields: number, words: string])[] = [
  ["@call", 1, "what happens in the call, lines told of it, its number"],
  ["@next", 1, "address of the run's next page, pages that may follow"],
  ["@run", 5, "pfn, pfn of the head, order, path and call, role and references, grabs"],
  ["@range", 4, "start, pages and flags, look-ups until then, time"],
  ["@leaf", 4, "address, end, pfn, call and kind"],
  ["@inside", 2, "call, puts inside it"],
  ["@unlisted", 2, "grabs, references; of the slow path in the upper halves"],
  ["@total", 6, "calls, pages, grabs, references, look-ups, real ones"],
];

/** A zero of 64 bits that the program begins with. */
export const ZERO = "$zero";

/** Stores something in each map. */
export function beginnings(): string {
  return MAPS.map(([map, fields, words]) =>
    `  /* ${words} */\n  ${map}[0] = ${fields === 1 ? ZERO : `(${zeros(fields, ZERO)})`};\n`
  )
    .join("");
}
