/**
 * The put side: whether all that was taken was given back, head by head.
 *
 * @module
 */

import type { HeadAccount } from "./accounts.ts";
import type { RefcountWitness } from "./refcounts.ts";

/** References that are not put, on one head or on heads in a row. */
export interface HeldReferences {
  /** Which kind of reference. */
  readonly kind: "get" | "pin";
  /** Page frame number of the first head. */
  readonly pfn: number;
  /** How many heads: more than one only of order 0. */
  readonly heads: number;
  /** log2 of the pages behind each. */
  readonly order: number;
  /** References on each. */
  readonly refs: number;
}

/** What can be said of pins. */
export interface PinBalance {
  /** References taken. */
  readonly taken: number;
  /** References put; `null` where puts are not observed. */
  readonly put: number | null;
  /** Put, on heads of which so many were not seen taken. */
  readonly surplus: number;
}

/** What can be said of gets, whose puts are inlined everywhere. */
export interface GetBalance {
  /** References taken; with the page_ref tracepoints, on pages of the device. */
  readonly taken: number;
  /** References put, as the page_ref tracepoints saw it; `null` without them. */
  readonly put: number | null;
}

/** The put side of a recording. */
export interface PutSide {
  /** Puts that were seen; `null` where none are probed. */
  readonly puts: number | null;
  /** Those of them by threads that made no call: workers, or whom an interrupt met. */
  readonly putsByOthers: number;
  /** Pins taken and put. */
  readonly pins: PinBalance;
  /** Gets taken and put. */
  readonly gets: GetBalance;
  /** References still held when the recording ended, head by head. */
  readonly held: readonly HeldReferences[];
}

/** What the put side is worked out from. */
export interface PutSideInput {
  readonly accounts: readonly HeadAccount[];
  /** Puts that were seen. */
  readonly puts: number;
  /** Those by threads that made no call. */
  readonly putsByOthers: number;
  /** References of grabs of which only the sums are known, so that accounts lack them. */
  readonly unlisted: { readonly gets: number; readonly pins: number };
  /** Whether puts are probed. */
  readonly observed: boolean;
  /** Whether the recording came to its end, where the last puts are: else nothing counts as held. */
  readonly isWhole: boolean;
  /** What the page_ref tracepoints say; `undefined` without them. */
  readonly refcounts: RefcountWitness | undefined;
}

/**
 * Works out the put side.
 *
 * @example 512 pins of which one is not put
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const side = putSide({
 *   accounts: [{
 *     pfn: 0x100a00, heads: 1, order: 9, gets: 0, pins: 512, putGets: 0, putPins: 511,
 *   }],
 *   puts: 511, putsByOthers: 0, unlisted: { gets: 0, pins: 0 },
 *   observed: true, isWhole: true, refcounts: undefined,
 * });
 * assertEquals(side.held, [{ kind: "pin", pfn: 0x100a00, heads: 1, order: 9, refs: 1 }]);
 * ```
 */
export function putSide(input: PutSideInput): PutSide {
  const { accounts, puts, putsByOthers, unlisted, observed, isWhole, refcounts } = input;
  const sum = (of: (account: HeadAccount) => number): number =>
    accounts.reduce((total, account) => total + account.heads * of(account), 0);
  // Where accounts lack grabs, a put of theirs looks like one of other grabs, or of none.
  const areWhole = unlisted.gets + unlisted.pins === 0;
  const held = observed && isWhole && areWhole
    ? accounts.flatMap((it) => heldOn(it, "pin", it.pins - it.putPins))
    : [];
  return {
    puts: observed ? puts : null,
    putsByOthers,
    pins: {
      taken: sum((account) => account.pins) + unlisted.pins,
      put: observed ? sum((account) => account.putPins) : null,
      surplus: observed && areWhole ? sum(({ pins, putPins }) => Math.max(0, putPins - pins)) : 0,
    },
    gets: refcounts === undefined
      ? { taken: sum((account) => account.gets) + unlisted.gets, put: null }
      : { taken: refcounts.gets, put: refcounts.gets - refcounts.heldGets },
    held: [...held, ...(refcounts?.held ?? [])],
  };
}

/** References held on a head, if any. */
function heldOn(
  { pfn, heads, order }: HeadAccount,
  kind: HeldReferences["kind"],
  refs: number,
): HeldReferences[] {
  return refs > 0 ? [{ kind, pfn, heads, order, refs }] : [];
}
