/**
 * What the kernel's benchmark is told and what it tells: the struct of its ioctls, of which there are
 * three.
 *
 * @module
 */

import type { GupCommand } from "./gup_test_options.ts";

/** One of the three, as a kernel has it. */
export interface GupAbi {
  /** Its file in debugfs. */
  readonly file: string;
  /** Bytes of the struct. */
  readonly structBytes: number;
  /** Numbers of its commands. */
  readonly commands: Readonly<Record<GupCommand, number>>;
}

const DEBUGFS = "/sys/kernel/debug";

const LATER = {
  "get-fast": 1,
  "pin-fast": 2,
  "pin-longterm": 3,
  "get-basic": 4,
  "pin-basic": 5,
} as const;

/** The three, newest first. Two have the same file: a struct of another size is refused with EINVAL. */
export const GUP_ABIS: readonly GupAbi[] = [
  // 5.13 on: flags of the test's own after those of gup.
  { file: `${DEBUGFS}/gup_test`, structBytes: 80, commands: LATER },
  // 5.11 and 5.12.
  { file: `${DEBUGFS}/gup_test`, structBytes: 72, commands: LATER },
  // To 5.10.
  {
    file: `${DEBUGFS}/gup_benchmark`,
    structBytes: 120,
    commands: { "get-fast": 1, "get-basic": 2, "pin-fast": 3, "pin-basic": 4, "pin-longterm": 5 },
  },
];

/** Of mm.h, in every kernel. Up to 5.12 it is the only flag that the benchmark lets through. */
const FOLL_WRITE = 1;

/**
 * The number of an ioctl: `_IOWR('g', command, struct)`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [newest] = GUP_ABIS;
 * assertEquals(newest && gupRequest(newest, "pin-fast"), 0xc0506702n);
 * ```
 */
export function gupRequest({ structBytes, commands }: GupAbi, command: GupCommand): bigint {
  return 0xc000_0000n | BigInt(structBytes << 16 | "g".charCodeAt(0) << 8 | commands[command]);
}

/** What one ioctl is to take. */
export interface GupQuestion {
  /** First byte. */
  readonly address: bigint;
  readonly bytes: number;
  readonly pagesPerCall: number;
  readonly write: boolean;
}

/**
 * The struct that asks for it. What these fields are, and where, is the same in all three.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const struct = encodeGup(80, { address: 0x7f0000000000n, bytes: 4096, pagesPerCall: 1, write: true });
 * assertEquals([struct.length, struct[32], struct[36]], [80, 1, 1]);
 * ```
 */
export function encodeGup(
  structBytes: number,
  { address, bytes, pagesPerCall, write }: GupQuestion,
): Uint8Array<ArrayBuffer> {
  const struct = new Uint8Array(structBytes);
  const view = new DataView(struct.buffer);
  view.setBigUint64(16, address, true);
  view.setBigUint64(24, BigInt(bytes), true);
  view.setUint32(32, pagesPerCall, true);
  view.setUint32(36, write ? FOLL_WRITE : 0, true);
  return struct;
}

/** What one ioctl took, and how long it was at it. */
export interface GupAnswer {
  /** Bytes that were gone through: less than asked for where a call took fewer pages. */
  readonly bytes: number;
  /** Nanoseconds of taking all of it; the kernel counts whole microseconds. */
  readonly getNs: number;
  /** Nanoseconds of putting it, likewise. */
  readonly putNs: number;
}

/**
 * What the kernel left in the struct.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const struct = new Uint8Array(120);
 * struct[0] = 250;
 * struct[25] = 16;
 * assertEquals(decodeGup(struct), { bytes: 4096, getNs: 250_000, putNs: 0 });
 * ```
 */
export function decodeGup(struct: Uint8Array<ArrayBuffer>): GupAnswer {
  const view = new DataView(struct.buffer);
  const number = (offset: number): number => Number(view.getBigUint64(offset, true));
  return { bytes: number(24), getNs: number(0) * 1000, putNs: number(8) * 1000 };
}
