/**
 * Spans of page frame numbers, and what lies on top of each other where they overlap. A million
 * single pages in a row take no more room than one.
 *
 * @module
 */

import type { RunEvent } from "../recording/event.ts";

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
  const changes = weights.flatMap(({ from, to, name, amount }) => [
    { at: from, name, amount, open: 1 },
    { at: to, name, amount: -amount, open: -1 },
  ]).sort((a, b) => a.at - b.at);
  const sums: Record<Name, number> = { ...zeros };
  let from = 0;
  let open = 0;
  let last: Layer<Name> | undefined;
  for (const change of changes) {
    if (open > 0 && change.at > from) {
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
    sums[change.name] += change.amount;
  }
  if (last !== undefined) yield last;
}

function areEqual<Name extends string>(
  a: Readonly<Record<Name, number>>,
  b: Readonly<Record<Name, number>>,
): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

/**
 * The same pages as spans that neither overlap nor touch, in order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(union([{ from: 4, to: 9 }, { from: 0, to: 4 }, { from: 12, to: 13 }]), [
 *   { from: 0, to: 9 },
 *   { from: 12, to: 13 },
 * ]);
 * ```
 */
export function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || from > last.to) merged.push({ from, to });
    else if (to > last.to) merged[merged.length - 1] = { from: last.from, to };
  }
  return merged;
}
