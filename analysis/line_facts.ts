/**
 * The facts of a call that its own line tells all of: what {@linkcode settleCall} and
 * {@linkcode factsOf} would find, worked out without making objects.
 *
 * @module
 */

import type { CallLine } from "../recording/call_line.ts";
import type { HexAddress } from "../recording/event.ts";
import type { CallFacts } from "./facts.ts";
import type { DeviceLevel, LEAF_ROLES } from "./leaves.ts";

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Fields that are not replaced from call to call. */
type Reused = "address" | "most" | "leaves" | "refsPerGrab" | "grabsPerHead";

/** Facts of one call after another, in the same objects. */
export interface LineFacts extends Writable<Omit<CallFacts, Reused>> {
  /** First user address of the range, of which the text is made where it is asked for. */
  start: number;
  readonly address: HexAddress;
  readonly most: { pfn: number; order: number; grabs: number };
  readonly leaves: { pte: number; pmd: number; pud: number };
  readonly refsPerGrab: readonly [[value: number, count: number]];
  readonly grabsPerHead: readonly [[value: number, count: number]];
}

/**
 * Whether a call is as simple as that, wherever its pages are: its run took what it returned, no page
 * of it twice. Calls that repeat one another are alike in this.
 *
 * @example A call that has no run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "../recording/call_line.ts";
 *
 * assertEquals(isPlain(new CallLine()), false);
 * ```
 */
export function isPlain(call: CallLine): boolean {
  const { count, refs, step, order, returned } = call;
  return call.path === "fast" && call.role !== "grabSlow" && call.parts === 0 &&
    count * refs === returned && returned > 0 &&
    (order === 0 ? refs === 1 && (step === 1 || count === 1) : step > 0);
}

/**
 * Whether the heads of a plain call have as many pages as were taken of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const run = { pfn: 1024, head: 1024, order: 9, count: 1, refs: 256, step: 256 };
 * assertEquals([fits(run), fits({ ...run, pfn: 1300 })], [true, false]);
 * ```
 */
export function fits(
  { pfn, head, order, count, refs, step }: Pick<
    CallLine,
    "pfn" | "head" | "order" | "count" | "refs" | "step"
  >,
): boolean {
  // The last grab reaches furthest.
  return order === 0 ||
    pfn + (count - 1) * step + refs <= head + (order < 31 ? 1 << order : 2 ** order);
}

/**
 * Facts to be filled in.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lineFacts().balance, "even");
 * ```
 */
export function lineFacts(): LineFacts {
  const facts: LineFacts = {
    tid: 0,
    call: 0,
    start: 0,
    get address(): HexAddress {
      return `0x${facts.start.toString(16)}`;
    },
    at: 0,
    ns: 0,
    pages: 0,
    fastPages: 0,
    slowPages: 0,
    fellBack: false,
    longterm: false,
    grabs: 0,
    refs: 0,
    slowGrabs: 0,
    undoneGrabs: 0,
    strayGrabs: 0,
    refused: 0,
    unlistedGrabs: 0,
    isJudged: true,
    heads: 0,
    overdrawn: 0,
    leastGrabs: 0,
    uncovered: 0,
    unknown: 0,
    lookups: 0,
    realLookups: 0,
    balance: "even",
    most: { pfn: 0, order: 0, grabs: 0 },
    leaves: { pte: 0, pmd: 0, pud: 0 },
    refsPerGrab: [[0, 0]],
    grabsPerHead: [[0, 0]],
  };
  return facts;
}

/**
 * Fills in what does not depend on how the level of the leaves is known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "headcount";
 *
 * const call = Object.assign(new CallLine(), { returned: 512, count: 512, refs: 1, order: 9 });
 * const facts = lineFacts();
 * fillFacts(facts, call, 0x10000);
 * assertEquals([facts.pages, facts.grabs, facts.heads], [512, 512, 1]);
 * ```
 */
