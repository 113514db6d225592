/**
 * A call as numbers: what the byte scanner makes of the commonest line.
 *
 * @module
 */

import type { Level } from "./event.ts";

/**
 * A gup-fast call that its line tells all of: it has one run, of the fast walk, one leaf or none, and
 * no events on lines of their own.
 */
export interface CallLine {
  readonly tid: number;
  readonly call: number;
  readonly at: number;
  readonly ns: number;
  /** First user address of the range, which is below 2^52. */
  readonly address: number;
  readonly asked: number;
  readonly flags: number;
  readonly returned: number;
  readonly lookups: number;
  readonly realLookups: number;
  readonly fellBack: boolean;
  /** Of its run: first page that was grabbed. */
  readonly pfn: number;
  readonly head: number;
  readonly order: number;
  readonly count: number;
  readonly refs: number;
  readonly step: number;
  /** Of its leaf; a device's has no level, and a call may have no leaf. */
  readonly leaf: Level | "device" | "none";
  readonly leafAddress: number;
  readonly leafPages: number;
  /** Whether the leaf was taken; `undefined` where only the entry of its function is probed. */
  readonly leafTaken: boolean | undefined;
}

/** Puts of one thread outside of any call, as numbers. */
export interface PutLine {
  readonly tid: number;
  readonly pin: boolean;
  /** First head. */
  readonly pfn: number;
  readonly order: number;
  readonly count: number;
  readonly refs: number;
  readonly step: number;
}
