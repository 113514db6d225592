/**
 * What was taken on each head page, and what was given back.
 *
 * @module
 */

import type { PutEvent, RunEvent } from "../recording/event.ts";
import { headSpans, layers, type Span, type Weight } from "./spans.ts";

/** References taken and put, of both kinds. */
export interface Account {
  /** References that grabs of FOLL_GET took. */
  readonly gets: number;
  /** References that grabs of FOLL_PIN took. */
  readonly pins: number;
  /** References of FOLL_GET that were seen put: only walks that back out show theirs. */
  readonly putGets: number;
  /** References of FOLL_PIN that were put. */
  readonly putPins: number;
}

/** A head and its account, or heads in a row with one and the same. */
export interface HeadAccount extends Account {
  /** Page frame number of the first head. */
  readonly pfn: number;
  /** How many heads: more than one only of order 0. */
  readonly heads: number;
  /** log2 of the pages behind each. */
  readonly order: number;
}

/** Keeps the accounts of heads. */
export interface Accounts {
  /** Books grabs. */
  grab(run: RunEvent, kind: "gets" | "pins"): void;
  /** Books puts. */
  put(event: PutEvent): void;
  /** Every head that was grabbed or put, by order and pfn; the same each time it is asked. */
  heads(): readonly HeadAccount[];
}

const ZEROS = { gets: 0, pins: 0, putGets: 0, putPins: 0 } as const;

/**
 * Opens accounts. Order-0 pages are kept as spans, so that many in a row take little room.
 *
 * @example A page that is pinned twice and put once
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const accounts = openAccounts();
 * accounts.grab({
 *   kind: "run", tid: 7, call: 1, path: "fast", role: "grabOne",
 *   pfn: 0x100a00, head: 0x100a00, order: 9, count: 2, refs: 1, step: 1,
 * }, "pins");
 * accounts.put({
 *   kind: "put", tid: 9, call: 0, role: "put", pin: true, at: 1000,
 *   pfn: 0x100a00, order: 9, count: 1, refs: 1, step: 0,
 * });
 * assertEquals(accounts.heads(), [
 *   { pfn: 0x100a00, heads: 1, order: 9, gets: 0, pins: 2, putGets: 0, putPins: 1 },
 * ]);
 * ```
 */
export function openAccounts(): Accounts {
  const compound = new Map<string, { pfn: number; order: number; account: Booked }>();
  const single: Weight<keyof Account>[] = [];
  let heads: readonly HeadAccount[] | undefined;

  function book(
    { head, order, count, step, refs }: Pick<
      RunEvent,
      "head" | "order" | "count" | "step" | "refs"
    >,
    name: keyof Account,
  ): void {
    heads = undefined;
    if (order === 0) {
      for (const { from, to, times } of headSpans({ head, count, step })) {
        single.push({ from, to, name, amount: times * refs });
      }
      return;
    }
    const key = `${order} ${head}`;
    const found = compound.get(key) ?? { pfn: head, order, account: { ...ZEROS } };
    found.account[name] += count * refs;
    compound.set(key, found);
  }

  return {
    grab: book,
    put: ({ pfn, pin, ...run }) => book({ head: pfn, ...run }, pin ? "putPins" : "putGets"),
    heads: () =>
      heads ??= [
        ...layers(single, ZEROS).map(({ from, to, sums }) => ({
          pfn: from,
          heads: to - from,
          order: 0,
          ...sums,
        })),
        ...[...compound.values()]
          .sort((a, b) => a.order - b.order || a.pfn - b.pfn)
          .map(({ pfn, order, account }) => ({ pfn, heads: 1, order, ...account })),
      ],
  };
}

/**
 * The accounts of heads in a range of pages.
 *
 * @example Two of three single pages
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const account = { pfn: 10, heads: 3, order: 0, gets: 1, pins: 0, putGets: 0, putPins: 0 };
 * assertEquals(within([account], { from: 11, to: 99 }), [{ ...account, pfn: 11, heads: 2 }]);
 * ```
 */
export function within(accounts: readonly HeadAccount[], { from, to }: Span): HeadAccount[] {
  return accounts.flatMap((account) => {
    const first = Math.max(account.pfn, from);
    const heads = Math.min(account.pfn + account.heads, to) - first;
    return heads > 0 ? [{ ...account, pfn: first, heads }] : [];
  });
}

type Booked = { -readonly [Name in keyof Account]: number };
