/**
 * Calls of which not everything has come, as far as is known.
 *
 * @module
 */

import type {
  CallEvent,
  CallKey,
  HexAddress,
  LeafEvent,
  PagesEvent,
  PutEvent,
  RunEvent,
  UndoEvent,
} from "../recording/event.ts";
import { leafEvent, runEvent } from "../recording/part_events.ts";
import type { EndedCall } from "./calls.ts";
import { withoutEchoes } from "./leaves.ts";
import { byPage, compare, sorted } from "./order.ts";

/** A call, and what has come of it. */
export interface OpenCall extends CallKey {
  /** Its end, if that has come. */
  event: CallEvent | undefined;
  readonly runs: RunEvent[];
  readonly leaves: LeafEvent[];
  readonly undos: UndoEvent[];
  readonly puts: PutEvent[];
  /** Grabs that failed. */
  refused: number;
  /** The pages that it handed back. */
  readonly pages: PagesEvent[];
}

/**
 * A call of which nothing has come yet.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(openCall({ tid: 7, call: 1 }).event, undefined);
 * ```
 */
export function openCall({ tid, call }: CallKey): OpenCall {
  return {
    tid,
    call,
    event: undefined,
    runs: [],
    leaves: [],
    undos: [],
    puts: [],
    refused: 0,
    pages: [],
  };
}

/** What of a call came beyond what it tells of; below 0 where some is still to come. */
export interface Surplus {
  /** Events of its own. */
  readonly parts: number;
  /** Puts inside it. */
  readonly puts: number;
}

/**
 * Compares what has come of a call with what its end tells of.
 *
 * @returns `undefined` where its end has not come, or does not tell (format 1).
 *
 * @example A call that tells of a run
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const open = openCall({ tid: 7, call: 1 });
 * assertEquals(surplusOf(open), undefined);
 * open.event = {
 *   kind: "call", tid: 7, call: 1, at: 1000, ns: 900, address: "0x7f0000200000", asked: 1, flags: 0,
 *   returned: -14, lookups: 0, realLookups: 0, parts: 1,
 * };
 * assertEquals(surplusOf(open), { parts: -1, puts: 0 });
 * ```
 */
export function surplusOf(open: OpenCall): Surplus | undefined {
  const { event, runs, leaves, undos, puts, refused, pages } = open;
  if (event?.parts === undefined) return undefined;
  let came = 0;
  for (const { count } of puts) came += count;
  return {
    parts: runs.length + leaves.length + undos.length + refused + pages.length - event.parts,
    puts: came - (event.putsInside ?? 0),
  };
}

/**
 * Ends a call: nothing is added to it any more. Its parts, those in its own line among them, are in an
 * order that owes nothing to the one in which they came.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const open = openCall({ tid: 7, call: 1 });
 * const event = {
 *   kind: "call", tid: 7, call: 1, at: 1000, ns: 900, address: "0x7f0000200000", asked: 1, flags: 0,
 *   returned: -14, lookups: 0, realLookups: 0, parts: 0,
 * } as const;
 * assertEquals(ended(open, event).runs, []);
 * ```
 */
export function ended(open: OpenCall, event: CallEvent): EndedCall {
  const { tid, call, runs, leaves, undos, puts, refused, pages } = open;
  if (event.run !== undefined) runs.push(runEvent(open, event.run));
  if (event.leaf !== undefined) leaves.push(leafEvent(open, event.leaf));
  return {
    tid,
    call,
    event,
    runs: sorted(runs, byPage),
    leaves: sorted(withoutEchoes(leaves), byLeaf),
    undos: sorted(undos, byPage),
    puts: sorted(puts, byPage),
    refused,
    pages: sorted(pages, byPage)[0],
  };
}

function byLeaf(a: LeafEvent, b: LeafEvent): number {
  return byAddress(a.address, b.address) || compare(JSON.stringify(a), JSON.stringify(b));
}

function byAddress(a: HexAddress, b: HexAddress): number {
  // Where texts are equally long, what comes first as text is less.
  return a.length === b.length ? compare(a, b) : compare(BigInt(a), BigInt(b));
}
