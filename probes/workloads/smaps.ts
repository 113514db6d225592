/**
 * How memory is mapped, by /proc/PID/smaps.
 *
 * @module
 */

/** How the mapping is mapped that an address lies in. */
export interface MappedPages {
  /** Bytes of the pages that the kernel made it for: those of hugetlb are huge. */
  readonly pageBytes: number;
  /** Bytes of it that are mapped by huge leaf entries, hugetlb left out. */
  readonly hugeBytes: number;
}

/** Fields that count what a PMD maps: anonymous memory, shmem, and files. */
const HUGE_FIELDS: readonly string[] = ["AnonHugePages", "ShmemPmdMapped", "FilePmdMapped"];

/**
 * Reads how the mapping around an address is mapped; `undefined` where there is none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const smaps = `7f0000000000-7f0000400000 rw-p 00000000 00:05 5   /dev/zero
 * Size:               4096 kB
 * KernelPageSize:        4 kB
 * AnonHugePages:      2048 kB
 * `;
 * assertEquals(mappedPages(smaps, 0x7f0000200000n), { pageBytes: 4096, hugeBytes: 2 ** 21 });
 * assertEquals(mappedPages(smaps, 0x7f0000400000n), undefined);
 * ```
 */
export function mappedPages(smaps: string, address: bigint): MappedPages | undefined {
  let isInside = false;
  const fields = new Map<string, number>();
  for (const line of smaps.split("\n")) {
    const [, from, to] = /^([\da-f]+)-([\da-f]+) /.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      if (isInside) break;
      isInside = BigInt(`0x${from}`) <= address && address < BigInt(`0x${to}`);
    }
    const [, name, kib] = /^(\w+):\s+(\d{1,12}) kB$/.exec(line) ?? [];
    if (isInside && name !== undefined) fields.set(name, Number(kib) * 1024);
  }
  if (!isInside) return undefined;
  return {
    pageBytes: fields.get("KernelPageSize") ?? 0,
    hugeBytes: HUGE_FIELDS.reduce((sum, name) => sum + (fields.get(name) ?? 0), 0),
  };
}
