/**
 * The memory of a workload, mapped and touched: a devdax device's, a file's, or anonymous memory, by
 * the pages that are asked for.
 *
 * @module
 */

import {
  fail,
  mapDevice,
  type Mapping,
  type MapWish,
  O_RDONLY,
  O_RDWR,
  open,
  overwrite,
  quit,
  rewrite,
  touch,
} from "./libc.ts";
import { scanHugeBytes } from "./pagemap.ts";
import { type MappedPages, mappedPages } from "./smaps.ts";

// asm-generic/mman-common.h and mman.h, as x86-64 has them.
const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_HUGETLB = 0x40000;
/** Where the log2 of a huge page's bytes stands in the flags (asm-generic/hugetlb_encode.h). */
const MAP_HUGE_SHIFT = 26;
const MADV = { default: undefined, hugetlb: undefined, thp: 14, small: 15 } as const;

const PAGE_BYTES = 4096;

const libc = Deno.dlopen("libc.so.6", {
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i64" },
});

/** By what pages memory is mapped: those of the system's choice, small ones, or huge ones. */
export type Pages = "default" | "small" | "thp" | "hugetlb";

/** What is mapped that is no device's. */
export interface PagesWish {
  /** The file; anonymous memory where there is none. */
  readonly path?: string;
  /** Bytes that are wanted; whole leaves are mapped. */
  readonly bytes: number;
  /** Bytes behind one leaf entry, which is made sure of. */
  readonly alignBytes: number;
  readonly shared: boolean;
  readonly pages: Pages;
}

/** What anonymous memory is asked for, by the name that stands in place of a path. */
const ANONYMOUS: Readonly<Record<string, Pages>> = {
  anon: "small",
  thp: "thp",
  "hugetlb-2M": "hugetlb",
  "hugetlb-1G": "hugetlb",
};

/**
 * Maps what a workload is told to, and touches each page of it, or ends the workload.
 *
 * @param wish `path` is that of a devdax device or a file, or a kind of anonymous memory; only a
 * device is ever mapped to be read from alone.
 */
export function takeMemory(wish: MapWish): Mapping {
  const { path, bytes, alignBytes, writable } = wish;
  if (path.startsWith("/dev/dax")) {
    const mapping = mapDevice(wish);
    if (writable) rewrite(mapping, bytes);
    else touch(mapping, bytes);
    return mapping;
  }
  const pages = ANONYMOUS[path];
  return pages === undefined
    ? takePages({ path, bytes, alignBytes, shared: true, pages: "default" })
    : takePages({ bytes, alignBytes, shared: false, pages });
}

/** Maps a file as {@link takeMemory} does, and tells how many of its bytes huge leaf entries map. */
export function hugeBytesOf(path: string, bytes: number): number {
  const mapping = mapPages({ path, bytes, alignBytes: PAGE_BYTES, shared: true, pages: "default" });
  rewrite(mapping, bytes);
  return mappedAs(mapping, bytes).hugeBytes;
}

/**
 * Maps memory that is no device's, touches each page of it, and makes sure that it is mapped by leaves
 * of the size that the recording tells: the verdict rests on it.
 */
export function takePages(wish: PagesWish): Mapping {
  const mapping = mapPages(wish);
  // As the selftest: a page of a private mapping that is only read is the kernel's page of zeros.
  if (wish.shared) rewrite(mapping, wish.bytes);
  else overwrite(mapping, wish.bytes);
  checkLeaves(mapping, wish);
  return mapping;
}

