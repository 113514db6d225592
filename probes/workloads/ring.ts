/**
 * A ring of io_uring, by its system calls.
 *
 * @module
 */

import { errno, failAs, type Mapping } from "./libc.ts";
import type { Piece } from "./pieces.ts";

// arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/linux/io_uring.h.
const IO_URING_SETUP = 425n;
const IO_URING_REGISTER = 427n;
const IORING_REGISTER_BUFFERS = 0;
const IORING_UNREGISTER_BUFFERS = 1;
/** Bytes of struct io_uring_params. */
const PARAMETER_BYTES = 120;

const EPERM = 1;
const ENOSYS = 38;
const EOPNOTSUPP = 95;

const OTHER_WAY = "--workload direct-io needs none";

const libc = Deno.dlopen("libc.so.6", {
  setup: { name: "syscall", parameters: ["i64", "u32", "buffer"], result: "i64" },
  register: {
    name: "syscall",
    parameters: ["i64", "i32", "u32", "buffer", "u32"],
    result: "i64",
  },
});

/** Makes a ring, or ends the workload. */
export function openRing(): number {
  const ring = Number(libc.symbols.setup(IO_URING_SETUP, 8, new Uint8Array(PARAMETER_BYTES)));
  if (ring >= 0) return ring;
  return failAs("Cannot make a ring of io_uring", -errno(), {
    [ENOSYS]: `the kernel has no CONFIG_IO_URING; ${OTHER_WAY}`,
    [EPERM]: `the sysctl kernel.io_uring_disabled forbids it; ${OTHER_WAY}`,
  });
}

/** Registers a piece of memory as the ring's buffer: its bytes, or a negative errno. */
export function registerBuffer(ring: number, { start }: Mapping, piece: Piece): number {
  const vector = new BigUint64Array([start + BigInt(piece.offset), BigInt(piece.bytes)]);
  return register(ring, IORING_REGISTER_BUFFERS, vector) < 0 ? -errno() : piece.bytes;
}

/** Unregisters the ring's buffers: 0, or a negative errno. */
export function unregisterBuffers(ring: number): number {
  return register(ring, IORING_UNREGISTER_BUFFERS, null) < 0 ? -errno() : 0;
}

/** What is known of why a buffer is refused. */
export const REFUSALS: Readonly<Record<number, string>> = {
  [EOPNOTSUPP]:
    "to 6.4 io_uring pins memory of a file, such as a devdax device's, and then refuses it, later " +
    "only that of a file on dax; --workload process-vm has the slow path pin it as well",
};

function register(ring: number, what: number, vector: BigUint64Array<ArrayBuffer> | null): number {
  const count = vector === null ? 0 : 1;
  return Number(libc.symbols.register(IO_URING_REGISTER, ring, what, vector, count));
}
