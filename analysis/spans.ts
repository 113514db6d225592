/**
 * Spans of page frame numbers, and what lies on top of each other where they overlap. A million
 * single pages in a row take no more room than one.
 *
 * @module
 */

import type { RunEvent } from "../recording/event.ts";
import { PairSums } from "./pairs.ts";

/** Pages [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Pages [from, to), each of which something is added to. */
export interface Weight<Name extends string> extends Span {
  readonly name: Name;
  readonly amount: number;
}

/** Pages [from, to) that the same was added to, all of it summed up by name. */
export interface Layer<Name extends string> extends Span {
  readonly sums: Readonly<Record<Name, number>>;
}

/**
 * The heads of a run of order-0 grabs or puts: every page is its own. Where grabs name every page in
 * turn that is one span, else one for each.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...headSpans({ head: 100, count: 512, step: 1 })], [{ from: 100, to: 612, times: 1 }]);
 * assertEquals([...headSpans({ head: 100, count: 3, step: 0 })], [{ from: 100, to: 101, times: 3 }]);
 * ```
 */
export function* headSpans(
  { head, count, step }: Pick<RunEvent, "head" | "count" | "step">,
): Generator<Span & { readonly times: number }> {
  if (step === 0) yield { from: head, to: head + 1, times: count };
  else if (step === 1) yield { from: head, to: head + count, times: 1 };
  else {
    for (let i = 0; i < count; i++) {
      yield { from: head + i * step, to: head + i * step + 1, times: 1 };
    }
  }
}

/**
 * Cuts the number line where what was added to a page changes, and sums it up for each piece; pieces to
 * which nothing was added are left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const weights = [
 *   { from: 0, to: 10, name: "taken", amount: 1 },
 *   { from: 5, to: 10, name: "put", amount: 1 },
 * ] as const;
 * assertEquals([...layers(weights, { taken: 0, put: 0 })], [
 *   { from: 0, to: 5, sums: { taken: 1, put: 0 } },
 *   { from: 5, to: 10, sums: { taken: 1, put: 1 } },
 * ]);
 * ```
 */
export function* layers<Name extends string>(
  weights: readonly Weight<Name>[],
  zeros: Readonly<Record<Name, number>>,
): Generator<Layer<Name>> {
  const sums: Record<Name, number> = { ...zeros };
  let from = 0;
  let open = 0;
  let last: Layer<Name> | undefined;
  for (const change of changesOf(weights)) {
    if (open > 0) {
      const next: Layer<Name> = { from, to: change.at, sums: { ...sums } };
      if (last === undefined) last = next;
      else if (last.to === from && areEqual(last.sums, sums)) last = { ...next, from: last.from };
      else {
        yield last;
        last = next;
      }
    }
    from = change.at;
    open += change.open;
    for (const [name, amount] of change.amounts) sums[name] += amount;
  }
  if (last !== undefined) yield last;
}

/** What begins and ends at a page. */
interface Change<Name extends string> {
  readonly at: number;
  /** How many weights more begin there than end. */
  open: number;
  /** What they add from there on. */
  readonly amounts: Map<Name, number>;
}

/** Where weights begin and end, in order: mostly many do at the same few pages. */
function changesOf<Name extends string>(weights: readonly Weight<Name>[]): Change<Name>[] {
  const changes = new Map<number, Change<Name>>();
  const add = (at: number, open: number, name: Name, amount: number): void => {
    let change = changes.get(at);
    if (change === undefined) changes.set(at, change = { at, open: 0, amounts: new Map() });
    change.open += open;
    change.amounts.set(name, (change.amounts.get(name) ?? 0) + amount);
  };
  for (const { from, to, name, amount } of weights) {
    add(from, 1, name, amount);
    add(to, -1, name, -amount);
  }
  return [...changes.values()].sort((a, b) => a.at - b.at);
}

function areEqual<Name extends string>(
  a: Readonly<Record<Name, number>>,
  b: Readonly<Record<Name, number>>,
): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

/** So many spans are kept before those that overlap are cut and those that touch are joined. */
const LIMIT = 4096;
/** What no span begins or ends with. */
const NONE = -1;

/**
 * What is added to spans of pages, by name. Equal spans are kept once, and when there are many all of
 * them are cut where they overlap and joined where they are alike: the room that it takes goes by how
 * many different pages there are, not by how often something is added.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const spans = new SpanSums(["taken", "put"]);
 * for (let i = 0; i < 100_000; i++) spans.add(i, i + 1, "taken", 1);
 * assertEquals(spans.layers(), [{ from: 0, to: 100_000, sums: { taken: 1, put: 0 } }]);
 * ```
 */
export class SpanSums<Name extends string> {
  readonly #names: readonly Name[];
  readonly #pairs: PairSums;
  /**
   * What was added last, from, to, column and amount: the next span mostly begins where this one ends,
   * and they are added as one.
   */
  readonly #open: Float64Array = Float64Array.of(NONE, NONE, 0, 0);
  #limit = LIMIT;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#pairs = new PairSums(names.length);
  }

  /** Adds to each page of [from, to). */
  add(from: number, to: number, name: Name, amount: number): void {
    const open = this.#open;
    const column = name === this.#names[0] ? 0 : this.#names.indexOf(name);
    if (from !== open[1] || column !== open[2] || amount !== open[3]) {
      this.#close();
      open[0] = from;
      open[2] = column;
      open[3] = amount;
    }
    open[1] = to;
  }

  /** Adds all of another's. */
  merge(other: SpanSums<Name>): void {
    other.#close();
    this.#pairs.merge(other.#pairs);
    if (this.#pairs.size > this.#limit) this.#compact();
  }

  /** Pages that the same was added to, in order. */
  layers(): Layer<Name>[] {
    this.#close();
    return this.#layers();
  }

  /** Puts what was added last to the rest. */
  #close(): void {
    const open = this.#open;
    const from = open[0] ?? NONE;
    const to = open[1] ?? NONE;
    if (from === NONE) return;
    open[0] = open[1] = NONE;
    this.#pairs.add(from, to, open[2] ?? 0, open[3] ?? 0);
    if (this.#pairs.size > this.#limit) this.#compact();
  }

  #layers(): Layer<Name>[] {
    const weights: Weight<Name>[] = [];
    for (const [from, to, sums] of this.#pairs) {
      this.#names.forEach((name, column) => {
        weights.push({ from, to, name, amount: sums[column] ?? 0 });
      });
    }
    return [...layers(weights, this.#zeros())];
  }

  #compact(): void {
    const joined = this.#layers();
    this.#pairs.clear();
    for (const { from, to, sums } of joined) {
      this.#names.forEach((name, column) => this.#pairs.add(from, to, column, sums[name]));
    }
    // What is left cannot be joined: wait for as much again before trying.
    this.#limit = LIMIT + 2 * this.#pairs.size;
  }

  #zeros(): Record<Name, number> {
    return Object.fromEntries(this.#names.map((name) => [name, 0])) as Record<Name, number>;
  }
}
