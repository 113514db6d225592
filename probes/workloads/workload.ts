/**
 * The workloads that there are, and how one is asked for.
 *
 * @module
 */

import { RequestError } from "../failure.ts";
import { type GupTestWish, parseGupTest } from "./gup_test_options.ts";

/** Writes the memory to a disk with O_DIRECT. */
export interface DirectIoWish {
  /** What it is. */
  readonly kind: "direct-io";
}

/** What pins the memory. */
export type WorkloadWish = DirectIoWish | GupTestWish;

/** A workload, and the bytes that it is to map where its options say so. */
export interface ParsedWorkload {
  /** The workload. */
  readonly wish: WorkloadWish;
  /** Bytes to map; absent where the options leave it open. */
  readonly bytes?: number;
}

/** Whether a workload has memory of its own choice. */
export function choosesMemory(wish: WorkloadWish): boolean {
  return wish.kind === "gup-test" && wish.memory.kind === "file";
}

const MIB: number = 1024 ** 2;

/** Bytes that are mapped where nothing says how many; 128 MiB is the selftest's default. */
const DEFAULT_BYTES: Readonly<Record<WorkloadWish["kind"], number>> = {
  "direct-io": 2 * MIB,
  "gup-test": 128 * MIB,
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
  if (name !== "direct-io") {
    throw new RequestError(`There is no workload "${name}", only direct-io and gup-test`);
  }
  if (words[0] !== undefined) {
    throw new RequestError(`direct-io has no option "${words[0]}"`);
  }
  return { wish: { kind: "direct-io" } };
}

/**
 * Bytes that a workload maps.
 *
 * @param size What `--size` says, if anything.
 * @throws {RequestError} when the workload's own options say otherwise.
 *
 * @example
 * ```ts
 * import { parseWorkload, workloadBytes } from "headcount";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(workloadBytes(parseWorkload("direct-io")), 2 * 2 ** 20);
 * assertEquals(workloadBytes(parseWorkload("gup-test"), 2 ** 20), 2 ** 20);
 * assertThrows(() => workloadBytes(parseWorkload("gup-test -m 2"), 2 ** 20), RangeError);
 * ```
 */
export function workloadBytes({ wish, bytes }: ParsedWorkload, size?: number): number {
  if (bytes !== undefined && size !== undefined && bytes !== size) {
    throw new RequestError(
      `${wish.kind}: "-m ${bytes / MIB}" and --size ${size} contradict each other`,
    );
  }
  return bytes ?? size ?? DEFAULT_BYTES[wish.kind];
}
