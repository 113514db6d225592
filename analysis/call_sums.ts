/**
 * Facts of calls, added up as the calls come.
 *
 * @module
 */

import type { Level } from "../recording/event.ts";
import type { Balance, CallFacts } from "./facts.ts";
import type { Weighted } from "./histogram.ts";
import { PairSums } from "./pairs.ts";
import { addPower, addStep, POWERS, STEPS } from "./steps.ts";

/** Sums over calls whose references match their pages, or over those whose do not. */
export interface GroupSums {
  /** How many calls. */
  calls: number;
  /** Pages that the fast walk took. */
  fastPages: number;
  /** Grabs that it took them with. */
  grabs: number;
  /** References that these added. */
  refs: number;
  /** The fewest grabs that would have done. */
  leastGrabs: number;
  /** Grabs that added more references than their head has pages. */
  overdrawn: number;
  /** Calls with more grabs than leaves. */
  excess: number;
  /** Calls with fewer grabs than leaves. */
  fewer: number;
  /** Calls that did not make one grab for each page. */
  notPerPage: number;
  /** Calls that took compound pages. */
  compound: number;
  /** The first by entry. */
  first: CallFacts | undefined;
  /** The first by entry with more grabs than leaves. */
  firstExcess: CallFacts | undefined;
}

/** What calls are judged by, added up. */
export interface JudgedSums {
  /** Calls in the workload's buffer that succeeded. */
  calls: number;
  /** Pages that they returned. */
  pages: number;
  /** Those that the fast walk took. */
  fastPages: number;
  /** Those that the slow path served. */
  slowPages: number;
  /** Grabs that the fast walk gave back. */
  undoneGrabs: number;
  /** Grabs that the kernel refused. */
  refused: number;
  /** Calls in which the slow path ran. */
  fellBack: number;
  /** Those of them that asked for FOLL_LONGTERM. */
  fellBackLongterm: number;
  /** Calls in which the fast walk took pages; what follows is of these alone. */
  walked: number;
  /** Those with too many references, some of which may have been given back unseen. */
  unsure: number;
  /** Pages that no huge leaf accounts for, though the memory is mapped by huge leaves only. */
  uncovered: number;
  /** Fast grabs by a function that only the slow path calls. */
  strayGrabs: number;
  /** Calls that made grabs of which only the sums are known, so that they cannot be judged. */
  unjudged: number;
  /** Such grabs of theirs. */
  unjudgedGrabs: number;
  /** Calls with pages of which it cannot be told how many leaves they were reached through. */
  unknown: number;
  /** Such pages of theirs. */
  unknownPages: number;
  /** Calls whose references match their pages, and that can be judged. */
  readonly even: GroupSums;
  /** Calls whose references do not match their pages. */
  readonly uneven: GroupSums;
}

/** Sums over the calls in the workload's buffer that succeeded: all that is kept of them. */
export interface CallSums extends JudgedSums {
  grabs: number;
  refs: number;
  slowGrabs: number;
  leastGrabs: number;
  lookups: number;
  realLookups: number;
  longterm: number;
  readonly leaves: Record<Level, number>;
  /** All calls, by whether their references match their pages. */
  readonly balance: Record<Balance, number>;
  /** References that a grab added, by how many grabs. */
  readonly refsPerGrab: PairSums;
  /** Grabs of a head in one call, by how many heads. */
  readonly grabsPerHead: PairSums;
  /** Calls by the power of two above the pages that they returned. */
  readonly pagesPerCall: Float64Array;
  /** Calls by their nanoseconds, in 16 steps for each power of two. */
  readonly nanoseconds: Float64Array;
}

/**
 * Sums over no calls.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(noCalls().even.first, undefined);
 * ```
 */
