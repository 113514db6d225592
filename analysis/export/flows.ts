/**
 * Which puts gave back what which grabs took, as far as heads tell: the kernel does not say whose
 * reference a put takes away. On each head the oldest pins that are open are put first.
 *
 * @module
 */

import type { PutEvent, RunEvent } from "../../recording/event.ts";

/** Pages by which runs that wait are looked up. */
const BLOCK = 512;

/** Heads that references are on. */
interface Heads {
  readonly from: number;
  readonly to: number;
}

interface Waiting<Origin> extends Heads {
  readonly origin: Origin;
  /** References that are not put yet. */
  refs: number;
}

/**
 * Leads from pins to the puts of their heads; both are to come in order of time.
 *
 * @example A pin that is put in two goes
 * ```ts
 * import { Flows } from "./flows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const flows = new Flows<string>();
 * const head = { pfn: 0x100a00, head: 0x100a00, order: 9, step: 0 };
 * flows.grab({ ...head, count: 1, refs: 2 }, "call 1");
 * flows.grab({ ...head, count: 1, refs: 2 }, "call 2");
 * assertEquals(flows.put({ ...head, count: 3, refs: 1 }), ["call 1", "call 2"]);
 * assertEquals(flows.put({ ...head, count: 3, refs: 1 }), ["call 2"]);
 * ```
 */
export class Flows<Origin> {
  readonly #blocks = new Map<number, Set<Waiting<Origin>>>();

  /** Takes grabs, and where what puts them is to be led from. */
  grab(run: Pick<RunEvent, "head" | "order" | "count" | "refs" | "step">, origin: Origin): void {
    const { head: from, order, count, refs, step } = run;
    const to = from + (order === 0 ? (count - 1) * step : 0) + 1;
    const waiting = { from, to, origin, refs: count * refs };
    for (const block of blocksOf(waiting)) {
      const known = this.#blocks.get(block);
      if (known === undefined) this.#blocks.set(block, new Set([waiting]));
      else known.add(waiting);
    }
  }

  /** Takes puts; gives the origins of what they give back, the oldest first. */
  put({ pfn, count, refs, step }: Pick<PutEvent, "pfn" | "count" | "refs" | "step">): Origin[] {
    const heads = { from: pfn, to: pfn + (count - 1) * step + 1 };
    let left = count * refs;
    const origins = new Set<Origin>();
    for (const block of blocksOf(heads)) {
      for (const waiting of this.#blocks.get(block) ?? []) {
        if (left === 0) return [...origins];
        const shared = Math.min(heads.to, waiting.to) - Math.max(heads.from, waiting.from);
        if (shared <= 0) continue;
        // On heads of their own no more is put than there are heads in both.
        const most = heads.to - heads.from > 1 ? shared * refs : left;
        const back = Math.min(left, waiting.refs, most);
        origins.add(waiting.origin);
        left -= back;
        waiting.refs -= back;
        if (waiting.refs === 0) this.#forget(waiting);
      }
    }
    return [...origins];
  }

  #forget(waiting: Waiting<Origin>): void {
    for (const block of blocksOf(waiting)) {
      const known = this.#blocks.get(block);
      known?.delete(waiting);
      if (known?.size === 0) this.#blocks.delete(block);
    }
  }
}

function* blocksOf({ from, to }: Heads): Generator<number> {
  const last = Math.floor((to - 1) / BLOCK);
  for (let block = Math.floor(from / BLOCK); block <= last; block++) yield block;
}
