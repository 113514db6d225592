/**
 * The kinds of memory, and what of them is known beforehand.
 *
 * @module
 */

import type { MemoryKind, MemorySummary } from "../../recording/header.ts";
import { RequestError } from "../failure.ts";

/** The memory of a devdax device, with its struct pages where ndctl puts them by itself. */
export const DEVDAX: MemorySummary = { kind: "devdax" };

const PAGE_BYTES = 4096;
const MIB: number = 1 << 20;
const GIB: number = 1 << 30;

/** Bytes behind one leaf entry, of kinds that are asked for by it. */
export const LEAF_BYTES: Readonly<Record<Exclude<MemoryKind, "devdax" | "fsdax">, number>> = {
  thp: 2 * MIB,
  "hugetlb-2M": 2 * MIB,
  "hugetlb-1G": GIB,
  anon: PAGE_BYTES,
  tmpfs: PAGE_BYTES,
  "tmpfs-huge": 2 * MIB,
};

/**
 * Makes sure that what is asked for beside a kind of memory goes with it.
 *
 * @throws {RequestError} where it does not.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 *
 * checkMemory({ kind: "devdax", map: "mem" }, { alignBytes: 2 ** 30 });
 * assertThrows(() => checkMemory({ kind: "thp" }, { alignBytes: 2 ** 30 }), RangeError);
 * ```
 */
export function checkMemory(
  { kind, map }: MemorySummary,
  { alignBytes, device }: { readonly alignBytes?: number; readonly device?: string },
): void {
  const refuse = (option: string, what: string): never => {
    throw new RequestError(`${option} is of ${what}: it does not go with --memory-kind ${kind}`);
  };
  if (kind === "devdax") return;
  if (alignBytes !== undefined) refuse("--align", "a devdax device");
  if (device !== undefined) refuse("--device", "a devdax device");
  if (map !== undefined && kind !== "fsdax") refuse("--map", "devdax and fsdax memory");
}

/** What a guest gets for its memory beside what every guest has. */
export interface GuestNeeds {
  /** Bytes of memory more. */
  readonly memoryBytes: number;
  /** Bytes of the NVDIMM that a file system takes for itself. */
  readonly deviceBytes: number;
  /** On the kernel's command line; empty where nothing is needed. */
  readonly commandLine: string;
}

/**
 * What a guest must get so that `bytes` of these kinds can be had in it, of one after the other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(guestNeeds([{ kind: "devdax" }], 2 ** 21).commandLine, "");
 * assertEquals(guestNeeds([{ kind: "hugetlb-1G" }], 2 ** 21), {
 *   memoryBytes: 2 ** 31,
 *   deviceBytes: 0,
 *   commandLine: "hugepagesz=1G hugepages=1",
 * });
 * ```
 */
export function guestNeeds(memories: readonly MemorySummary[], bytes: number): GuestNeeds {
  const has = (kind: MemoryKind): boolean => memories.some((memory) => memory.kind === kind);
  const ofMemory = memories.some(({ kind }) => kind !== "devdax" && kind !== "fsdax");
  const gigantic = has("hugetlb-1G") ? Math.ceil(bytes / GIB) : 0;
  return {
    // Of the memory that a guest has beside them, one page of 1 GiB can always be cut off by what
    // the kernel takes at its end.
    memoryBytes: gigantic > 0 ? (gigantic + 1) * GIB : ofMemory ? wholeMib(bytes) : 0,
    deviceBytes: has("fsdax") ? 64 * MIB + Math.ceil(bytes / 8) : 0,
    // Later there may be no such run of free pages.
    commandLine: gigantic > 0 ? `hugepagesz=1G hugepages=${gigantic}` : "",
  };
}

function wholeMib(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB;
}
