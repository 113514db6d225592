/**
 * Sums of calls of which most are like the one before.
 *
 * @module
 */

import type { CallLine } from "../recording/call_line.ts";
import { addFacts, addTime, type CallSums, isEarlier, noCalls } from "./call_sums.ts";
import type { CallContext } from "./facts.ts";
import type { LeafLevel } from "./leaves.ts";
import {
  areLeavesFixed,
  fillFacts,
  fillLeaves,
  fillName,
  findLeaves,
  hasLeaves,
  isAlike,
  lineFacts,
  type LineLeaves,
} from "./line_facts.ts";

/** What is worked out of one call after another, and never kept. */
const leaves: LineLeaves = { pte: 0, pmd: 0, pud: 0, leastGrabs: 0, uncovered: 0 };

/**
 * Sums of calls. Plain ones that are alike are only counted while they follow one another, and then
 * added at once.
 *
 * @example Without calls
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const level = { source: "mapping", level: "pmd", pages: 512, why: "an example" } as const;
 * const flags = { get: 1, pin: 2, write: 4, longterm: 8 };
 * const row = new Row(level, { pageBytes: 4096, flags, seesUndo: true });
 * assertEquals(row.end().calls, 0);
 * ```
 */
export class Row {
  /** How the level of the leaves is taken to be known. */
  readonly level: LeafLevel;
  readonly #context: CallContext;
  /** Sums of the calls that are added. */
  readonly sums: CallSums = noCalls();
  /** The first by entry of the calls that are not added yet. */
  readonly #facts = lineFacts();
  /** How many these are. */
  #length = 0;
  /** Whether a call that repeats the last one has as many leaves, wherever it is. */
  #areLeavesFixed = false;

  constructor(level: LeafLevel, context: CallContext) {
    this.level = level;
    this.#context = context;
  }

  /**
   * Takes a plain call that its own line tells all of.
   *
   * @param repeats Whether it {@linkcode CallLine.repeats} the one that was taken before it.
   */
  add(call: CallLine, repeats: boolean): void {
    const facts = this.#facts;
    addTime(this.sums, call.ns);
    if (!repeats || !this.#areLeavesFixed || this.#length === 0) {
      const { pageBytes, flags: { longterm } } = this.#context;
      findLeaves(leaves, call, this.level, pageBytes);
      this.#areLeavesFixed = areLeavesFixed(call, this.level);
      const isAlikeInAll = this.#length > 0 && hasLeaves(facts, leaves) &&
        (repeats || isAlike(facts, call, longterm));
      if (!isAlikeInAll) {
        this.end();
        fillFacts(facts, call, longterm);
        fillLeaves(facts, leaves);
      }
    }
    if (call.at <= facts.at && isEarlier(call, facts)) fillName(facts, call);
    this.#length++;
  }

  /** Adds what is only counted yet; gives the sums. */
  end(): CallSums {
    if (this.#length > 0) addFacts(this.sums, this.#facts, this.#length);
    this.#length = 0;
    return this.sums;
  }
}
