/**
 * Ranges of user memory: calls by where they touch the buffer that the workload pinned, added up.
 *
 * A call inside a buffer that is known stays inside, whatever comes. Others wait: calls of one and the
 * same range as one sum, since they will all turn out to be inside or none.
 *
 * @module
 */

import type { CallLine } from "../recording/call_line.ts";
import type { DeviceSummary, Header, WorkloadSummary } from "../recording/header.ts";
import { addTime, type CallSums, mergeSums, noCalls } from "./call_sums.ts";
import type { EndedCall } from "./calls.ts";
import { type CallContext, factsOf, seesUndo, settleCall } from "./facts.ts";
import { HeadCounter } from "./heads.ts";
import { LEAF_ROLES, type LeafLevel, leafLevel, leafRole, pageIndex } from "./leaves.ts";
import { levelByHeads } from "./leaves_by_heads.ts";
import { servedBy } from "./line_facts.ts";
import { PageArrayCheck, type PageArrays } from "./page_arrays.ts";
import { PairSums } from "./pairs.ts";
import type { ProcessCounter } from "./processes.ts";
import { Rows } from "./rows.ts";
import { countCall, pagesAhead, type SettledKind, SettledKinds } from "./settled_kinds.ts";
import type { Span } from "./spans.ts";
import { type SeenTaking, TakingCounts } from "./takings.ts";
import { type Moved, noneMoved } from "./workload.ts";

/** Calls in the buffer that the slow path served without gup-fast before it, and their pages. */
export interface AloneCalls {
  /** How many calls. */
  readonly calls: number;
  /** Pages that they returned. */
  readonly pages: number;
}

/** The calls of a recording, added up. */
export interface RangeSums {
  /** How the level of the leaves is known. */
  readonly level: LeafLevel;
  /** Calls in the workload's buffers that succeeded. */
  readonly sums: CallSums;
  /** Distinct heads behind their fast grabs, by order. */
  readonly headOrders: Readonly<Record<string, number>>;
  readonly alone: AloneCalls;
  /** How calls in the buffers that succeeded took memory, those of the slow path alone included. */
  readonly takings: readonly SeenTaking[];
  /** Calls in the buffers that failed. */
  readonly failed: number;
  /** The pages that they handed back; `undefined` where none tells. */
  readonly pageArrays: PageArrays | undefined;
  /** How many touch none: futexes and other buffers are pinned by the same function. */
  readonly outside: number;
  /** How many reach over a border. */
  readonly straddling: number;
}

/** Takes calls one by one. */
export interface Ranges {
  /** Whether it takes lines: what is known of any memory goes by the parts of calls. */
  readonly takesLines: boolean;
  /** Takes a call. */
  add(call: EndedCall): void;
  /** Takes a plain call that its own line tells all of. */
  addLine(call: CallLine): void;
  /**
   * Adds up. Where no buffer is known, all calls are inside.
   *
   * @param moved Is given the pages that calls inside took.
   */
  finish(moved: Moved): RangeSums;
}

/** Calls that are inside the buffers, or of one range that may be. */
interface Place {
  readonly first: number;
  readonly end: number;
  calls: number;
  failed: number;
  readonly alone: { calls: number; pages: number };
  readonly takings: TakingCounts;
  /** Roles whose functions served any of their pages. */
  readonly served: Set<typeof LEAF_ROLES[number]>;
  /** The last of them that did. */
  lastServed: typeof LEAF_ROLES[number] | undefined;
  /** The kind of the last call that its own line told all of. */
  lastKind: number;
  /** The same calls by each way in which the leaf level may turn out to be known. */
  readonly rows: readonly Rows[];
  /** Kinds of those calls that were settled. */
  readonly kinds: SettledKinds;
  readonly heads: HeadCounter;
  readonly arrays: PageArrayCheck;
  readonly moved: Moved;
}

