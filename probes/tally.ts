/**
 * What the program counted beside its lines, as its maps are printed at the end.
 *
 * @module
 */

import type { RefcountEvent } from "../recording/event.ts";
import type { KernelTotals } from "../recording/footer.ts";
import type { WireMessage } from "./wire.ts";

/** Every total, at the value that it has when nothing happened: bpftrace omits an empty map. */
const NO_TOTALS: KernelTotals = {
  entered: 0,
  calls: 0,
  pages: 0,
  grabs: 0,
  refs: 0,
  lookups: 0,
  realLookups: 0,
};

/** Takes totals and sums by page, one map after another. */
export class Tally {
  readonly #totals: Partial<Record<keyof KernelTotals, number>> = {};
  readonly #counts = new Map<number, { added: number; taken: number }>();

  /** Takes what a map says. */
  add(message: Extract<WireMessage, { readonly kind: "totals" | "counts" }>): void {
    if (message.kind === "totals") {
      Object.assign(this.#totals, message.totals);
      return;
    }
    for (const [pfn, sum] of message.counts) {
      const page = this.#counts.get(pfn) ?? { added: 0, taken: 0 };
      page[message.name] = sum;
      this.#counts.set(pfn, page);
    }
  }

  /** The totals; those of puts only where puts are probed. */
  totals(hasPuts: boolean): KernelTotals {
    return { ...NO_TOTALS, ...(hasPuts ? { puts: 0, putRefs: 0 } : {}), ...this.#totals };
  }

  /** What happened to each page's `_refcount`, by pfn. */
  refcounts(): RefcountEvent[] {
    return [...this.#counts].sort(([a], [b]) => a - b)
      .map(([pfn, { added, taken }]) => ({ kind: "refcount", pfn, added, taken }));
  }
}
