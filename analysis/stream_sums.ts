/**
 * What the stream adds up to, whatever becomes of its calls.
 *
 * @module
 */

import type { CallEvent, RunEvent } from "../recording/event.ts";

/** What the stream adds up to, to be compared with the kernel's own sums. */
export interface StreamSums {
  readonly calls: number;
  readonly pages: number;
  readonly grabs: number;
  readonly refs: number;
  readonly lookups: number;
  readonly realLookups: number;
  readonly puts: number;
  readonly putRefs: number;
}

/** What of a call that is whole these sums go by. */
export interface WholeSums extends Pick<CallEvent, "returned" | "lookups" | "realLookups"> {
  /** Calls of one kind add the same; 0 where that is not known. */
  readonly kind: number;
  readonly count: number;
  readonly refs: number;
}

/**
 * Adds up a stream. Calls in a row that are alike are counted, and added at once.
 *
 * @example A call whose run took two pages
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new StreamAdder();
 * stream.addWhole({ kind: 0, returned: 2, lookups: 0, realLookups: 0, count: 2, refs: 1 });
 * assertEquals([stream.sums().pages, stream.sums().grabs], [2, 2]);
 * ```
 */
export class StreamAdder {
  readonly #sums = noSums();
  /** What each of the last whole calls adds, and how many of them are not added yet. */
  readonly #row = noSums();
  /** Their kind. */
  #kind = 0;

  /** Adds a call with what its own line tells of. */
  addCall({ returned, lookups, realLookups, run, unlisted }: CallEvent): void {
    const sums = this.#sums;
    sums.calls++;
    sums.pages += Math.max(0, returned);
    sums.lookups += lookups;
    sums.realLookups += realLookups;
    sums.grabs += (run?.count ?? 0) + (unlisted?.grabs ?? 0);
    sums.refs += (run === undefined ? 0 : run.count * run.refs) + (unlisted?.refs ?? 0);
  }

  /** Adds a call that its own line tells all of. */
  addWhole(call: WholeSums): void {
    const row = this.#row;
    if (call.kind !== this.#kind || call.kind === 0) {
      this.#addRow();
      this.#kind = call.kind;
      row.pages = call.returned;
      row.lookups = call.lookups;
      row.realLookups = call.realLookups;
      row.grabs = call.count;
      row.refs = call.count * call.refs;
    }
    row.calls++;
  }

  /** Adds a run that stands on a line of its own. */
  addRun({ count, refs }: Pick<RunEvent, "count" | "refs">): void {
    this.#sums.grabs += count;
    this.#sums.refs += count * refs;
  }

  /** Adds puts. */
  addPuts(count: number, refs: number): void {
    this.#sums.puts += count;
    this.#sums.putRefs += count * refs;
  }

  /** The sums of what was added so far. */
  sums(): StreamSums {
    this.#addRow();
    return { ...this.#sums };
  }

  #addRow(): void {
    const sums = this.#sums;
    const row = this.#row;
    const { calls } = row;
    sums.calls += calls;
    sums.pages += calls * row.pages;
    sums.lookups += calls * row.lookups;
    sums.realLookups += calls * row.realLookups;
    sums.grabs += calls * row.grabs;
    sums.refs += calls * row.refs;
    row.calls = 0;
  }
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

function noSums(): Writable<StreamSums> {
  return {
    calls: 0,
    pages: 0,
    grabs: 0,
    refs: 0,
    lookups: 0,
    realLookups: 0,
    puts: 0,
    putRefs: 0,
  };
}
