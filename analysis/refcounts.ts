/**
 * The page_ref tracepoints as a second witness: what they saw happen to each page's `_refcount`,
 * beside what the grabs and puts imply.
 *
 * @module
 */

import type { RefcountEvent } from "../recording/event.ts";
import type { Account, HeadAccount } from "./accounts.ts";
import type { HeldReferences } from "./put_side.ts";
import type { Span } from "./spans.ts";

/** GUP_PIN_COUNTING_BIAS, include/linux/mm.h: what a pin adds where there is no count of its own. */
const BIAS = 1024;

/** What was implied and what was seen, over all pages of the device. */
export interface Comparison {
  readonly implied: number;
  readonly seen: number;
  /** Pages on which both differ. */
  readonly different: number;
}

/** What the tracepoints say. */
export interface RefcountWitness {
  /** What was added, by grabs. */
  readonly added: Comparison;
  /** What was taken away, by puts: implied is what would be if every get had been put. */
  readonly taken: Comparison;
  /** Gets that were taken on pages of the device. */
  readonly gets: number;
  /** Those that were not put. */
  readonly heldGets: number;
  /** The same head by head. */
  readonly held: readonly HeldReferences[];
}

/**
 * What one grab or put of each reference of an account changes `_refcount` by. A compound page of
 * order 2 or more has a count of pins of its own beside it; order 1 has one from 5.18 on, and does not
 * occur among the pages of a device.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const pins = { gets: 0, pins: 2, putGets: 0, putPins: 1 };
 * assertEquals(impliedBy({ order: 0, ...pins }), { added: 2048, taken: 1024 });
 * assertEquals(impliedBy({ order: 9, ...pins }), { added: 2, taken: 1 });
 * ```
 */
export function impliedBy(
  { order, gets, pins, putPins }: Account & { readonly order: number },
): { readonly added: number; readonly taken: number } {
  const each = order === 0 ? BIAS : 1;
  return { added: gets + pins * each, taken: gets + putPins * each };
}

/**
 * Compares accounts with what the tracepoints saw.
 *
 * @param device Pages of the device: the tracepoints were watched for these only.
 *
 * @example A get that was put
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const account = { pfn: 512, heads: 1, order: 9, gets: 256, pins: 0, putGets: 0, putPins: 0 };
 * const seen = { kind: "refcount", pfn: 512, added: 256, taken: 256 } as const;
 * const { added, taken, heldGets } = refcountWitness([account], [seen], { from: 512, to: 1024 });
 * assertEquals([added.different, taken.different, heldGets], [0, 0, 0]);
 * ```
 */
export function refcountWitness(
  accounts: readonly HeadAccount[],
  events: readonly RefcountEvent[],
  device: Span,
): RefcountWitness {
  const seen = new Map(events.map((event) => [event.pfn, event]));
  const added = { implied: 0, seen: 0, different: 0 };
  const taken = { implied: 0, seen: 0, different: 0 };
  const held: HeldReferences[] = [];
  let gets = 0;
  for (const account of accounts) {
    const implied = impliedBy(account);
    const from = Math.max(account.pfn, device.from);
    const to = Math.min(account.pfn + account.heads, device.to);
    for (let pfn = from; pfn < to; pfn++) {
      const page = seen.get(pfn) ?? { added: 0, taken: 0 };
      seen.delete(pfn);
      compare(added, implied.added, page.added);
      compare(taken, implied.taken, page.taken);
      gets += account.gets;
      const refs = Math.min(account.gets, implied.taken - page.taken);
      if (refs > 0) hold(held, { pfn, order: account.order, refs });
    }
  }
  for (const page of seen.values()) {
    compare(added, 0, page.added);
    compare(taken, 0, page.taken);
  }
  const heldGets = held.reduce((sum, { heads, refs }) => sum + heads * refs, 0);
  return { added, taken, gets, heldGets, held };
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

function compare(sums: Writable<Comparison>, implied: number, seen: number): void {
  sums.implied += implied;
  sums.seen += seen;
  if (implied !== seen) sums.different++;
}

/** Adds a head, to the row before it where that has as many references on the pages just before. */
function hold(
  held: HeldReferences[],
  { pfn, order, refs }: { pfn: number; order: number; refs: number },
): void {
  const last = held.at(-1);
  const goesOn = last !== undefined && order === 0 && last.order === 0 && last.refs === refs &&
    last.pfn + last.heads === pfn;
  if (goesOn) held[held.length - 1] = { ...last, heads: last.heads + 1 };
  else held.push({ kind: "get", pfn, heads: 1, order, refs });
}
