/**
 * The memory of `gup-test`: the device's, or that of another file, mapped and touched.
 *
 * @module
 */

import type { GupTestWish } from "./gup_test_options.ts";
import { fail, type Mapping, O_RDONLY, O_RDWR, open, quit, rewrite, takeDevice } from "./libc.ts";
import { mappedPages } from "./smaps.ts";

// asm-generic/mman-common.h and mman.h, as x86-64 has them.
const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_HUGETLB = 0x40000;
const MADV = { default: undefined, hugetlb: undefined, thp: 14, small: 15 } as const;

const libc = Deno.dlopen("libc.so.6", {
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i64" },
});

/** What is mapped. */
export interface MemoryWish extends Pick<GupTestWish, "memory" | "write"> {
  /** The device, or the file. */
  readonly path: string;
  readonly bytes: number;
  /** Bytes behind one leaf entry. */
  readonly alignBytes: number;
}

/** Maps the memory and touches each page of it, or ends the workload. */
export function takeMemory(wish: MemoryWish): Mapping {
  const { memory, path, bytes, alignBytes, write } = wish;
  if (memory.kind === "device") {
    return takeDevice({ path, bytes, alignBytes, writable: write });
  }
  const mapping = mapFile(wish, memory);
  // As the selftest: a page of a private mapping that is only read is the kernel's page of zeros.
  rewrite(mapping, bytes);
  checkLeaves(mapping, wish);
  return mapping;
}

function mapFile(
  { path, bytes, alignBytes }: MemoryWish,
  { shared, pages }: Extract<GupTestWish["memory"], { kind: "file" }>,
): Mapping {
  const huge = pages === "hugetlb" ? MAP_HUGETLB | MAP_ANONYMOUS : 0;
  const flags = (shared ? MAP_SHARED : MAP_PRIVATE) | huge;
  const fd = open(path, O_RDWR);
  const mapping = pages === "thp"
    ? map(alignedPlace(bytes, alignBytes), bytes, PROT_READ_WRITE, flags | MAP_FIXED, fd)
    : map(null, bytes, PROT_READ_WRITE, flags, fd);
  if (mapping === undefined) {
    const way = pages === "hugetlb"
      ? " of huge pages, which vm.nr_hugepages, or hugepages=N on the kernel's command line, reserves"
      : "";
    return fail(`Cannot map ${bytes} bytes of "${path}"${way}`);
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

/** Makes sure that the memory is mapped as the recording says: the verdict rests on it. */
function checkLeaves({ start }: Mapping, { memory, path, bytes, alignBytes }: MemoryWish): void {
  const mapped = mappedPages(readSmaps(), start);
  if (mapped === undefined) return quit("Cannot find the mapping in /proc/self/smaps", 1);
  const { pageBytes, hugeBytes } = mapped;
  const isHugetlb = memory.kind === "file" && memory.pages === "hugetlb";
  const isThp = memory.kind === "file" && memory.pages === "thp";
  if (isHugetlb ? pageBytes === alignBytes : hugeBytes === (isThp ? bytes : 0)) return;
  quit(
    `"${path}" is mapped by pages of ${pageBytes} bytes, ${hugeBytes} of its ${bytes} bytes by huge ` +
      `leaf entries: ${
        isThp ? "huge ones cannot be had" : '"-T" asks for small ones, "-t" for huge ones'
      }`,
    1,
  );
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
