/**
 * What workloads need of libc, and of the session that runs them: they are programs of their own,
 * which run on the target by its deno.
 *
 * @module
 */

import type { HexAddress, WorkloadReport } from "../../recording/event.ts";
import type { Piece } from "./pieces.ts";

// asm-generic/fcntl.h and asm-generic/mman-common.h, as x86-64 has them.
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_EXCL = 0o200;
export const O_DIRECT = 0o40000;
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const SEEK_END = 2;

const PAGE_BYTES = 4096;
/** What is written to at a time: an ArrayBuffer has a limit. */
const CHUNK_BYTES = 2 ** 30;

const libc = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  pwrite: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64" },
  pread: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64" },
  fsync: { parameters: ["i32"], result: "i32" },
  strerror: { parameters: ["i32"], result: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
});

/** Prints a line for the session. */
export function say(report: WorkloadReport): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
}

/** The error of the last call. */
export function errno(): number {
  const at = libc.symbols.__errno_location();
  return at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
}

/** What was attempted, and what the error was, of the last call unless it is given. */
export function failure(attempt: string, number: number = errno()): string {
  const at = libc.symbols.strerror(number);
  const why = at === null ? `errno ${number}` : new Deno.UnsafePointerView(at).getCString();
  return `${attempt}: ${why}`;
}

/** Ends the workload: says what was attempted and what the last call's error was. */
export function fail(attempt: string): never {
  return quit(failure(attempt), 1);
}

/** How a workload ends that the kernel cannot do. */
const LACKS = 69;

/**
 * Ends the workload: says what was attempted, what the error was, and what some errors are known to mean.
 *
 * @param result A negative errno.
 * @param meanings What the kernel cannot do, where it fails with these.
 */
export function failAs(
  attempt: string,
  result: number,
  meanings: Readonly<Record<number, string>> = {},
): never {
  const meaning = meanings[-result];
  const words = failure(attempt, -result);
  return meaning === undefined ? quit(words, 1) : quit(`${words}: ${meaning}`, LACKS);
}

/** Ends the workload with words. */
export function quit(words: string, code: number): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${words}\n`));
  Deno.exit(code);
}

/** Opens a file, or ends the workload. */
export function open(path: string, flags: number): number {
  const fd = libc.symbols.open(new TextEncoder().encode(`${path}\0`), flags, 0);
  return fd >= 0 ? fd : fail(`Cannot open "${path}"`);
}

/** Bytes of an open disk. */
export function diskBytes(fd: number): number {
  return Number(libc.symbols.lseek(fd, 0n, SEEK_END));
}

/** Writes a part of a mapping to the beginning of a file: bytes that were written, or an errno. */
export function writeFrom(fd: number, mapping: Mapping, { offset, bytes }: Piece): number {
  const result = Number(libc.symbols.pwrite(fd, pointerAt(mapping, offset), BigInt(bytes), 0n));
  return result >= 0 ? result : -errno();
}

/** Reads a part of a mapping from the beginning of a file: bytes that were read, or an errno. */
export function readInto(fd: number, mapping: Mapping, { offset, bytes }: Piece): number {
  const result = Number(libc.symbols.pread(fd, pointerAt(mapping, offset), BigInt(bytes), 0n));
  return result >= 0 ? result : -errno();
}

/** Has a file's contents reach its disk, or ends the workload. */
export function flush(fd: number, path: string): void {
  if (libc.symbols.fsync(fd) !== 0) fail(`Cannot flush "${path}"`);
}

/** Memory that is mapped in this process. */
export interface Mapping {
  /** Where it begins. */
  readonly start: bigint;
  /** The same as a pointer. */
  readonly pointer: Deno.PointerObject;
}

/** How a device is mapped, or other memory in its place. */
export interface MapWish {
  /** The device, or what `takeMemory()` of memory.ts takes in its place. */
  readonly path: string;
  /** Bytes that are wanted; a device can only be mapped by whole aligns. */
  readonly bytes: number;
  readonly alignBytes: number;
  /** Whether it is to be written to. */
  readonly writable: boolean;
}

/** Maps a device's beginning, or ends the workload. */
export function mapDevice({ path, bytes, alignBytes, writable }: MapWish): Mapping {
  const length = Math.ceil(bytes / alignBytes) * alignBytes;
  const fd = open(path, writable ? O_RDWR : O_RDONLY);
  const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  const pointer = libc.symbols.mmap(null, BigInt(length), protection, MAP_SHARED, fd, 0n);
  const start = Deno.UnsafePointer.value(pointer);
  if (pointer === null || start === 0xffff_ffff_ffff_ffffn) {
    return fail(`Cannot map ${length} bytes of "${path}"`);
  }
  return { start, pointer };
}

/** Reads a byte of each page, so that all of them are mapped in the page tables. */
export function touch({ pointer }: Mapping, bytes: number): void {
  const view = new Deno.UnsafePointerView(pointer);
  for (let offset = 0; offset < bytes; offset += PAGE_BYTES) view.getUint8(offset);
}

/**
 * Writes a byte of each page, the one that is there, so that all of them are mapped to be written to.
 */
export function rewrite(mapping: Mapping, bytes: number): void {
  writeEach(mapping, bytes, (view, offset) => view.setUint8(offset, view.getUint8(offset)));
}

/**
 * Writes 0 to a byte of each page of a private mapping. Reading it before would map the kernel's huge
 * page of zeros, which up to 6.12 is split when it is written to.
 */
export function overwrite(mapping: Mapping, bytes: number): void {
  writeEach(mapping, bytes, (view, offset) => view.setUint8(offset, 0));
}

function writeEach(
  { pointer }: Mapping,
  bytes: number,
  write: (view: DataView, offset: number) => void,
): void {
  for (let start = 0; start < bytes; start += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, bytes - start);
    const view = new DataView(Deno.UnsafePointerView.getArrayBuffer(pointer, length, start));
    for (let offset = 0; offset < length; offset += PAGE_BYTES) write(view, offset);
  }
}

/** A byte of a mapping. */
export function pointerAt({ pointer }: Mapping, offset: number): Deno.PointerValue {
  return Deno.UnsafePointer.offset(pointer, offset);
}

/** An address of a mapping, as text. */
export function addressAt({ start }: Mapping, offset: number): HexAddress {
  return `0x${(start + BigInt(offset)).toString(16)}`;
}

/**
 * Makes a system call on a piece of a mapping, and says so.
 *
 * @param call Makes it: bytes that it moved, or a negative errno.
 * @returns What it returned.
 */
export function tell(name: string, mapping: Mapping, piece: Piece, call: () => number): number {
  const began = performance.now();
  const result = call();
  const ns = Math.round((performance.now() - began) * 1e6);
  const address = addressAt(mapping, piece.offset);
  say({ step: "syscall", name, address, bytes: piece.bytes, result, ns });
  return result;
}

/** Says that all is done, and ends the workload when the session says so. */
export async function done(bytes: number): Promise<never> {
  say({ step: "done", bytes });
  await Deno.stdin.read(new Uint8Array(16));
  Deno.exit(0);
}

/** Says where the buffer is, and waits until the session says to begin. */
export async function ready(mapping: Mapping, bytes: number): Promise<void> {
  say({ step: "ready", pid: Deno.pid, address: addressAt(mapping, 0), bytes });
  if ((await Deno.stdin.read(new Uint8Array(16))) === null) quit("Nobody said when to begin", 1);
}
