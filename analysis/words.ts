/**
 * Words for numbers, and for memory.
 *
 * @module
 */

import type { MemoryKind, MemorySummary } from "../recording/header.ts";

/**
 * A number and its noun, in the plural where there is not exactly one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(counted(1, "grab"), "1 grab");
 * assertEquals(counted(0, "call"), "0 calls");
 * ```
 */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A size in the largest binary unit that divides it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(byteSize(2 ** 21), "2 MiB");
 * assertEquals(byteSize(1000), "1000 B");
 * ```
 */
export function byteSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = bytes;
  let unit = 0;
  while (size !== 0 && size % 1024 === 0 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${units[unit]}`;
}

/**
 * A page frame number as the kernel prints one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pfnText(1051136), "0x100a00");
 * ```
 */
export function pfnText(pfn: number): string {
  return `0x${pfn.toString(16)}`;
}

/**
 * What memory of a kind is called in a sentence.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(memoryName({ kind: "thp" }), "transparent huge pages");
 * ```
 */
export function memoryName({ kind }: Pick<MemorySummary, "kind">): string {
  return MEMORY_NAMES[kind];
}

const MEMORY_NAMES: Readonly<Record<MemoryKind, string>> = {
  devdax: "devdax",
  thp: "transparent huge pages",
  "hugetlb-2M": "hugetlb pages of 2 MiB",
  "hugetlb-1G": "hugetlb pages of 1 GiB",
  anon: "anonymous memory in small pages",
  tmpfs: "a file on tmpfs in small pages",
  "tmpfs-huge": "a file on tmpfs in huge pages",
  fsdax: "a file on ext4 with dax",
};

/**
 * A sentence to go on with after a colon.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lowerFirst("Nothing was pinned."), "nothing was pinned.");
 * ```
 */
export function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/**
 * A count that may not be known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([known(3), known(null)], ["3", "unknown"]);
 * ```
 */
export function known(count: number | null): string {
  return count === null ? "unknown" : String(count);
}

/**
 * A name that a process gave itself, which may hold anything, as ASCII.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printable("caf\u00e9"), "caf?");
 * ```
 */
export function printable(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, "?");
}