function mapPages(wish: PagesWish): Mapping {
  const { path, alignBytes, shared, pages } = wish;
  const bytes = mappedBytes(wish);
  const fd = path === undefined ? -1 : open(path, O_RDWR);
  const flags = (shared ? MAP_SHARED : MAP_PRIVATE) |
    (path === undefined ? MAP_ANONYMOUS : 0) |
    (pages === "hugetlb"
      ? MAP_HUGETLB | MAP_ANONYMOUS | Math.log2(alignBytes) << MAP_HUGE_SHIFT
      : 0);
  const mapping = pages === "thp"
    ? map(alignedPlace(bytes, alignBytes), bytes, PROT_READ_WRITE, flags | MAP_FIXED, fd)
    : map(null, bytes, PROT_READ_WRITE, flags, fd);
  if (mapping === undefined) {
    const way = pages === "hugetlb"
      ? " of huge pages, which vm.nr_hugepages, or hugepages=N on the kernel's command line, reserves"
      : "";
    return fail(`Cannot map ${bytes} bytes of ${nameOf(wish)}${way}`);
  }
  const advice = MADV[pages];
  if (advice !== undefined && libc.symbols.madvise(mapping.pointer, BigInt(bytes), advice) !== 0) {
    return fail(`Cannot ask for ${pages} pages`);
  }
  return mapping;
}

/** A place where a huge page can be mapped: the kernel looks for one only from 6.7 on. */
function alignedPlace(bytes: number, alignBytes: number): Deno.PointerValue {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  const reserved = map(null, bytes + alignBytes, PROT_NONE, flags, -1);
  if (reserved === undefined) return fail(`Cannot reserve ${bytes} bytes`);
  const beyond = Number(reserved.start % BigInt(alignBytes));
  return Deno.UnsafePointer.offset(reserved.pointer, (alignBytes - beyond) % alignBytes);
}

function map(
  place: Deno.PointerValue,
  bytes: number,
  protection: number,
  flags: number,
  fd: number,
): Mapping | undefined {
  const pointer = libc.symbols.mmap(place, BigInt(bytes), protection, flags, fd, 0n);
  const start = Deno.UnsafePointer.value(pointer);
  return pointer === null || start === 0xffff_ffff_ffff_ffffn ? undefined : { start, pointer };
}

function checkLeaves(mapping: Mapping, wish: PagesWish): void {
  const { alignBytes, pages } = wish;
  const bytes = mappedBytes(wish);
  const { pageBytes, hugeBytes } = mappedAs(mapping, bytes);
  const isHuge = alignBytes > PAGE_BYTES;
  if (pages === "hugetlb" ? pageBytes === alignBytes : hugeBytes === (isHuge ? bytes : 0)) return;
  const why = isHuge
    ? "huge ones cannot be had"
    : pages === "default"
    ? "they are the system's choice, where neither small nor huge ones are asked for"
    : "small ones cannot be had";
  quit(
    `${
      nameOf(wish)
    } is mapped by pages of ${pageBytes} bytes, ${hugeBytes} of its ${bytes} bytes ` +
      `by huge leaf entries: ${why}`,
    1,
  );
}

/** How memory is mapped that was touched; smaps leaves out the huge leaf entries of a device's file. */
function mappedAs(mapping: Mapping, bytes: number): MappedPages {
  const mapped = mappedPages(readSmaps(), mapping.start);
  if (mapped === undefined) return quit("Cannot find the mapping in /proc/self/smaps", 1);
  return mapped.hugeBytes > 0
    ? mapped
    : { ...mapped, hugeBytes: scanHugeBytes(mapping, bytes) ?? mapped.hugeBytes };
}

/** Whole leaves: a huge page that is touched is there as a whole. */
function mappedBytes({ bytes, alignBytes }: PagesWish): number {
  return Math.ceil(bytes / alignBytes) * alignBytes;
}

function nameOf({ path, pages }: PagesWish): string {
  return path === undefined ? `anonymous memory (${pages} pages)` : `"${path}"`;
}

/** Deno's own functions do not read below /proc unless all is permitted. */
function readSmaps(): string {
  const fd = open("/proc/self/smaps", O_RDONLY);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1 << 16);
  let text = "";
  for (;;) {
    const length = Number(libc.symbols.read(fd, buffer, BigInt(buffer.length)));
    if (length < 0) return fail("Cannot read /proc/self/smaps");
    if (length === 0) return text;
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
}
