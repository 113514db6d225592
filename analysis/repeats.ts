/**
 * Times that the kernel's own benchmark took, by its own clock.
 *
 * @module
 */

import type { WorkloadRepeat } from "../recording/event.ts";

/** Nanoseconds of several repeats. */
export interface Spread {
  /** The shortest. */
  readonly min: number;
  /** Half of them took no longer. */
  readonly median: number;
  /** The longest. */
  readonly max: number;
}

/** Times of repeats that did not fail, those of all threads together. */
export interface RepeatTimes {
  /** How many there are. */
  readonly count: number;
  /** What getting or pinning all of the memory took. */
  readonly getNs: Spread;
  /** What putting all of it took. */
  readonly putNs: Spread;
}

/**
 * Sums up the times of a workload's repeats; `undefined` where it made none that has times.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const repeat = {
 *   step: "repeat", name: "pin-fast", repeat: 1, thread: 1, address: "0x7f0000200000",
 *   bytes: 2 ** 21, result: 2 ** 21,
 * } as const;
 * const times = repeatTimes([
 *   { ...repeat, getNs: 5000, putNs: 2000 },
 *   { ...repeat, getNs: 9000, putNs: 2000 },
 * ]);
 * assertEquals(times?.getNs, { min: 5000, median: 7000, max: 9000 });
 * ```
 */
export function repeatTimes(repeats: readonly WorkloadRepeat[]): RepeatTimes | undefined {
  const getNs = spread(repeats.flatMap(({ getNs }) => getNs ?? []));
  const putNs = spread(repeats.flatMap(({ putNs }) => putNs ?? []));
  if (getNs === undefined || putNs === undefined) return undefined;
  return { count: repeats.filter(({ getNs }) => getNs !== undefined).length, getNs, putNs };
}

/** The middle of some values, and their ends; `undefined` where there are none. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  // The middle one, or the two middle ones.
  const low = sorted[Math.ceil(sorted.length / 2) - 1];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (min === undefined || max === undefined || low === undefined || high === undefined) {
    return undefined;
  }
  return { min, median: (low + high) / 2, max };
}
