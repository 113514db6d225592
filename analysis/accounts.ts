/**
 * What was taken on each head page, and what was given back.
 *
 * @module
 */

import type { CallLine, PutLine } from "../recording/call_line.ts";
import type { PutEvent, RunEvent } from "../recording/event.ts";
import { PairSums } from "./pairs.ts";
import { headSpans, type Span, SpanSums } from "./spans.ts";

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

/** What of a run of grabs or puts an account goes by. */
export type Booking = Pick<RunEvent, "head" | "order" | "count" | "step" | "refs">;

/** Keeps the accounts of heads. */
export interface Accounts {
  /** Books grabs. */
  grab(run: Booking, kind: "gets" | "pins"): void;
  /** Books puts. */
  put(event: Omit<Booking, "head"> & Pick<PutEvent, "pfn" | "pin">): void;
  grabLine(call: CallLine, kind: "gets" | "pins"): void;
  putLine(put: PutLine): void;
  /** Every head that was grabbed or put, by order and pfn. */
  heads(): readonly HeadAccount[];
}

const NAMES = ["gets", "pins", "putGets", "putPins"] as const;

/**
 * Opens accounts. Order-0 pages are kept as spans, so that many in a row take little room; what it
 * all takes goes by how many heads there are, not by how often they are grabbed and put.
 *
 * @example A page that is pinned twice and put once
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const accounts = openAccounts();
 * accounts.grab({
 *   head: 0x100a00, order: 9, count: 2, refs: 1, step: 1,
 * }, "pins");
 * accounts.put({ pin: true, pfn: 0x100a00, order: 9, count: 1, refs: 1, step: 0 });
 * assertEquals(accounts.heads(), [
 *   { pfn: 0x100a00, heads: 1, order: 9, gets: 0, pins: 2, putGets: 0, putPins: 1 },
 * ]);
 * ```
 */
export function openAccounts(): Accounts {
  const compound = new PairSums(NAMES.length);
  const single = new SpanSums<keyof Account>(NAMES);

  // Where a name is among all is said where it is known. Numbers and no objects: runs, puts and lines have too many shapes for one piece of code.
  function book(
    head: number,
    order: number,
    count: number,
    step: number,
    refs: number,
    column: number,
  ): void {
    if (order !== 0) {
      compound.add(head, order, column, count * refs);
      return;
    }
    const name = NAMES[column] ?? "gets";
    if (step === 1) {
      single.add(head, head + count, name, refs);
    } else {
      for (const { from, to, times } of headSpans({ head, count, step })) {
        single.add(from, to, name, times * refs);
      }
    }
  }

  return {
    grab: (run, kind) =>
      book(run.head, run.order, run.count, run.step, run.refs, kind === "pins" ? 1 : 0),
    grabLine: (call, kind) =>
      book(call.head, call.order, call.count, call.step, call.refs, kind === "pins" ? 1 : 0),
    put: (it) => book(it.pfn, it.order, it.count, it.step, it.refs, it.pin ? 3 : 2),
    putLine: (it) => book(it.pfn, it.order, it.count, it.step, it.refs, it.pin ? 3 : 2),
    heads: () => [
      ...single.layers().map(({ from, to, sums }) => ({
        pfn: from,
        heads: to - from,
        order: 0,
        ...sums,
      })),
      ...[...compound]
        .map(([pfn, order, [gets = 0, pins = 0, putGets = 0, putPins = 0]]) => ({
          pfn,
          heads: 1,
          order,
          gets,
          pins,
          putGets,
          putPins,
        }))
        .sort((a, b) => a.order - b.order || a.pfn - b.pfn),
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
