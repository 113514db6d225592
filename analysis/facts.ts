/**
 * What can be said of one call: the numbers that the verdict is made of.
 *
 * @module
 */

import type { CallKey, HexAddress, Level } from "../recording/event.ts";
import type { PlanFlags, PlanSummary } from "../recording/header.ts";
import type { CallParts } from "./calls.ts";
import { type HeadGrabs, headsOf } from "./heads.ts";
import type { Weighted } from "./histogram.ts";
import { type LeafLevel, leavesOf, pageIndex } from "./leaves.ts";
import { grabsIn, refsIn } from "./runs.ts";
import { settle, type SettledGrabs } from "./settle.ts";

/**
 * Whether a call's references match its pages.
 *
 * - `even`: they do.
 * - `uneven`: they do not, or one grab added more than its head has pages.
 * - `unsure`: there are too many, and the walk may have given some back unseen: it came back short or
 *   the slow path went on from there, as after a walk that backed out.
 */
export type Balance = "even" | "uneven" | "unsure";

/** The facts of one call that succeeded. */
export interface CallFacts extends CallKey {
  /** First user address of the range. */
  readonly address: HexAddress;
  /** Nanoseconds from entry to return, probes included. */
  readonly ns: number;
  /** Pages that the call returned. */
  readonly pages: number;
  /** Those that the fast walk took: all that is judged. */
  readonly fastPages: number;
  /** Those that the slow path served: its references, since each of its pages takes one. */
  readonly slowPages: number;
  /** Whether the slow path ran in it. */
  readonly fellBack: boolean;
  /** Whether it asked for FOLL_LONGTERM, which the fast walk refuses for some memory. */
  readonly longterm: boolean;
  /** Successful grabs of the fast walk that stayed. */
  readonly grabs: number;
  /** References that they added. */
  readonly refs: number;
  /** Grabs of the slow path. */
  readonly slowGrabs: number;
  /** Grabs of the fast walk that it gave back before it returned. */
  readonly undoneGrabs: number;
  /** Fast grabs by a function that only the slow path calls: that it began was not seen. */
  readonly strayGrabs: number;
  /** Grabs that failed. */
  readonly refused: number;
  /** Distinct head pages behind the fast grabs. */
  readonly heads: number;
  /** The head that was grabbed most often. */
  readonly most: HeadGrabs | undefined;
  /** Fast grabs that added more references than their head has pages. */
  readonly overdrawn: number;
  /** The fewest grabs that could have taken the fast pages. */
  readonly leastGrabs: number;
  /** Leaves that the fast pages were reached through. */
  readonly leaves: Readonly<Record<Level, number>>;
  /** Pages that no huge leaf accounts for, though the device maps by huge leaves only. */
  readonly uncovered: number;
  /** `get_dev_pagemap()` calls. */
  readonly lookups: number;
  /** Those of them that were real look-ups. */
  readonly realLookups: number;
  /** Whether references match pages. */
  readonly balance: Balance;
  /** References of a fast grab, and how many grabs added that many. */
  readonly refsPerGrab: readonly Weighted[];
  /** Fast grabs of a head, and how many heads were grabbed that often. */
  readonly grabsPerHead: readonly Weighted[];
}

/** What of a recording the facts of its calls depend on. */
export interface CallContext {
  readonly level: LeafLevel;
  readonly pageBytes: number;
  readonly flags: PlanFlags;
  /** Whether what a device leaf backs out of is observed. */
  readonly seesUndo: boolean;
}

/**
 * Whether what a device leaf backs out of is observed: by its function, or because no failure of the
 * leaf's own is, from which it would be worked out.
 *
 * @example A recording of before 0.2
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const hugeLeaf = { kind: "probed", function: "f", attach: "fentry", why: "an example" } as const;
 * assertEquals(seesUndo({ hugeLeaf }), false);
 * ```
 */
