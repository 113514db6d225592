/**
 * The leaves of memory that may be any: what the grabbed heads say of them.
 *
 * @module
 */

import type { Level, RunEvent } from "../recording/event.ts";
import type { PlanSummary } from "../recording/header.ts";
import {
  addReported,
  type DeviceLeaf,
  type HeadsLevel,
  isDeviceLeaf,
  LEAF_ROLES,
  type Leaves,
  type Walk,
} from "./leaves.ts";
import { cutRun } from "./runs.ts";

/** Of x86-64: pages behind a PMD, and the orders of what a PMD and a PUD map. */
const PMD_PAGES = 512;
const PMD_ORDER = 9;
const PUD_ORDER = 18;

/** Leaves as far as they are known. */
export interface LeavesByHeads extends Leaves {
  /** Pages of which it cannot be told whether they were reached through one leaf or several. */
  readonly unknown: number;
}

/**
 * How leaves are known where the memory may be any.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const absent = { kind: "absent", why: "inlined", cost: "", needed: false } as const;
 * assertEquals(levelByHeads({ hugeLeaf: absent }).why, "no leaf function is probed");
 * ```
 */
export function levelByHeads(
  roles: Pick<PlanSummary["roles"], typeof LEAF_ROLES[number]>,
): HeadsLevel {
  const functions = LEAF_ROLES.flatMap((name) => {
    const role = roles[name];
    return role?.kind === "probed" ? [role.function] : [];
  });
  return {
    source: "heads",
    level: null,
    pages: null,
    seesDevices: roles.hugeLeaf.kind === "probed",
    why: functions.length === 0
      ? "no leaf function is probed"
      : `beside what ${functions.join(", ")} served`,
  };
}

/**
 * Finds the leaves behind the pages that a fast walk took, of whatever memory.
 *
 * A page that no function reported a leaf of is a PTE's, unless its head is large enough for a PMD. Such
 * a head that was grabbed once was grabbed as seldom as can be. Of one that was grabbed more often it
 * cannot be told: a page cache maps parts of large folios by PTEs, each of which is a leaf.
 *
 * @param hidesDevice Whether order-0 pages may be a device's, mapped by a PMD (to 5.16) of which no
 * function told.
 *
 * @example A huge page that was grabbed once, and one that was grabbed page by page
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const run = {
 *   kind: "run", tid: 7, call: 1, path: "fast", pfn: 0x100a00, head: 0x100a00, order: 9,
 * } as const;
 * const once = { ...run, role: "grabBatch", count: 1, refs: 512, step: 512 } as const;
 * const often = { ...run, role: "grabOne", count: 512, refs: 1, step: 1 } as const;
 * const [known, unknown] = [once, often].map((run) =>
 *   leavesByHeads({ first: 0x7f0000200, pages: 512, runs: [run], leaves: [] }, 4096, false)
 * );
 * assertEquals([known?.leastGrabs, known?.counts.pmd, known?.unknown], [1, 1, 0]);
 * assertEquals(unknown?.unknown, 512);
 * ```
 */
export function leavesByHeads(
  walk: Walk,
  pageBytes: number,
  hidesDevice: boolean,
): LeavesByHeads {
  const all = reported(walk, pageBytes);
  if (all.covered >= walk.pages) return { ...all, uncovered: 0, unknown: 0 };
  // An ordinary leaf does not tell its pages: where some are not reported, only devices' count.
  const devices = walk.leaves.filter(isDeviceLeaf).filter(({ taken }) => taken);
  const { counts, leastGrabs } = reported({ ...walk, leaves: devices }, pageBytes);
  const found = { counts, leastGrabs, uncovered: 0, unknown: 0 };
  const others = walk.runs.flatMap((run) => outside(run, devices));
  for (const { level, grabs, pages } of pieces(others)) {
    const isPte = level === "pte";
    if (isPte ? hidesDevice && pages > 1 : grabs > 1) found.unknown += pages;
    found.counts[level] += isPte ? pages : 1;
    found.leastGrabs += isPte ? grabs : 1;
  }
  // Without a device among them each of these is a PTE's.
  const { unlistedSingle = 0 } = walk;
  if (hidesDevice || devices.length > 0) found.unknown += unlistedSingle;
  found.counts.pte += unlistedSingle;
  found.leastGrabs += unlistedSingle;
  return found;
}

/** The leaves that functions reported. */
function reported(walk: Walk, pageBytes: number) {
  const counts = { pte: 0, pmd: 0, pud: 0 };
  const sums = addReported(counts, walk, pageBytes, (leaf) => ({
    level: isWithinPmd(leaf.pfn, leaf.pages) ? "pmd" : "pud",
    pieces: Math.max(1, headsBehind(leaf, walk.runs)),
  }));
  return { counts, ...sums };
}

/** Grabs that one leaf may have needed one of, or of pages each of which is a leaf. */
interface Piece {
  readonly level: Level;
  readonly grabs: number;
  readonly pages: number;
}

/** Runs by the leaf that may be behind them: of one that a PMD may map, 2 MiB of one head. */
function pieces(runs: readonly RunEvent[]): readonly Piece[] {
  const found = new Map<string, Piece>();
  const add = (key: string, level: Level, run: RunEvent): void => {
    const { grabs = 0, pages = 0, level: before } = found.get(key) ?? {};
    found.set(key, {
      level: before === "pud" ? before : level,
      grabs: grabs + run.count,
      pages: pages + run.count * run.refs,
    });
  };
  for (const run of runs) {
    if (run.order < PMD_ORDER) {
      add("pte", "pte", run);
    } else if (run.order >= PUD_ORDER) {
      const reach = (run.count - 1) * run.step + run.refs;
      add(`${run.head}`, isWithinPmd(run.pfn, reach) ? "pmd" : "pud", run);
    } else {
      for (let rest: RunEvent | undefined = run; rest !== undefined;) {
        const block: number = Math.floor(rest.pfn / PMD_PAGES);
        const [inside, after]: readonly [RunEvent | undefined, RunEvent | undefined] = cutRun(
          rest,
          (block + 1) * PMD_PAGES,
        );
        if (inside !== undefined) add(`${run.head} ${block}`, "pmd", inside);
        rest = after;
      }
    }
  }
  return [...found.values()];
}

function isWithinPmd(pfn: number, pages: number): boolean {
  return Math.floor(pfn / PMD_PAGES) === Math.floor((pfn + pages - 1) / PMD_PAGES);
}

/** Distinct heads that were grabbed for a leaf; its order-0 pages count as one. */
function headsBehind(leaf: DeviceLeaf, runs: readonly RunEvent[]): number {
  const inside = runs.flatMap((run) => {
    const [, from] = cutRun(run, leaf.pfn);
    const [before] = from === undefined ? [] : cutRun(from, leaf.pfn + leaf.pages);
    return before === undefined ? [] : [before];
  });
  return new Set(inside.map(({ order, head }) => order === 0 ? -1 : head)).size;
}

/** What of a run is on pages that none of the leaves maps. */
function outside(run: RunEvent, leaves: readonly DeviceLeaf[]): readonly RunEvent[] {
  return leaves.reduce<readonly RunEvent[]>((runs, { pfn, pages }) =>
    runs.flatMap((it) => {
      const [before, from] = cutRun(it, pfn);
      const [, after] = from === undefined ? [] : cutRun(from, pfn + pages);
      return [before, after].filter((part) => part !== undefined);
    }), [run]);
}