/**
 * Makes sums of calls by where they are.
 *
 * @param buffers The workload's buffers; they may become known while calls are taken.
 * @param processes Is given the calls, where those of any memory are judged.
 *
 * @example Without calls
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { noneMoved } from "./workload.ts";
 *
 * const absent = { kind: "absent", why: "not in this kernel", cost: "", needed: false } as const;
 * const roles = {
 *   entry: absent, hugeLeaf: absent, grabOne: absent, grabBatch: absent, grabSlow: absent,
 *   lookup: absent, slowPath: absent,
 * };
 * const ranges = sumUpRanges({
 *   plan: { roles, flags: { get: 1, pin: 2, write: 4, longterm: 8 }, structPageBytes: 64 },
 *   device: { alignBytes: 2 ** 21 },
 *   kernel: { pageBytes: 4096 },
 * }, []);
 * assertEquals(ranges.finish(noneMoved()).sums.calls, 0);
 * ```
 */
export function sumUpRanges(
  { plan, device, memory, kernel: { pageBytes }, workload: { scope = "buffer" } = {} }: {
    readonly plan: Header["plan"];
    readonly device?: Pick<DeviceSummary, "alignBytes" | "pfn">;
    readonly memory?: Header["memory"];
    readonly kernel: Pick<Header["kernel"], "pageBytes">;
    readonly workload?: Pick<WorkloadSummary, "scope">;
  },
  buffers: readonly Span[],
  processes?: Pick<ProcessCounter, "add">,
): Ranges {
  const context: CallContext = { pageBytes, flags: plan.flags, seesUndo: seesUndo(plan.roles) };
  const probed = LEAF_ROLES.filter((role) => plan.roles[role]?.kind === "probed");
  const levelFor = (served: Iterable<typeof LEAF_ROLES[number]>): LeafLevel =>
    scope !== "buffer" || device === undefined
      ? levelByHeads(plan.roles)
      : leafLevel(plan.roles, { ...device, kind: memory?.kind }, pageBytes, new Set(served));
  const unserved = levelFor([]);
  // Which of the two it is can show as late as in the last call. For single pages they are the same.
  const served = levelFor(probed);
  const isOne = served.source === "heads" || served.level === "pte" || probed.length === 0;
  const levels = isOne ? [unserved] : [served, unserved];
  const inside = placeAt(-1, -1);
  const waiting: Place[] = [];
  const waitingAt = new PairSums(1);
  const { pin } = plan.flags;
  let last = inside;
  /** Levels that are still possible: a function that served calls inside is known to for good. */
  let open = levels.length;

  function placeAt(first: number, end: number): Place {
    const rows = levels.map((level) => new Rows(level, context));
    return {
      first,
      end,
      calls: 0,
      failed: 0,
      alone: { calls: 0, pages: 0 },
      takings: new TakingCounts(),
      served: new Set(),
      lastServed: undefined,
      lastKind: 0,
      rows,
      kinds: new SettledKinds(rows, pageBytes),
      heads: new HeadCounter(),
      arrays: new PageArrayCheck(),
      moved: noneMoved(),
    };
  }

  function placeOf(first: number, end: number): Place {
    if (scope !== "buffer") return inside;
    for (let i = 0; i < buffers.length; i++) {
      const buffer = buffers[i];
      if (buffer !== undefined && buffer.from <= first && end <= buffer.to) return inside;
    }
    if (last.first === first && last.end === end) return last;
    let index = waitingAt.get(first, end, 0);
    if (index === undefined) {
      index = waiting.push(placeAt(first, end)) - 1;
      waitingAt.add(first, end, 0, index);
    }
    return last = waiting[index] ?? inside;
  }

  function serve(place: Place, role: typeof LEAF_ROLES[number]): void {
    if (place.lastServed === role) return;
    place.lastServed = role;
    place.served.add(role);
    if (place === inside && probed.includes(role)) open = 1;
  }

  function add(parts: EndedCall): void {
    const { event } = parts;
    const first = pageIndex(event.address, pageBytes);
    const place = placeOf(first, first + event.asked);
    place.calls++;
    const pages = Math.max(0, event.returned);
    if (pages > 0) place.moved.add(first, first + pages, "taken", 1);
    if (event.path === "slow") {
      place.alone.calls++;
      place.alone.pages += pages;
      if (event.returned >= 0) {
        place.takings.add("slow", (event.flags & pin) !== 0);
        processes?.add({ tid: event.tid, pages, slowPages: pages, grabs: 0, leastGrabs: 0 });
      }
      return;
    }
    const kind = place.kinds.find(parts, first) ?? settle(place, parts, first);
    if (kind === undefined) {
      place.failed++;
      return;
    }
    countCall(kind, parts);
    const fellBack = kind.facts[0]?.fellBack ?? false;
    place.takings.add(pathOf(fellBack), (event.flags & pin) !== 0);
    for (let i = 0; i < open; i++) {
      const row = place.rows[i];
      const facts = kind.facts[i];
      if (row !== undefined) addTime(row.sums, event.ns);
      if (facts === undefined || processes === undefined) continue;
      const { slowPages, grabs, leastGrabs } = facts;
      processes.add({ tid: event.tid, pages, slowPages, grabs, leastGrabs });
    }
    const isWhole = !fellBack && event.unlisted === undefined;
    if (parts.pages !== undefined && isWhole) {
      place.arrays.add(parts.pages, { first, runs: kind.runs, returned: event.returned });
    }
    const ahead = pagesAhead(parts, kind.parts);
    for (const { head, order, count, step } of kind.runs) {
      place.heads.add(head + ahead, order, count, step);
    }
  }

  /** Settles a call, the first of its kind; `undefined` where it failed. */
  function settle(place: Place, parts: EndedCall, first: number): SettledKind | undefined {
    const settled = settleCall(parts, context);
    for (const leaf of settled?.walk.leaves ?? parts.leaves) {
      if (leaf.taken) serve(place, leafRole(leaf));
    }
    if (settled === undefined) return undefined;
    const facts = levels.slice(0, open).map((level) => factsOf(settled, level, pageBytes));
    return place.kinds.put({ parts, first, runs: settled.walk.runs, facts });
  }

  function addLine(call: CallLine): void {
    const first = Math.floor(call.address / pageBytes);
    const place = placeOf(first, first + call.asked);
    place.calls++;
    place.moved.add(first, first + call.returned, "taken", 1);
    place.heads.add(call.head, call.order, call.count, call.step);
    place.takings.add(pathOf(call.fellBack ?? false), (call.flags & pin) !== 0);
    if (call.kind !== place.lastKind || call.kind === 0 || call.leafTaken === undefined) {
      place.lastKind = call.kind;
      const role = servedBy(call, pageBytes);
      if (role !== undefined) serve(place, role);
    }
    for (let i = 0; i < open; i++) place.rows[i]?.add(call);
  }

  function finish(moved: Moved): RangeSums {
    const others = { outside: 0, straddling: 0 };
    for (const place of [inside, ...waiting]) place.kinds.end();
    for (const place of waiting) {
      if (
        buffers.length === 0 ||
        buffers.some(({ from, to }) => from <= place.first && place.end <= to)
      ) {
        mergePlace(inside, place);
      } else {
        const touches = buffers.some(({ from, to }) => place.first < to && from < place.end);
        others[touches ? "straddling" : "outside"] += place.calls;
      }
    }
    moved.merge(inside.moved);
    const level = levelFor(inside.served);
    const row = inside.rows.find(({ level: { source } }) => source === level.source) ??
      inside.rows[0];
    return {
      level,
      sums: row?.end() ?? noCalls(),
      headOrders: inside.heads.orders(),
      alone: inside.alone,
      takings: inside.takings.seen(),
      failed: inside.failed,
      pageArrays: inside.arrays.found(device?.pfn, buffers),
      ...others,
    };
  }

  return { takesLines: unserved.source !== "heads", add, addLine, finish };
}

function pathOf(fellBack: boolean): SeenTaking["path"] {
  return fellBack ? "fast-then-slow" : "fast";
}

function mergePlace(inside: Place, place: Place): void {
  inside.calls += place.calls;
  inside.failed += place.failed;
  inside.alone.calls += place.alone.calls;
  inside.alone.pages += place.alone.pages;
  inside.takings.merge(place.takings);
  for (const role of place.served) inside.served.add(role);
  inside.rows.forEach((row, i) => mergeSums(row.end(), place.rows[i]?.end() ?? noCalls()));
  inside.heads.merge(place.heads);
  inside.arrays.merge(place.arrays);
  inside.moved.merge(place.moved);
}
