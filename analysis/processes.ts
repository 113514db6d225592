/**
 * Which process made the calls, where several are observed.
 *
 * @module
 */

import type { ThreadEvent } from "../recording/event.ts";
import type { CallFacts } from "./facts.ts";

/** What the calls of one process add up to. */
export interface ProcessSums {
  /** The process; `null` for threads of which it is not told. */
  readonly pid: number | null;
  /** Name of its first thread that made a call; `null` where it is not told. */
  readonly comm: string | null;
  /** Calls that succeeded. */
  readonly calls: number;
  /** Pages that they returned. */
  readonly pages: number;
  /** Those of them that the slow path served, inside of gup-fast or by itself. */
  readonly slowPages: number;
  /** Grabs of the fast walk that stayed. */
  readonly grabs: number;
  /** The fewest that could have taken the same pages, as far as their leaves are known. */
  readonly leastGrabs: number;
}

/** What is added up of a call. */
export type ProcessCall = Pick<CallFacts, "tid" | "pages" | "slowPages" | "grabs" | "leastGrabs">;

type Sums = { -readonly [Name in Exclude<keyof ProcessSums, "pid" | "comm">]: number };

/**
 * Adds calls up by process. Threads may be told of before their calls or after.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const processes = new ProcessCounter();
 * for (const tid of [7, 8]) {
 *   processes.add({ tid, pages: 512, slowPages: 0, grabs: 1, leastGrabs: 1 });
 *   processes.name({ kind: "thread", tid, pid: 7, at: 1000, comm: "qemu" });
 * }
 * assertEquals(processes.list(), [
 *   { pid: 7, comm: "qemu", calls: 2, pages: 1024, slowPages: 0, grabs: 2, leastGrabs: 2 },
 * ]);
 * ```
 */
export class ProcessCounter {
  readonly #names = new Map<number, ThreadEvent>();
  readonly #threads = new Map<number, Sums>();

  /** Takes what is told of a thread; of several things the last by time. */
  name(event: ThreadEvent): void {
    const known = this.#names.get(event.tid);
    if (known === undefined || known.at <= event.at) this.#names.set(event.tid, event);
  }

  /** Takes a call. */
  add(call: ProcessCall): void {
    const sums = this.#threads.get(call.tid) ?? noSums();
    this.#threads.set(call.tid, sums);
    sums.calls++;
    sums.pages += call.pages;
    sums.slowPages += call.slowPages;
    sums.grabs += call.grabs;
    sums.leastGrabs += call.leastGrabs;
  }

  /** Every process that made calls, those with the most pages first. */
  list(): readonly ProcessSums[] {
    const found = new Map<number | null, Sums & { readonly comm: string | null }>();
    for (const [tid, added] of [...this.#threads].sort(([a], [b]) => a - b)) {
      const { pid = null, comm = null } = this.#names.get(tid) ?? {};
      const sums = found.get(pid) ?? { ...noSums(), comm };
      found.set(pid, sums);
      sums.calls += added.calls;
      sums.pages += added.pages;
      sums.slowPages += added.slowPages;
      sums.grabs += added.grabs;
      sums.leastGrabs += added.leastGrabs;
    }
    return [...found]
      .map(([pid, sums]) => ({ pid, ...sums }))
      .sort((a, b) => b.pages - a.pages || (a.pid ?? Infinity) - (b.pid ?? Infinity));
  }
}

function noSums(): Sums {
  return { calls: 0, pages: 0, slowPages: 0, grabs: 0, leastGrabs: 0 };
}
