/**
 * What can be said of one call: the numbers that the verdict is made of.
 *
 * @module
 */

import type { CallKey, HexAddress, Level, RunEvent, UnlistedGrabs } from "../recording/event.ts";
import type { PlanFlags, PlanSummary } from "../recording/header.ts";
import type { CallParts } from "./calls.ts";
import { type HeadGrabs, headsOf } from "./heads.ts";
import type { Weighted } from "./histogram.ts";
import { type LeafLevel, leavesOf, pageIndex, type Walk, withTaken } from "./leaves.ts";
import { grabsIn, refsIn } from "./runs.ts";
import { leavesByHeads } from "./leaves_by_heads.ts";
import { settle } from "./settle.ts";

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
  /** Nanoseconds since boot at entry. */
  readonly at: number;
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
  /** Grabs of both walks of which only the sums are known: what follows of heads leaves them out. */
  readonly unlistedGrabs: number;
  /**
   * Whether grabs can be held against leaves: not where these are not known, nor where only sums are,
   * unless pages are leaves.
   */
  readonly isJudged: boolean;
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
  /** Pages that no huge leaf accounts for, though the memory is mapped by huge leaves only. */
  readonly uncovered: number;
  /** Pages of which it cannot be told whether they were reached through one leaf or several. */
  readonly unknown: number;
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

/** Facts that depend on how the level of the leaves is known. */
export type LeafFacts = Pick<
  CallFacts,
  "isJudged" | "leastGrabs" | "leaves" | "uncovered" | "unknown"
>;

/** A call that succeeded, before the level of the leaves is known. */
export interface SettledCall {
  /** What does not depend on that level. */
  readonly facts: Omit<CallFacts, keyof LeafFacts>;
  /** The pages that the fast walk took, by which grabs and through which leaves. */
  readonly walk: Walk;
  /** Grabs of the fast walk that it gave back before it returned. */
  readonly undone: readonly RunEvent[];
  /** Grabs of the slow path that stayed. */
  readonly slow: readonly RunEvent[];
}

/**
 * Settles a call.
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
 *   pageBytes: 4096,
 *   flags: { get: 2, pin: 0x80000, write: 1, longterm: 0x100 },
 *   seesUndo: true,
 * });
 * assertEquals([settled?.facts.grabs, settled?.facts.balance], [1, "even"]);
 * ```
 */
export function settleCall(parts: CallParts, context: CallContext): SettledCall | undefined {
  const { tid, call, event } = parts;
  const { pageBytes, flags } = context;
  if (event === undefined || event.returned < 0) return undefined;
  const pages = event.returned;
  const unlisted: UnlistedGrabs = event.unlisted ??
    { grabs: 0, refs: 0, slowGrabs: 0, slowRefs: 0 };
  const { kept, undone, slow } = settle(parts, {
    returned: pages - unlisted.refs,
    isPin: (event.flags & flags.pin) !== 0,
    seesUndo: context.seesUndo,
  });
  const slowRefs = refsIn(slow) + unlisted.slowRefs;
  const slowPages = Math.min(slowRefs, pages);
  const fastPages = pages - slowPages;
  const refs = refsIn(kept) + unlisted.refs - unlisted.slowRefs;
  const heads = headsOf(kept);
  const first = pageIndex(event.address, pageBytes);
  const fellBack = event.fellBack ?? slowRefs > 0;
  const facts: SettledCall["facts"] = {
    tid,
    call,
    address: event.address,
    at: event.at,
    ns: event.ns,
    pages,
    fastPages,
    slowPages,
    fellBack,
    longterm: (event.flags & flags.longterm) !== 0,
    grabs: grabsIn(kept) + unlisted.grabs - unlisted.slowGrabs,
    refs,
    slowGrabs: grabsIn(slow) + unlisted.slowGrabs,
    undoneGrabs: grabsIn(undone),
    strayGrabs: grabsIn(kept.filter(({ role }) => role === "grabSlow")),
    refused: parts.refused,
    unlistedGrabs: unlisted.grabs,
    heads: heads.count,
    most: heads.most,
    overdrawn: heads.overdrawn,
    lookups: event.lookups,
    realLookups: event.realLookups,
    balance: balanceOf({
      surplus: refs + slowRefs - pages,
      short: pages < event.asked || slowRefs > 0 || fellBack,
      overdrawn: heads.overdrawn,
    }),
    refsPerGrab: kept.map((run) => [run.refs, run.count]),
    grabsPerHead: heads.grabsPerHead,
  };
  const leaves = withTaken(parts.leaves, { first, pages: fastPages }, pageBytes);
  const unlistedSingle = unlisted.single === true && unlisted.grabs === unlisted.refs
    ? { unlistedSingle: unlisted.grabs - unlisted.slowGrabs }
    : {};
  const walk = { first, pages: fastPages, runs: kept, leaves, ...unlistedSingle };
  return { facts, walk, undone, slow };
}

/**
 * The facts of a call, now that the level of the leaves is known.
 *
 * @example A call of which nothing is left to judge
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const level = { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" } as const;
 * const settled = {
 *   facts: { unlistedGrabs: 0 } as SettledCall["facts"],
 *   walk: { first: 0x7f0000200, pages: 0, runs: [], leaves: [] },
 * };
 * assertEquals(factsOf(settled, level, 4096).leastGrabs, 0);
 * ```
 */
export function factsOf(
  { facts, walk }: Pick<SettledCall, "facts" | "walk">,
  level: LeafLevel,
  pageBytes: number,
): CallFacts {
  const { counts, leastGrabs, uncovered, unknown } = level.source === "heads"
    ? leavesByHeads(walk, pageBytes, facts.lookups > 0 && !level.seesDevices)
    : { ...leavesOf(walk, level, pageBytes), unknown: 0 };
  const areGrabsKnown = facts.unlistedGrabs === 0 || level.level === "pte" ||
    (level.source === "heads" && walk.unlistedSingle !== undefined);
  const isJudged = unknown === 0 && areGrabsKnown;
  return { ...facts, isJudged, leastGrabs, leaves: counts, uncovered, unknown };
}

function balanceOf(
  { surplus, short, overdrawn }: { surplus: number; short: boolean; overdrawn: number },
): Balance {
  if (overdrawn > 0) return "uneven";
  if (surplus === 0) return "even";
  return surplus > 0 && short ? "unsure" : "uneven";
}
