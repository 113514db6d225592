/**
 * When calls were made and how long they took, to be drawn: call by call where there are few, else as counts
 * in a grid whose columns grow wider as time goes on.
 *
 * @module
 */

import type { CallEvent } from "../recording/event.ts";
import type { Weighted } from "./histogram.ts";

/** One call. */
export interface TimedCall {
  /** Nanoseconds from the first call's entry to its own. */
  readonly at: number;
  /** Nanoseconds from entry to return, probes included. */
  readonly ns: number;
  /** The thread. */
  readonly tid: number;
  /** Pages that it returned. */
  readonly pages: number;
}

/** Calls that began within a stretch of time, and took between so many nanoseconds and as many. */
export interface TimedCell {
  /** Nanoseconds from the first call's entry to the stretch. */
  readonly at: number;
  /** Nanoseconds that it lasts. */
  readonly width: number;
  /** The calls took at least as many nanoseconds, */
  readonly lo: number;
  /** and less than this. */
  readonly hi: number;
  /** How many calls. */
  readonly calls: number;
}

/** When calls were made, and how long they took. */
export interface Timeline {
  /** How many calls. */
  readonly calls: number;
  /** Nanoseconds from the first call's entry to the last one's. */
  readonly ns: number;
  /** Each of them, by entry; `null` where there are too many. */
  readonly each: readonly TimedCall[] | null;
  /** All of them in a grid. */
  readonly cells: readonly TimedCell[];
  /**
   * Nanoseconds that calls took and how many calls took that long; rounded down by up to 1/32 where
   * `each` is `null`.
   */
  readonly times: readonly Weighted[];
}

/** Calls that are kept one by one. */
const MOST_CALLS = 1500;
/** Columns of the grid. */
const MOST_COLUMNS = 240;
/** Rows of the grid for each power of two. */
const ROWS = 4;
/** More than there are rows: cells are numbered by column and row. */
const STRIDE = 256;

/**
 * Collects calls.
 *
 * @example
 * ```ts
 * import { TimelineMaker } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const maker = new TimelineMaker();
 * for (const [tid, at] of [[8, 5000], [7, 2000]] as const) maker.add({ tid, at, ns: 900, returned: 512 });
 * const { each, ns, times } = maker.timeline();
 * assertEquals(each?.map(({ tid, at }) => [tid, at]), [[7, 0], [8, 3000]]);
 * assertEquals([ns, times], [3000, [[900, 2]]]);
 * ```
 */
export class TimelineMaker {
  #each: TimedCall[] | null = [];
  /** Calls by `column * STRIDE + row`. */
  #cells = new Map<number, number>();
  readonly #times = new Map<number, number>();
  #width = 1024;
  #first = Infinity;
  #last = -Infinity;
  #calls = 0;

  /** Takes a call. */
  add({ at, ns, tid, returned }: Pick<CallEvent, "at" | "ns" | "tid" | "returned">): void {
    this.#calls++;
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    this.#each?.push({ at, ns, tid, pages: returned });
    if (this.#calls > MOST_CALLS) this.#each = null;
    this.#widen();
    count(this.#cells, Math.floor(at / this.#width) * STRIDE + rowOf(ns));
    count(this.#times, rounded(ns));
  }

  /** The calls that came. */
  timeline(): Timeline {
    const first = this.#calls === 0 ? 0 : this.#first;
    const each = this.#each?.map((call) => ({ ...call, at: call.at - first }))
      .sort((a, b) => a.at - b.at) ?? null;
    const exact = new Map<number, number>();
    for (const { ns } of each ?? []) count(exact, ns);
    return {
      calls: this.#calls,
      ns: this.#calls === 0 ? 0 : this.#last - first,
      each,
      cells: [...this.#cells].sort(([a], [b]) => a - b).map(([cell, calls]) => {
        const row = cell % STRIDE;
        return {
          at: Math.floor(cell / STRIDE) * this.#width - first,
          width: this.#width,
          lo: 2 ** (row / ROWS),
          hi: 2 ** ((row + 1) / ROWS),
          calls,
        };
      }),
      times: [...each === null ? this.#times : exact].sort(([a], [b]) => a - b),
    };
  }

  /** Makes columns twice as wide until there are few enough. */
  #widen(): void {
    const columns = (): number =>
      Math.floor(this.#last / this.#width) - Math.floor(this.#first / this.#width) + 1;
    while (columns() > MOST_COLUMNS) {
      this.#width *= 2;
      const cells = new Map<number, number>();
      for (const [cell, calls] of this.#cells) {
        count(cells, Math.floor(cell / STRIDE / 2) * STRIDE + cell % STRIDE, calls);
      }
      this.#cells = cells;
    }
  }
}

function count(counts: Map<number, number>, key: number, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function rowOf(ns: number): number {
  return Math.floor(Math.log2(Math.max(1, ns)) * ROWS);
}

/** Nanoseconds with their first six binary digits, so that there are few different ones. */
function rounded(ns: number): number {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, ns))) - 5);
  return Math.floor(ns / unit) * unit;
}