export function noCalls(): CallSums {
  return {
    calls: 0,
    pages: 0,
    fastPages: 0,
    slowPages: 0,
    grabs: 0,
    refs: 0,
    slowGrabs: 0,
    undoneGrabs: 0,
    refused: 0,
    leastGrabs: 0,
    lookups: 0,
    realLookups: 0,
    fellBack: 0,
    fellBackLongterm: 0,
    longterm: 0,
    leaves: { pte: 0, pmd: 0, pud: 0 },
    balance: { even: 0, uneven: 0, unsure: 0 },
    walked: 0,
    unsure: 0,
    uncovered: 0,
    strayGrabs: 0,
    unjudged: 0,
    unjudgedGrabs: 0,
    unknown: 0,
    unknownPages: 0,
    even: noGroup(),
    uneven: noGroup(),
    refsPerGrab: new PairSums(1),
    grabsPerHead: new PairSums(1),
    pagesPerCall: new Float64Array(POWERS),
    nanoseconds: new Float64Array(POWERS * STEPS),
  };
}

/**
 * Adds the facts of a call, its time aside. They are not kept: the caller may use the object again.
 *
 * @param times How many calls these are the facts of; it is the first of them that they name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { CallLine } from "headcount";
 *
 * import { fillFacts, lineFacts } from "./line_facts.ts";
 *
 * const facts = lineFacts();
 * fillFacts(facts, Object.assign(new CallLine(), { returned: 512, count: 1, order: 9 }), 0x10000);
 * const sums = noCalls();
 * addFacts(sums, facts, 2);
 * assertEquals([sums.calls, sums.pages, sums.grabs], [2, 1024, 2]);
 * ```
 */
export function addFacts(sums: CallSums, facts: CallFacts, times = 1): void {
  sums.calls += times;
  sums.pages += times * facts.pages;
  sums.fastPages += times * facts.fastPages;
  sums.slowPages += times * facts.slowPages;
  sums.grabs += times * facts.grabs;
  sums.refs += times * facts.refs;
  sums.slowGrabs += times * facts.slowGrabs;
  sums.undoneGrabs += times * facts.undoneGrabs;
  sums.refused += times * facts.refused;
  sums.leastGrabs += times * facts.leastGrabs;
  sums.lookups += times * facts.lookups;
  sums.realLookups += times * facts.realLookups;
  if (facts.fellBack) sums.fellBack += times;
  if (facts.fellBack && facts.longterm) sums.fellBackLongterm += times;
  if (facts.longterm) sums.longterm += times;
  sums.leaves.pte += times * facts.leaves.pte;
  sums.leaves.pmd += times * facts.leaves.pmd;
  sums.leaves.pud += times * facts.leaves.pud;
  sums.balance[facts.balance] += times;
  addWeights(sums.refsPerGrab, facts.refsPerGrab, times);
  addWeights(sums.grabsPerHead, facts.grabsPerHead, times);
  addPower(sums.pagesPerCall, facts.pages, times);
  if (facts.fastPages === 0 && facts.grabs === 0) return;
  sums.walked += times;
  sums.uncovered += times * facts.uncovered;
  sums.strayGrabs += times * facts.strayGrabs;
  if (facts.balance === "unsure") sums.unsure += times;
  if (facts.unknown > 0) {
    sums.unknown += times;
    sums.unknownPages += times * facts.unknown;
  } else if (!facts.isJudged) {
    sums.unjudged += times;
    sums.unjudgedGrabs += times * facts.unlistedGrabs;
  }
  if (facts.balance === "uneven") addToGroup(sums.uneven, facts, times);
  else if (facts.balance === "even" && facts.isJudged) addToGroup(sums.even, facts, times);
}

/**
 * Adds the time that a call took.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sums = noCalls();
 * addTime(sums, 900);
 * assertEquals(sums.nanoseconds.reduce((sum, calls) => sum + calls), 1);
 * ```
 */
export function addTime(sums: CallSums, ns: number): void {
  addStep(sums.nanoseconds, ns);
}