export function fillFacts(facts: LineFacts, call: CallLine, longtermFlag: number): void {
  const { returned, order, count } = call;
  fillName(facts, call);
  facts.pages = returned;
  facts.fastPages = returned;
  facts.fellBack = call.fellBack ?? false;
  facts.longterm = (call.flags & longtermFlag) !== 0;
  facts.grabs = count;
  facts.refs = returned;
  facts.lookups = call.lookups;
  facts.realLookups = call.realLookups;
  facts.heads = order === 0 ? count : 1;
  facts.most.grabs = order === 0 ? 1 : count;
  facts.refsPerGrab[0][0] = call.refs;
  facts.refsPerGrab[0][1] = count;
  facts.grabsPerHead[0][0] = facts.most.grabs;
  facts.grabsPerHead[0][1] = facts.heads;
}

/**
 * Fills in which call it is, and where.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "headcount";
 *
 * const facts = lineFacts();
 * fillName(facts, Object.assign(new CallLine(), { tid: 7, call: 3, address: 0x1000 }));
 * assertEquals([facts.tid, facts.call, facts.start], [7, 3, 0x1000]);
 * ```
 */
export function fillName(facts: LineFacts, call: CallLine): void {
  facts.tid = call.tid;
  facts.call = call.call;
  facts.start = call.address;
  facts.at = call.at;
  facts.most.pfn = call.head;
  facts.most.order = call.order;
}

/**
 * Whether a call has the facts that are filled in, its name, time and leaves aside.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "headcount";
 *
 * const call = Object.assign(new CallLine(), { returned: 512, count: 1, order: 9 });
 * const facts = lineFacts();
 * fillFacts(facts, call, 0x10000);
 * assertEquals(isAlike(facts, call, 0x10000), true);
 * assertEquals(isAlike(facts, Object.assign(call, { count: 512 }), 0x10000), false);
 * ```
 */
export function isAlike(facts: LineFacts, call: CallLine, longtermFlag: number): boolean {
  return facts.pages === call.returned && facts.grabs === call.count &&
    facts.lookups === call.lookups && facts.realLookups === call.realLookups &&
    facts.fellBack === (call.fellBack ?? false) &&
    facts.longterm === ((call.flags & longtermFlag) !== 0) &&
    (facts.most.order === 0) === (call.order === 0);
}

/**
 * The role of the function that served the call's pages, if one is known to have.
 *
 * @example A call without a leaf
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { CallLine } from "../recording/call_line.ts";
 *
 * const call = { leaf: "none", address: 0, leafAddress: 0, leafPages: 0, leafTaken: true } as CallLine;
 * assertEquals(servedBy(call, 4096), undefined);
 * ```
 */
export function servedBy(
  call: CallLine,
  pageBytes: number,
): typeof LEAF_ROLES[number] | undefined {
  if (call.leaf === "none" || !isTaken(call, pageBytes)) return undefined;
  return call.leaf === "device" ? "hugeLeaf" : ROLES[call.leaf];
}

const ROLES = { pte: "pteLeaf", pmd: "pmdLeaf", pud: "pudLeaf" } as const;

/** Facts that depend on how the level of the leaves is known. */
export interface LineLeaves {
  /** Leaves, by level. */
  pte: number;
  pmd: number;
  pud: number;
  leastGrabs: number;
  uncovered: number;
}

/**
 * Works out what depends on how the level of the leaves is known.
 *
 * @param leaves Is overwritten.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "headcount";
 *
 * // 256 pages that begin in the middle of one leaf and end in the middle of the next.
 * const call = Object.assign(new CallLine(), { address: 0x180000, returned: 256 });
 * const leaves = { pte: 0, pmd: 0, pud: 0, leastGrabs: 0, uncovered: 0 };
 * findLeaves(leaves, call, { source: "mapping", level: "pmd", pages: 512, why: "" }, 4096);
 * assertEquals([leaves.pmd, leaves.leastGrabs], [2, 2]);
 * ```
 */
