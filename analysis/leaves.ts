/**
 * The leaf entries that a call's pages were reached through, and the fewest grabs they allow.
 *
 * @module
 */

import type { HexAddress, LeafEvent, RunEvent } from "../recording/event.ts";
import type { DeviceSummary, Role } from "../recording/header.ts";
import { cutRun } from "./runs.ts";

/** Where in the page tables a leaf entry sits. */
export type Level = "pte" | "pmd" | "pud";

/** How the leaf level of the pages is known. */
export interface LeafLevel {
  /** The leaf function reported each huge leaf, or it is what the device's mapping size says. */
  readonly source: "function" | "mapping";
  /** Level of the device's leaves. */
  readonly level: Level;
  /** Pages behind one leaf at that level. */
  readonly pages: number;
  /** Why this source, in a few words. */
  readonly why: string;
}

/** The leaves of one call's fast walk. */
export interface Leaves {
  /** How many at each level. */
  readonly counts: Readonly<Record<Level, number>>;
  /**
   * Length of the shortest list of (head, ntails) pairs that covers the same pages, cut at the
   * borders of leaves; a huge leaf that maps order-0 pages counts as one.
   */
  readonly leastGrabs: number;
  /** Pages that no huge leaf accounts for, though the device maps by huge leaves only. */
  readonly uncovered: number;
}

/**
 * Number of the page that an address lies in. Unlike the address it always fits a number.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pageIndex("0x7f0000201000", 4096), 0x7f0000201);
 * ```
 */
export function pageIndex(address: HexAddress, pageBytes: number): number {
  return Number(BigInt(address) / BigInt(pageBytes));
}

/**
 * Decides how the level of the leaves is known.
 *
 * A leaf function can exist without serving devdax (6.15 and 6.16), so one that stayed silent
 * throughout says nothing: then, as where there is none, the device's mapping size tells the level.
 * Devdax maps by entries of exactly that size.
 *
 * @param role What became of the role `hugeLeaf`.
 * @param seen Whether the leaf function served any page of the judged calls.
 *
 * @example A kernel without the function
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   leafLevel(
 *     { kind: "absent", why: "not in this kernel", cost: "none", needed: false },
 *     { alignBytes: 2 ** 21 },
 *     4096,
 *     false,
 *   ),
 *   { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" },
 * );
 * ```
 */
export function leafLevel(
  role: Role,
  { alignBytes }: Pick<DeviceSummary, "alignBytes">,
  pageBytes: number,
  seen: boolean,
): LeafLevel {
  const pages = Math.max(1, alignBytes / pageBytes);
  const level = pages === 1 ? "pte" : alignBytes < 2 ** 30 ? "pmd" : "pud";
  if (role.kind === "absent") return { source: "mapping", level, pages, why: role.why };
  if (pages === 1) {
    return { source: "mapping", level, pages, why: "the device maps by single pages" };
  }
  return seen
    ? { source: "function", level, pages, why: `${role.function} served them` }
    : { source: "mapping", level, pages, why: `${role.function} was never called for them` };
}

/**
 * Finds the leaves behind the pages that a fast walk took.
 *
 * Virtual and physical addresses of a devdax mapping are congruent, so a leaf ends where the page
 * frame number is a multiple of its pages, wherever the walk started.
 *
 * @param first Number of the walk's first virtual page.
 * @param pages Pages that the walk took.
 * @param runs The grabs that took them.
 * @param leaves The device leaf function's events in this call.
 *
 * @example 255 pages across a 2 MiB border, on a kernel without a leaf function
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const level = { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" } as const;
 * assertEquals(leavesOf(0x7f0000105, 255, [], [], level), {
 *   counts: { pte: 0, pmd: 2, pud: 0 },
 *   leastGrabs: 2,
 *   uncovered: 0,
 * });
 * ```
 */
export function leavesOf(
  first: number,
  pages: number,
  runs: readonly RunEvent[],
  leaves: readonly LeafEvent[],
  level: LeafLevel,
): Leaves {
  const none = { pte: 0, pmd: 0, pud: 0 };
  if (pages === 0) return { counts: none, leastGrabs: 0, uncovered: 0 };
  if (level.level === "pte") {
    return { counts: { ...none, pte: pages }, leastGrabs: pages, uncovered: 0 };
  }
  const pieces = piecesByBlock(runs, level.pages);
  if (level.source === "mapping") {
    const touched = blocks(first, pages, level.pages);
    const found = [...pieces.values()].reduce((sum, heads) => sum + heads.size, 0);
    return {
      counts: { ...none, [level.level]: touched },
      // A leaf needs one grab at least, whether or not its grabs are in the recording.
      leastGrabs: Math.max(touched, found),
      uncovered: 0,
    };
  }
  const taken = leaves.filter((leaf) => leaf.taken);
  const covered = taken.reduce((sum, leaf) => sum + leaf.pages, 0);
  const uncovered = Math.max(0, pages - covered);
  const found = taken.reduce(
    (sum, { pfn }) => sum + (pieces.get(Math.floor(pfn / level.pages))?.size ?? 1),
    0,
  );
  return {
    counts: { ...none, pte: uncovered, [level.level]: taken.length },
    leastGrabs: found + uncovered,
    uncovered,
  };
}

/** Aligned blocks of `size` that [first, first + pages) touches. */
function blocks(first: number, pages: number, size: number): number {
  return Math.floor((first + pages - 1) / size) - Math.floor(first / size) + 1;
}

/** The distinct heads in each block of a leaf's size; all order-0 pages of a block count as one. */
function piecesByBlock(
  runs: readonly RunEvent[],
  size: number,
): ReadonlyMap<number, ReadonlySet<number>> {
  const pieces = new Map<number, Set<number>>();
  for (const run of runs) {
    let rest: RunEvent | undefined = run;
    while (rest !== undefined) {
      const block: number = Math.floor(rest.pfn / size);
      const head = run.order === 0 ? -1 : run.head;
      const heads = pieces.get(block);
      if (heads === undefined) pieces.set(block, new Set([head]));
      else heads.add(head);
      rest = cutRun(rest, (block + 1) * size)[1];
    }
  }
  return pieces;
}
