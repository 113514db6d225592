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
  type LineFacts,
  lineFacts,
  type LineLeaves,
} from "./line_facts.ts";

/** What is worked out of one call after another, and never kept. */
const leaves: LineLeaves = { pte: 0, pmd: 0, pud: 0, leastGrabs: 0, uncovered: 0 };

/** Calls of one kind that are not added yet. */
interface Row {
  /** The first of them by entry. */
  readonly facts: LineFacts;
  length: number;
  /** Whether a call of the same kind as the last of them has as many leaves, wherever it is. */
  areLeavesFixed: boolean;
}

/** So many kinds of calls are counted at a time. */
const ROWS = 8;

/**
 * Sums of calls. Mostly a workload makes few kinds of calls, in turn: plain ones that are alike are counted,
 * and added at once.
 *
 * @example Without calls
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const level = { source: "mapping", level: "pmd", pages: 512, why: "an example" } as const;
 * const flags = { get: 1, pin: 2, write: 4, longterm: 8 };
 * const rows = new Rows(level, { pageBytes: 4096, flags, seesUndo: true });
 * assertEquals(rows.end().calls, 0);
 * ```
 */
export class Rows {
  /** How the level of the leaves is taken to be known. */
  readonly level: LeafLevel;
  /** Sums of the calls that are added. */
  readonly sums: CallSums = noCalls();
  readonly #context: CallContext;
  readonly #rows: Row[] = [];
  /** What the last call was counted in. */
  #last: Row | undefined;
  /** Its kind. */
  #kind = 0;
  /** The row that was begun last. */
  #turn = -1;

  constructor(level: LeafLevel, context: CallContext) {
    this.level = level;
    this.#context = context;
  }

  /** Takes a plain call that its own line tells all of. */
  add(call: CallLine): void {
    addTime(this.sums, call.ns);
    let row = this.#last;
    if (row === undefined || call.kind !== this.#kind || call.kind === 0 || !row.areLeavesFixed) {
      row = this.#last = this.#rowOf(call);
      this.#kind = call.kind;
    }
    if (call.at <= row.facts.at && isEarlier(call, row.facts)) fillName(row.facts, call);
    row.length++;
  }

  /** Adds what is only counted yet; gives the sums. */
  end(): CallSums {
    for (const row of this.#rows) this.#end(row);
    this.#last = undefined;
    return this.sums;
  }

  /** The row of calls like this one. */
  #rowOf(call: CallLine): Row {
    const { pageBytes, flags: { longterm } } = this.#context;
    const { level } = this;
    if (level.source === "heads") throw new TypeError("A line does not tell its leaves by heads");
    findLeaves(leaves, call, level, pageBytes);
    const isFixed = areLeavesFixed(call, level);
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[i];
      if (row === undefined || !hasLeaves(row.facts, leaves)) continue;
      if (!isAlike(row.facts, call, longterm)) continue;
      row.areLeavesFixed = isFixed;
      return row;
    }
    const row = this.#freeRow();
    row.areLeavesFixed = isFixed;
    fillFacts(row.facts, call, longterm);
    fillLeaves(row.facts, leaves);
    return row;
  }

  #freeRow(): Row {
    this.#turn = (this.#turn + 1) % ROWS;
    const old = this.#rows[this.#turn];
    if (old !== undefined) {
      this.#end(old);
      return old;
    }
    return this.#rows[this.#turn] = { facts: lineFacts(), length: 0, areLeavesFixed: false };
  }

  #end(row: Row): void {
    if (row.length > 0) addFacts(this.sums, row.facts, row.length);
    row.length = 0;
  }
}
