/**
 * What huge leaf entries map, by the ioctl PAGEMAP_SCAN of /proc/self/pagemap (6.7 on): it tells of
 * entries that smaps leaves out, those of a file on a device of its own memory.
 *
 * @module
 */

import { type Mapping, O_RDONLY, open } from "./libc.ts";

// include/uapi/linux/fs.h: _IOWR('f', 16, struct pm_scan_arg).
const PAGEMAP_SCAN = 0xc060_6610n;
const PAGE_IS_HUGE: bigint = 1n << 6n;
/** Regions that are asked for at a time. */
const REGIONS = 64;
/** Words of a struct page_region: start, end, categories. */
const REGION_WORDS = 3;

const libc = Deno.dlopen("libc.so.6", {
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
});

/** Bytes of a mapping that huge leaf entries map; `undefined` where the kernel does not tell. */
export function scanHugeBytes({ start }: Mapping, bytes: number): number | undefined {
  const fd = open("/proc/self/pagemap", O_RDONLY);
  const regions = new BigUint64Array(REGIONS * REGION_WORDS);
  const vec = Deno.UnsafePointer.value(Deno.UnsafePointer.of(regions));
  const end = start + BigInt(bytes);
  let found = 0n;
  for (let from = start; from < end;) {
    const scan = BigUint64Array.of(
      ...[96n, 0n, from, end, 0n, vec, BigInt(REGIONS), 0n],
      // Nothing inverted, all of this mask, any of none, and the mask to be told of.
      ...[0n, PAGE_IS_HUGE, 0n, PAGE_IS_HUGE],
    );
    const count = libc.symbols.ioctl(fd, PAGEMAP_SCAN, scan);
    if (count < 0) return undefined;
    for (let i = 0; i < count * REGION_WORDS; i += REGION_WORDS) {
      found += (regions[i + 1] ?? 0n) - (regions[i] ?? 0n);
    }
    // Where the walk ended: short of the end if there were more regions than fit.
    const walked = scan[4] ?? end;
    if (walked <= from) break;
    from = walked;
  }
  return Number(found);
}
