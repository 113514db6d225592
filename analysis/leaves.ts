/**
 * The leaf entries that a call's pages were reached through, and the fewest grabs they allow.
 *
 * @module
 */

import type { HexAddress, LeafEvent, Level, RunEvent } from "../recording/event.ts";
import type { DeviceSummary, MemoryKind, PlanSummary, Role } from "../recording/header.ts";
import { cutRun } from "./runs.ts";

/** How the leaf level of the pages of one device is known. */
export interface DeviceLevel {
  /** A leaf function reported each leaf, or it is what the device's mapping size says. */
  readonly source: "function" | "mapping";
  /** Level of the device's leaves. */
  readonly level: Level;
  /** Pages behind one leaf at that level. */
  readonly pages: number;
  /** Why this source, in a few words. */
  readonly why: string;
}

/** What is known where the memory may be any: each call's leaves by themselves. */
export interface HeadsLevel {
  /** By the heads that were grabbed, and by device leaves where their function is probed. */
  readonly source: "heads";
  /** There is no one level. */
  readonly level: null;
  /** Nor one size. */
  readonly pages: null;
  /** Whether leaves of devices are reported: then other pages are no device's huge leaf. */
  readonly seesDevices: boolean;
  /** Why this source, in a few words. */
  readonly why: string;
}

/** How the leaf level of the pages is known. */
export type LeafLevel = DeviceLevel | HeadsLevel;

/** The leaves of one call's fast walk. */
export interface Leaves {
  /** How many at each level. */
  readonly counts: Readonly<Record<Level, number>>;
  /**
   * Length of the shortest list of (head, ntails) pairs that covers the same pages, cut at the
   * borders of leaves; a huge leaf that maps order-0 pages counts as one.
   */
  readonly leastGrabs: number;
  /** Pages that no huge leaf accounts for, though the memory is mapped by huge leaves only. */
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
  // Up to 13 hex digits a number holds exactly.
  return address.length <= 15
    ? Math.floor(Number(address) / pageBytes)
    : Number(BigInt(address) / BigInt(pageBytes));
}

/** Pages behind a PMD, as x86-64 has them. */
const PMD_PAGES = 512;

/** The roles whose functions serve leaves. */
export const LEAF_ROLES = ["hugeLeaf", "pmdLeaf", "pudLeaf", "pteLeaf"] as const;

/** The role of the function that reported a leaf. */
export function leafRole({ level }: Pick<LeafEvent, "level">): typeof LEAF_ROLES[number] {
  return level === undefined ? "hugeLeaf" : `${level}Leaf`;
}

/**
 * Leaves of which each says whether it was taken. Where only the entry of a leaf function is probed, a
 * leaf was taken if the fast walk took all of its pages.
 *
 * @param walk First virtual page and pages of the fast walk.
 *
 * @example A walk that took the first of two leaves
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const leaf = { kind: "leaf", tid: 7, call: 1, level: "pmd", pages: 512 } as const;
 * const leaves = withTaken([
 *   { ...leaf, address: "0x7f0000200000" }, { ...leaf, address: "0x7f0000400000" },
 * ], { first: 0x7f0000200, pages: 512 }, 4096);
 * assertEquals(leaves.map(({ taken }) => taken), [true, false]);
 * ```
 */
export function withTaken(
  leaves: readonly LeafEvent[],
  { first, pages }: Pick<Walk, "first" | "pages">,
  pageBytes: number,
): readonly LeafEvent[] {
  if (leaves.every(({ taken }) => taken !== undefined)) return leaves;
  return leaves.map((leaf) => {
    if (leaf.taken !== undefined) return leaf;
    const from = pageIndex(leaf.address, pageBytes);
    return { ...leaf, taken: from >= first && from + leaf.pages <= first + pages };
  });
}