export function findLeaves(
  leaves: LineLeaves,
  call: CallLine,
  level: DeviceLevel,
  pageBytes: number,
): void {
  const { returned: pages, leaf } = call;
  leaves.pte = leaves.pmd = leaves.pud = 0;
  if (level.source === "mapping" && level.level !== "pte") {
    const first = Math.floor(call.address / pageBytes);
    const touched = Math.floor((first + pages - 1) / level.pages) -
      Math.floor(first / level.pages) + 1;
    if (level.level === "pmd") leaves.pmd = touched;
    else leaves.pud = touched;
    leaves.leastGrabs = Math.max(touched, blocksGrabbed(call, level.pages));
    leaves.uncovered = 0;
    return;
  }
  let covered = 0;
  let leastGrabs = 0;
  if (leaf === "pte") {
    const first = Math.floor(call.address / pageBytes);
    const left = first + pages - Math.floor(call.leafAddress / pageBytes);
    leastGrabs = covered = leaves.pte = Math.max(0, Math.min(call.leafPages, left));
  } else if (leaf !== "none" && isTaken(call, pageBytes)) {
    const at = leaf === "device" ? level.level : leaf;
    if (at === "pmd") leaves.pmd = 1;
    else if (at === "pud") leaves.pud = 1;
    else leaves.pte = 1;
    leastGrabs = 1;
    covered = call.leafPages;
  }
  const rest = Math.max(0, pages - covered);
  leaves.pte += rest;
  leaves.leastGrabs = leastGrabs + rest;
  leaves.uncovered = level.level === "pte" ? 0 : rest;
}

/**
 * Whether a call of the same kind has as many leaves wherever it is.
 *
 * @example A call without a leaf
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "../recording/call_line.ts";
 *
 * assertEquals(areLeavesFixed(new CallLine(), { source: "function" }), true);
 * assertEquals(areLeavesFixed(new CallLine(), { source: "mapping" }), false);
 * ```
 */
export function areLeavesFixed(
  { leaf, leafTaken }: Pick<CallLine, "leaf" | "leafTaken">,
  { source }: Pick<DeviceLevel, "source">,
): boolean {
  return source === "function" &&
    (leaf === "none" || (leaf !== "pte" && leafTaken !== undefined));
}

/**
 * Fills them in.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const facts = lineFacts();
 * fillLeaves(facts, { pte: 0, pmd: 2, pud: 0, leastGrabs: 2, uncovered: 0 });
 * assertEquals([facts.leaves.pmd, facts.leastGrabs], [2, 2]);
 * ```
 */
export function fillLeaves(facts: LineFacts, leaves: LineLeaves): void {
  facts.leaves.pte = leaves.pte;
  facts.leaves.pmd = leaves.pmd;
  facts.leaves.pud = leaves.pud;
  facts.leastGrabs = leaves.leastGrabs;
  facts.uncovered = leaves.uncovered;
}

/**
 * Whether they are filled in already.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const leaves = { pte: 0, pmd: 0, pud: 0, leastGrabs: 0, uncovered: 0 };
 * assertEquals(hasLeaves(lineFacts(), leaves), true);
 * ```
 */
export function hasLeaves(facts: LineFacts, leaves: LineLeaves): boolean {
  return facts.leastGrabs === leaves.leastGrabs && facts.leaves.pte === leaves.pte &&
    facts.leaves.pmd === leaves.pmd && facts.leaves.pud === leaves.pud &&
    facts.uncovered === leaves.uncovered;
}

function isTaken(call: CallLine, pageBytes: number): boolean {
  if (call.leafTaken !== undefined) return call.leafTaken;
  const first = Math.floor(call.address / pageBytes);
  const from = Math.floor(call.leafAddress / pageBytes);
  return from >= first && from + call.leafPages <= first + call.returned;
}

/** Blocks of a leaf's size in which the run names a page. */
function blocksGrabbed({ pfn, count, step }: CallLine, size: number): number {
  const last = pfn + (count - 1) * step;
  const blocks = Math.floor(last / size) - Math.floor(pfn / size) + 1;
  // Steps longer than a block leave some out.
  return Math.min(blocks, count);
}