/**
 * Adds all that other calls add up to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sums = noCalls();
 * mergeSums(sums, { ...noCalls(), pages: 512 });
 * assertEquals(sums.pages, 512);
 * ```
 */
export function mergeSums(sums: CallSums, other: CallSums): void {
  addNumbers(sums, other);
  addNumbers(sums.leaves, other.leaves);
  addNumbers(sums.balance, other.balance);
  for (const name of ["even", "uneven"] as const) {
    const [group, added] = [sums[name], other[name]];
    addNumbers(group, added);
    group.first = earlier(group.first, added.first);
    group.firstExcess = earlier(group.firstExcess, added.firstExcess);
  }
  sums.refsPerGrab.merge(other.refsPerGrab);
  sums.grabsPerHead.merge(other.grabsPerHead);
  for (const name of ["pagesPerCall", "nanoseconds"] as const) {
    other[name].forEach((calls, power) => sums[name][power] = (sums[name][power] ?? 0) + calls);
  }
}

/**
 * Values with their weights, ascending.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { refsPerGrab } = noCalls();
 * refsPerGrab.add(512, 0, 0, 3);
 * assertEquals(weightsOf(refsPerGrab), [[512, 3]]);
 * ```
 */
export function weightsOf(sums: PairSums): readonly Weighted[] {
  return [...sums].map(([value, , [weight = 0]]): Weighted => [value, weight])
    .sort(([a], [b]) => a - b);
}

function addWeights(sums: PairSums, weights: readonly Weighted[], times: number): void {
  for (const weighted of weights) sums.add(weighted[0], 0, 0, times * weighted[1]);
}

function noGroup(): GroupSums {
  return {
    calls: 0,
    fastPages: 0,
    grabs: 0,
    refs: 0,
    leastGrabs: 0,
    overdrawn: 0,
    excess: 0,
    fewer: 0,
    notPerPage: 0,
    compound: 0,
    first: undefined,
    firstExcess: undefined,
  };
}

function addToGroup(group: GroupSums, facts: CallFacts, times: number): void {
  group.calls += times;
  group.fastPages += times * facts.fastPages;
  group.grabs += times * facts.grabs;
  group.refs += times * facts.refs;
  group.leastGrabs += times * facts.leastGrabs;
  group.overdrawn += times * facts.overdrawn;
  if (facts.grabs < facts.leastGrabs) group.fewer += times;
  if (facts.grabs !== facts.fastPages) group.notPerPage += times;
  if (facts.most?.order !== 0) group.compound += times;
  if (isEarlier(facts, group.first)) group.first = kept(facts);
  if (facts.grabs <= facts.leastGrabs) return;
  group.excess += times;
  if (isEarlier(facts, group.firstExcess)) group.firstExcess = kept(facts);
}

function kept(facts: CallFacts): CallFacts {
  return { ...facts, most: facts.most === undefined ? undefined : { ...facts.most } };
}

/**
 * Whether a call was entered before another, if there is another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isEarlier({ at: 1000, tid: 7, call: 1 }, { at: 1000, tid: 7, call: 2 }), true);
 * ```
 */
export function isEarlier(
  facts: Pick<CallFacts, "at" | "tid" | "call">,
  other: Pick<CallFacts, "at" | "tid" | "call"> | undefined,
): boolean {
  return other === undefined || facts.at < other.at ||
    (facts.at === other.at &&
      (facts.tid < other.tid || (facts.tid === other.tid && facts.call < other.call)));
}

function earlier(one: CallFacts | undefined, other: CallFacts | undefined): CallFacts | undefined {
  return other === undefined || (one !== undefined && isEarlier(one, other)) ? one : other;
}

/** Adds the fields that are numbers. */
function addNumbers<T extends object>(sums: T, other: T): void {
  const to: Record<string, unknown> = Object(sums);
  for (const [name, value] of Object.entries(other)) {
    const old = to[name];
    if (typeof value === "number" && typeof old === "number") to[name] = old + value;
  }
}
