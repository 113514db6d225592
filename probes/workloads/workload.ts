/**
 * The workloads that there are, and how one is asked for.
 *
 * @module
 */

import { RequestError } from "../failure.ts";
import { type GupTestWish, parseGupTest } from "./gup_test_options.ts";
import { isOwn, type OwnWish } from "./own.ts";
import { leastBytes } from "./pieces.ts";
import { isPieceKind, parsePieceWish, type PieceWish } from "./piece_options.ts";

/** What pins the memory. */
export type WorkloadWish = PieceWish | GupTestWish | OwnWish;

/** A workload, and the bytes that it is to map where its options say so. */
export interface ParsedWorkload {
  /** The workload. */
  readonly wish: WorkloadWish;
  /** Bytes to map; absent where the options leave it open. */
  readonly bytes?: number;
}

/** Whether a workload has memory of its own choice. */
export function choosesMemory(wish: WorkloadWish): boolean {
  return isOwn(wish) || (wish.kind === "gup-test" && wish.memory.kind === "file");
}

const MIB: number = 1024 ** 2;

/** Bytes that are mapped where nothing says how many. */
const DEFAULT_BYTES: number = 2 * MIB;
/** The same of `gup-test`: the selftest's default. */
const GUP_TEST_BYTES: number = 128 * MIB;
/** The same of workloads that headcount does not write: a disk for a command, and nothing to map. */
const OWN_BYTES: Readonly<Record<OwnWish["kind"], number>> = {
  command: 64 * MIB,
  process: 0,
  machine: 0,
};

/**
 * Reads a workload: its name, and its options after it.
 *
 * @throws {RequestError} for a name or an option that there is not.
 *
 * @example
 * ```ts
 * import { parseWorkload } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseWorkload("direct-io"), { wish: { kind: "direct-io" } });
 * assertEquals(parseWorkload("gup-test -m 64 -a").bytes, 64 * 2 ** 20);
 * ```
 */
export function parseWorkload(text: string): ParsedWorkload {
  const [name = "", ...words] = text.trim().split(/\s+/);
  if (name === "gup-test") return parseGupTest(words);
  if (isPieceKind(name)) return { wish: parsePieceWish(name, words) };
  throw new RequestError(
    `There is no workload "${name}", only direct-io, vmsplice, io-uring, process-vm and gup-test`,
  );
}

/**
 * Bytes that a workload maps.
 *
 * @param size What `--size` says, if anything.
 * @throws {RequestError} when the workload's own options say otherwise, or need more.
 *
 * @example
 * ```ts
 * import { parseWorkload, workloadBytes } from "headcount";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(workloadBytes(parseWorkload("direct-io")), 2 * 2 ** 20);
 * assertEquals(workloadBytes(parseWorkload("direct-io -n 513")), 513 * 4096);
 * assertEquals(workloadBytes(parseWorkload("gup-test"), 2 ** 20), 2 ** 20);
 * assertThrows(() => workloadBytes(parseWorkload("gup-test -m 2"), 2 ** 20), RangeError);
 * ```
 */
export function workloadBytes({ wish, bytes }: ParsedWorkload, size?: number): number {
  if (wish.kind === "gup-test") {
    if (bytes !== undefined && size !== undefined && bytes !== size) {
      throw new RequestError(
        `${wish.kind}: "-m ${bytes / MIB}" and --size ${size} contradict each other`,
      );
    }
    return bytes ?? size ?? GUP_TEST_BYTES;
  }
  if (isOwn(wish)) return size ?? OWN_BYTES[wish.kind];
  const least = leastBytes(wish);
  if (size !== undefined && size < least) {
    throw new RequestError(
      `${wish.kind}: its pieces reach over ${least} bytes of memory, --size ${size} is less`,
    );
  }
  return size ?? Math.max(DEFAULT_BYTES, least);
}
