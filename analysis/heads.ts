/**
 * Grabs grouped by the head page behind them.
 *
 * @module
 */

import type { RunEvent } from "../recording/event.ts";
import type { Weighted } from "./histogram.ts";
import { PairSums } from "./pairs.ts";
import { grabsIn } from "./runs.ts";
import { headSpans, layers, SpanSums, type Weight } from "./spans.ts";

/** A head page and how often it was grabbed. */
export interface HeadGrabs {
  /** Page frame number of the head. */
  readonly pfn: number;
  /** log2 of the pages behind it. */
  readonly order: number;
  /** How often it was grabbed. */
  readonly grabs: number;
}

/** The heads behind some runs. */
export interface Heads {
  /** Distinct head pages. */
  readonly count: number;
  /** Grabs of a head, and how many heads were grabbed that often; ascending. */
  readonly grabsPerHead: readonly Weighted[];
  /** The head that was grabbed most often, the lowest of several; `undefined` without grabs. */
  readonly most: HeadGrabs | undefined;
  /**
   * Grabs that added more references than the head has pages from the grabbed one on. Whatever they
   * add up to, those references are on the wrong page.
   */
  readonly overdrawn: number;
}

/**
 * Groups the grabs of runs by head page.
 *
 * @example 256 pages of one 2 MiB compound page, grabbed one by one
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const heads = headsOf([{
 *   kind: "run", tid: 7, call: 1, path: "fast", role: "grabOne",
 *   pfn: 0x100a00, head: 0x100a00, order: 9, count: 256, refs: 1, step: 1,
 * }]);
 * assertEquals(heads.count, 1);
 * assertEquals(heads.most, { pfn: 0x100a00, order: 9, grabs: 256 });
 * ```
 */
export function headsOf(runs: readonly RunEvent[]): Heads {
  const [first] = runs;
  if (first === undefined) return { count: 0, grabsPerHead: [], most: undefined, overdrawn: 0 };
  if (first.order !== 0 && runs.every((run) => isSameHead(run, first))) {
    // Mostly there is one head.
    const { head: pfn, order } = first;
    const grabs = grabsIn(runs);
    const overdrawn = runs.reduce((sum, run) => sum + run.count - fitting(run), 0);
    return { count: 1, grabsPerHead: [[grabs, 1]], most: { pfn, order, grabs }, overdrawn };
  }
  const compound = new Map<number, HeadGrabs>();
  const single: Weight<"grabs">[] = [];
  let overdrawn = 0;
  for (const run of runs) {
    overdrawn += run.count - fitting(run);
    if (run.order === 0) {
      for (const { from, to, times } of headSpans(run)) {
        single.push({ from, to, name: "grabs", amount: times });
      }
    } else {
      const grabs = (compound.get(run.head)?.grabs ?? 0) + run.count;
      compound.set(run.head, { pfn: run.head, order: run.order, grabs });
    }
  }
  const weights = new Map<number, number>();
  let count = 0;
  let most: HeadGrabs | undefined;
  for (const { pfn, order, grabs, heads } of [...alone(compound), ...singles(single)]) {
    count += heads;
    weights.set(grabs, (weights.get(grabs) ?? 0) + heads);
    if (most === undefined || grabs > most.grabs || (grabs === most.grabs && pfn < most.pfn)) {
      most = { pfn, order, grabs };
    }
  }
  return { count, grabsPerHead: [...weights].sort(([a], [b]) => a - b), most, overdrawn };
}

/**
 * Counts distinct head pages over many calls. Single pages are kept as spans, so 16 GiB of them that
 * were walked in order take no more room than one.
 *
 * @example The same head in two calls
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const heads = new HeadCounter();
 * heads.add(0x100a00, 9, 1, 256);
 * heads.add(0x100a00, 9, 1, 256);
 * assertEquals(heads.orders(), { "9": 1 });
 * ```
 */
export class HeadCounter {
  readonly #compound = new PairSums(0);
  readonly #single = new SpanSums(["seen"]);
  #last = -1;
  #lastOrder = 0;

  /** Takes the heads behind a run. Numbers and no object: runs and lines have too many shapes. */
  add(head: number, order: number, count: number, step: number): void {
    if (order !== 0) {
      // One head is mostly grabbed in several calls.
      if (head === this.#last && order === this.#lastOrder) return;
      this.#last = head;
      this.#lastOrder = order;
      this.#compound.put(head, order);
    } else if (step === 1) {
      this.#single.add(head, head + count, "seen", 0);
    } else {for (const { from, to } of headSpans({ head, count, step })) {
        this.#single.add(from, to, "seen", 0);
      }}
  }

  /** Takes all heads of another counter. */
  merge(other: HeadCounter): void {
    this.#compound.merge(other.#compound);
    this.#single.merge(other.#single);
  }

  /** Distinct heads so far, by order. */
  orders(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    const pages = this.#single.layers().reduce((sum, { from, to }) => sum + to - from, 0);
    if (pages > 0) counts["0"] = pages;
    for (const [, order] of this.#compound) counts[order] = (counts[order] ?? 0) + 1;
    // Names that are numbers are always listed in ascending order.
    return counts;
  }
}

/** Heads in a row that were grabbed equally often; `pfn` is the first. */
interface Row extends HeadGrabs {
  readonly heads: number;
}

/** Grabs of a run that add no more references than their head has pages from theirs on. */
function fitting({ pfn, head, order, count, refs, step }: RunEvent): number {
  if (order === 0) return refs === 1 ? count : 0;
  const room = head + 2 ** order - pfn - refs;
  if (room < 0) return 0;
  return step === 0 ? count : Math.min(count, Math.floor(room / step) + 1);
}

function isSameHead(run: RunEvent, { head, order }: RunEvent): boolean {
  return run.head === head && run.order === order;
}

function* alone(heads: ReadonlyMap<number, HeadGrabs>): Generator<Row> {
  for (const head of heads.values()) yield { ...head, heads: 1 };
}

function* singles(grabs: readonly Weight<"grabs">[]): Generator<Row> {
  for (const { from, to, sums } of layers(grabs, { grabs: 0 })) {
    yield { pfn: from, order: 0, grabs: sums.grabs, heads: to - from };
  }
}