/**
 * Decides how the level of the leaves is known.
 *
 * A leaf function can exist without serving devdax (6.15 and 6.16), so one that stayed silent
 * throughout says nothing: then, as where there is none, the mapping size tells the level. Devdax maps
 * by entries of exactly that size, and of other memory the workload made sure of it. To 6.6 it cannot
 * tell of an fsdax file's, where the device's leaf function serves huge ones: it never serves others.
 *
 * @param memory Bytes behind one leaf entry, and what memory it is.
 * @param roles What became of the roles that serve leaves.
 * @param served Those of them that served any page of the judged calls.
 *
 * @example A kernel without any of the functions
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   leafLevel(
 *     { hugeLeaf: { kind: "absent", why: "not in this kernel", cost: "none", needed: false } },
 *     { alignBytes: 2 ** 21 },
 *     4096,
 *     new Set(),
 *   ),
 *   { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" },
 * );
 * ```
 */
export function leafLevel(
  roles: Pick<PlanSummary["roles"], typeof LEAF_ROLES[number]>,
  { alignBytes: bytes, kind = "devdax" }: Pick<DeviceSummary, "alignBytes"> & {
    readonly kind?: MemoryKind | undefined;
  },
  pageBytes: number,
  served: ReadonlySet<typeof LEAF_ROLES[number]>,
): DeviceLevel {
  const least = kind === "fsdax" && served.has("hugeLeaf") ? PMD_PAGES * pageBytes : pageBytes;
  const alignBytes = Math.max(bytes, least);
  const pages = alignBytes / pageBytes;
  const level = pages === 1 ? "pte" : alignBytes < 2 ** 30 ? "pmd" : "pud";
  const functions = LEAF_ROLES.filter((role) => served.has(role))
    .flatMap((role) => functionOf(roles[role]));
  if (functions.length > 0) {
    return { source: "function", level, pages, why: `${functions.join(", ")} served them` };
  }
  const { hugeLeaf } = roles;
  const why = kind !== "devdax"
    ? "the workload made sure of it when it had touched the memory"
    : pages === 1
    ? "the device maps by single pages"
    : hugeLeaf.kind === "absent"
    ? hugeLeaf.why
    : `${hugeLeaf.function} was never called for them`;
  return { source: "mapping", level, pages, why };
}

function functionOf(role: Role | undefined): string[] {
  return role?.kind === "probed" ? [role.function] : [];
}

/**
 * Leaves as the page tables have them: where an ordinary leaf function hands a device's leaf on to the
 * device's own (to 6.14, where the compiler inlined neither), both report it, and it is one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const leaf = {
 *   kind: "leaf", tid: 7, call: 1, address: "0x7f0000200000", pages: 512, taken: true,
 * } as const;
 * const device = { ...leaf, pfn: 0x100a00 };
 * assertEquals(withoutEchoes([{ ...leaf, level: "pmd" }, device]), [device]);
 * ```
 */
export function withoutEchoes(leaves: readonly LeafEvent[]): readonly LeafEvent[] {
  // Mostly there is none of a device.
  if (leaves.every(({ level }) => level !== undefined)) return leaves;
  const devices = leaves.filter(({ level }) => level === undefined);
  const served = new Set(devices.map(({ address }) => address));
  return leaves.filter(({ level, address }) =>
    level === undefined || level === "pte" || !served.has(address)
  );
}

/** The pages that a fast walk took. */
export interface Walk {
  /** Number of its first virtual page. */
  readonly first: number;
  /** Pages that it took. */
  readonly pages: number;
  /** The grabs that took them. */
  readonly runs: readonly RunEvent[];
  /** What leaf functions reported in this call, by address. */
  readonly leaves: readonly LeafEvent[];
  /** Other grabs of single pages that are their own heads, of which only the sum is known. */
  readonly unlistedSingle?: number;
}

/**
 * Finds the leaves behind the pages that a fast walk took.
 *
 * Virtual and physical addresses of a devdax mapping are congruent, so a leaf ends where the page
 * frame number is a multiple of its pages, wherever the walk started. An ordinary huge leaf maps one
 * compound page at least as large as itself; a device's may map pages of any order.
 *
 * @example 255 pages across a 2 MiB border, on a kernel without a leaf function
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const level = { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" } as const;
 * const walk = { first: 0x7f0000105, pages: 255, runs: [], leaves: [] };
 * assertEquals(leavesOf(walk, level, 4096), {
 *   counts: { pte: 0, pmd: 2, pud: 0 },
 *   leastGrabs: 2,
 *   uncovered: 0,
 * });
 * ```
 */
