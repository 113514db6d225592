/**
 * Persistent memory out of ordinary memory, for machines without NVDIMM.
 *
 * @module
 */

import { linesOf, readSections } from "../sections.ts";
import type { Target } from "../targets/target.ts";

const MIB: number = 1 << 20;
const GIB: number = 1 << 30;

/** A range of memory, its end not in it. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** What to do on a machine that has no region, in words. */
export async function noRegionAdvice(target: Target): Promise<string> {
  const { iomem } = await readSections(target, { iomem: "cat /proc/iomem" });
  const option = memmapOption(iomem);
  const what = option === undefined
    ? "memmap=SIZE!START on the kernel's command line, of a range that /proc/iomem calls System RAM,"
    : `memmap=${option} on the kernel's command line`;
  return `there is no region of persistent memory: no NVDIMM, or its driver (nfit, nd_pmem) is not loaded. After a boot with ${what} ordinary memory is one (CONFIG_X86_PMEM_LEGACY), which forgets at the next boot what it held and which namespace it was`;
}

/**
 * A `memmap=` option's value: of the largest range of memory half, at most 4 GiB, from its middle on, in
 * whole GiB where there is as much, so that a 1 GiB mapping fits.
 *
 * @param iomem /proc/iomem, as root reads it.
 * @returns undefined where no range is large enough, or addresses are not told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(memmapOption("00100000-7ffdbfff : System RAM\n100000000-43fffffff : System RAM"), "4G!11G");
 * assertEquals(memmapOption("00000000-00000000 : System RAM"), undefined);
 * ```
 */
export function memmapOption(iomem: string): string | undefined {
  const ranges = linesOf(iomem).flatMap((line): Range[] => {
    const [, start, end] = /^([\da-f]{1,13})-([\da-f]{1,13}) : System RAM$/.exec(line) ?? [];
    if (start === undefined || end === undefined) return [];
    return [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) + 1 }];
  }).sort((a, b) => b.end - b.start - (a.end - a.start));
  const [largest] = ranges;
  if (largest === undefined) return undefined;
  const half = (largest.end - largest.start) / 2;
  // Libnvdimm wants regions to begin at a border of 128 MiB, a section of memory.
  const unit = half >= 2 * GIB ? GIB : 128 * MIB;
  const start = Math.ceil((largest.start + half) / unit) * unit;
  const bytes = Math.min(4 * GIB, Math.floor((largest.end - start) / unit) * unit);
  return bytes < 128 * MIB ? undefined : `${told(bytes)}!${told(start)}`;
}

function told(bytes: number): string {
  return bytes % GIB === 0 ? `${bytes / GIB}G` : `${bytes / MIB}M`;
}
