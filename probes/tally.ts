/**
 * What the program counted beside its lines, as its maps are printed at the end.
 *
 * @module
 */

import type { RefcountEvent, StackEvent } from "../recording/event.ts";
import type { KernelTotals } from "../recording/footer.ts";
import type { WireMessage } from "./wire.ts";
import type { StackKey } from "./wire_stacks.ts";

/** What is summed up by stack. */
interface Sums {
  calls: number;
  pages: number;
}

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

/** Takes totals, sums by page and sums by stack, one map after another. */
export class Tally {
  readonly #totals: Partial<Record<keyof KernelTotals, number>> = {};
  readonly #counts = new Map<number, { added: number; taken: number }>();
  readonly #stacks = new Map<string, Sums & StackKey>();

  /** Takes what a map says. */
  add(message: Extract<WireMessage, { readonly kind: "totals" | "counts" | "stacks" }>): void {
    switch (message.kind) {
      case "totals":
        Object.assign(this.#totals, message.totals);
        return;
      case "counts":
        for (const [pfn, sum] of message.counts) {
          const page = this.#counts.get(pfn) ?? { added: 0, taken: 0 };
          page[message.name] = sum;
          this.#counts.set(pfn, page);
        }
        return;
      case "stacks":
        for (const [{ comm, frames }, sum] of message.sums) {
          const key = [comm, ...frames].join("\n");
          const stack = this.#stacks.get(key) ?? { comm, frames, calls: 0, pages: 0 };
          stack[message.name] += sum;
          this.#stacks.set(key, stack);
        }
        return;
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

  /** What was called from each place, those that took the most pages first. */
  stacks(): StackEvent[] {
    return [...this.#stacks.values()]
      .sort((a, b) => b.pages - a.pages || b.calls - a.calls)
      .map((stack) => ({ kind: "stack", ...stack }));
  }
}