export function seesUndo(roles: Pick<PlanSummary["roles"], "hugeLeaf" | "undo">): boolean {
  return roles.undo?.kind === "probed" || roles.hugeLeaf.kind === "absent";
}

/** A call that succeeded: its facts, and the grabs that they were worked out from. */
export interface SettledCall {
  readonly facts: CallFacts;
  readonly grabs: SettledGrabs;
}

/**
 * Works out the facts of a call.
 *
 * @returns `undefined` where the call's end is not in the recording, or where it failed.
 *
 * @example One call of 256 pages that grabbed its head once
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const key = { tid: 7, call: 1 };
 * const settled = settleCall({
 *   ...key,
 *   event: {
 *     kind: "call", ...key, at: 1000, ns: 900, address: "0x7f0000200000",
 *     asked: 256, flags: 0x80000, returned: 256, lookups: 0, realLookups: 0,
 *   },
 *   runs: [{
 *     kind: "run", ...key, path: "fast", role: "grabBatch",
 *     pfn: 0x100a00, head: 0x100a00, order: 9, count: 1, refs: 256, step: 256,
 *   }],
 *   leaves: [], undos: [], puts: [],
 *   refused: 0,
 * }, {
 *   level: { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" },
 *   pageBytes: 4096,
 *   flags: { get: 2, pin: 0x80000, write: 1, longterm: 0x100 },
 *   seesUndo: true,
 * });
 * const { grabs, leastGrabs, balance } = settled?.facts ?? {};
 * assertEquals([grabs, leastGrabs, balance], [1, 1, "even"]);
 * ```
 */
export function settleCall(parts: CallParts, context: CallContext): SettledCall | undefined {
  const { tid, call, event } = parts;
  const { level, pageBytes, flags } = context;
  if (event === undefined || event.returned < 0) return undefined;
  const pages = event.returned;
  const settled = settle(parts, {
    returned: pages,
    isPin: (event.flags & flags.pin) !== 0,
    seesUndo: context.seesUndo,
  });
  const { kept, undone, slow } = settled;
  const slowRefs = refsIn(slow);
  const slowPages = Math.min(slowRefs, pages);
  const fastPages = pages - slowPages;
  const refs = refsIn(kept);
  const heads = headsOf(kept);
  const first = pageIndex(event.address, pageBytes);
  const leaves = leavesOf(
    { first, pages: fastPages, runs: kept, leaves: parts.leaves },
    level,
    pageBytes,
  );
  const facts: CallFacts = {
    tid,
    call,
    address: event.address,
    ns: event.ns,
    pages,
    fastPages,
    slowPages,
    fellBack: event.fellBack ?? slowRefs > 0,
    longterm: (event.flags & flags.longterm) !== 0,
    grabs: grabsIn(kept),
    refs,
    slowGrabs: grabsIn(slow),
    undoneGrabs: grabsIn(undone),
    strayGrabs: grabsIn(kept.filter(({ role }) => role === "grabSlow")),
    refused: parts.refused,
    heads: heads.count,
    most: heads.most,
    overdrawn: heads.overdrawn,
    leastGrabs: leaves.leastGrabs,
    leaves: leaves.counts,
    uncovered: leaves.uncovered,
    lookups: event.lookups,
    realLookups: event.realLookups,
    balance: balanceOf({
      surplus: refs + slowRefs - pages,
      short: pages < event.asked || slowRefs > 0,
      overdrawn: heads.overdrawn,
    }),
    refsPerGrab: kept.map((run) => [run.refs, run.count]),
    grabsPerHead: heads.grabsPerHead,
  };
  return { facts, grabs: settled };
}

function balanceOf(
  { surplus, short, overdrawn }: { surplus: number; short: boolean; overdrawn: number },
): Balance {
  if (overdrawn > 0) return "uneven";
  if (surplus === 0) return "even";
  return surplus > 0 && short ? "unsure" : "uneven";
}