export function leavesOf(walk: Walk, level: DeviceLevel, pageBytes: number): Leaves {
  const { first, pages, runs } = walk;
  const counts = { pte: 0, pmd: 0, pud: 0 };
  if (pages === 0) return { counts, leastGrabs: 0, uncovered: 0 };
  if (level.source === "mapping" && level.level !== "pte") {
    const touched = blocks(first, pages, level.pages);
    const pieces = piecesByBlock(runs, level.pages);
    const found = [...pieces.values()].reduce((sum, heads) => sum + heads.size, 0);
    counts[level.level] = touched;
    // A leaf needs one grab at least, whether or not its grabs are in the recording.
    return { counts, leastGrabs: Math.max(touched, found), uncovered: 0 };
  }
  // Only a device's leaf tells which pages it maps.
  let pieces: ReturnType<typeof piecesByBlock> | undefined;
  const { leastGrabs, covered } = addReported(counts, walk, pageBytes, ({ pfn }) => {
    pieces ??= piecesByBlock(runs, level.pages);
    return { level: level.level, pieces: pieces.get(Math.floor(pfn / level.pages))?.size ?? 1 };
  });
  const rest = Math.max(0, pages - covered);
  counts.pte += rest;
  return { counts, leastGrabs: leastGrabs + rest, uncovered: level.level === "pte" ? 0 : rest };
}

/** A leaf of a device, which tells the pages that it maps. */
export type DeviceLeaf = LeafEvent & { readonly pfn: number };

/**
 * Counts the leaves that functions reported.
 *
 * @param counts Is added to.
 * @param about Level of a device's leaf, and the distinct heads behind it.
 *
 * @example One PMD of ordinary memory
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const counts = { pte: 0, pmd: 0, pud: 0 };
 * const leaf = {
 *   kind: "leaf", tid: 7, call: 1, level: "pmd", address: "0x7f0000200000", pages: 512, taken: true,
 * } as const;
 * const walk = { first: 0x7f0000200, pages: 512, runs: [], leaves: [leaf] };
 * const found = addReported(counts, walk, 4096, () => ({ level: "pmd", pieces: 1 }));
 * assertEquals([found, counts.pmd], [{ leastGrabs: 1, covered: 512 }, 1]);
 * ```
 */
export function addReported(
  counts: Record<Level, number>,
  { first, pages, leaves }: Walk,
  pageBytes: number,
  about: (leaf: DeviceLeaf) => { readonly level: Level; readonly pieces: number },
): { readonly leastGrabs: number; readonly covered: number } {
  let leastGrabs = 0;
  let covered = 0;
  for (const leaf of leaves) {
    if (leaf.level === "pte") {
      // One report for a whole page table, of which a walk that gave up took only the beginning.
      const left = first + pages - pageIndex(leaf.address, pageBytes);
      const taken = Math.max(0, Math.min(leaf.pages, left));
      counts.pte += taken;
      leastGrabs += taken;
      covered += taken;
    } else if (leaf.taken) {
      if (isDeviceLeaf(leaf)) {
        const { level, pieces } = about(leaf);
        counts[leaf.level ?? level]++;
        leastGrabs += pieces;
      } else {
        counts[leaf.level ?? "pmd"]++;
        leastGrabs++;
      }
      covered += leaf.pages;
    }
  }
  return { leastGrabs, covered };
}

/**
 * Whether a leaf tells the pages that it maps.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const leaf = { kind: "leaf", tid: 7, call: 1, address: "0x7f0000200000", pages: 512 } as const;
 * assertEquals([isDeviceLeaf(leaf), isDeviceLeaf({ ...leaf, pfn: 1024 })], [false, true]);
 * ```
 */
export function isDeviceLeaf(leaf: LeafEvent): leaf is DeviceLeaf {
  return leaf.pfn !== undefined;
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
