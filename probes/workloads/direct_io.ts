/**
 * The workload `direct-io`, a program of its own that runs on the target:
 *
 *     direct_io.ts DEVICE BYTES ALIGN DISK
 *
 * It maps a devdax device, touches each page, and writes the mapping to a disk with O_DIRECT, so
 * that the block layer pins the mapping's pages. A device can only be mapped by whole aligns: what
 * is mapped beyond BYTES is not touched. It only reads from the device, and opens the disk
 * with O_EXCL: one that is mounted or otherwise in use is refused.
 *
 * Between mapping and writing it waits for a line on standard input. What it does it prints as
 * lines of JSON (see recording/event.ts, WorkloadReport).
 *
 * @module
 */

import type { HexAddress, WorkloadReport } from "../../recording/event.ts";

// asm-generic/fcntl.h and asm-generic/mman-common.h, as x86-64 has them.
const O_RDONLY = 0;
const O_WRONLY = 1;
const O_EXCL = 0o200;
const O_DIRECT = 0o40000;
const PROT_READ = 1;
const MAP_SHARED = 1;
const SEEK_END = 2;

const PAGE_BYTES = 4096;

const libc = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  pwrite: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64" },
  strerror: { parameters: ["i32"], result: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
});

function say(report: WorkloadReport): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
}

function errno(): number {
  const at = libc.symbols.__errno_location();
  return at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
}

function errorText(code: number): string {
  const at = libc.symbols.strerror(code);
  return at === null ? `errno ${code}` : new Deno.UnsafePointerView(at).getCString();
}

function fail(attempt: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${attempt}: ${errorText(errno())}\n`));
  Deno.exit(1);
}

function open(path: string, flags: number): number {
  const fd = libc.symbols.open(new TextEncoder().encode(`${path}\0`), flags, 0);
  return fd >= 0 ? fd : fail(`Cannot open "${path}"`);
}

const [device, size, align, disk] = Deno.args;
if (device === undefined || size === undefined || align === undefined || disk === undefined) {
  Deno.stderr.writeSync(new TextEncoder().encode("Usage: direct_io.ts DEVICE BYTES ALIGN DISK\n"));
  Deno.exit(64);
}
const bytes = Number(size);
const mappedBytes = Math.ceil(bytes / Number(align)) * Number(align);

const deviceFd = open(device, O_RDONLY);
const diskFd = open(disk, O_WRONLY | O_DIRECT | O_EXCL);
const diskBytes = Number(libc.symbols.lseek(diskFd, 0n, SEEK_END));
const buffer = libc.symbols.mmap(null, BigInt(mappedBytes), PROT_READ, MAP_SHARED, deviceFd, 0n);
const start = Deno.UnsafePointer.value(buffer);
if (buffer === null || start === 0xffff_ffff_ffff_ffffn) {
  fail(`Cannot map ${mappedBytes} bytes of "${device}"`);
}
const view = new Deno.UnsafePointerView(buffer);
for (let offset = 0; offset < bytes; offset += PAGE_BYTES) view.getUint8(offset);

const addressOf = (offset: number): HexAddress => `0x${(start + BigInt(offset)).toString(16)}`;
say({ step: "ready", pid: Deno.pid, address: addressOf(0), bytes });
if ((await Deno.stdin.read(new Uint8Array(16))) === null) {
  Deno.stderr.writeSync(new TextEncoder().encode("Nobody said when to begin\n"));
  Deno.exit(1);
}

// A disk smaller than the mapping is written over and over from its beginning.
const chunk = Math.min(bytes, diskBytes);
let moved = 0;
for (let offset = 0; offset < bytes; offset += chunk) {
  const wanted = Math.min(chunk, bytes - offset);
  const at = Deno.UnsafePointer.offset(buffer, offset);
  const result = Number(libc.symbols.pwrite(diskFd, at, BigInt(wanted), 0n));
  const outcome = result >= 0 ? result : -errno();
  say({
    step: "syscall",
    name: "pwrite",
    address: addressOf(offset),
    bytes: wanted,
    result: outcome,
  });
  if (result < 0) fail(`Cannot write ${wanted} bytes of "${device}" to "${disk}"`);
  moved += result;
}
say({ step: "done", bytes: moved });
