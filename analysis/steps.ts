/**
 * Values counted by powers of two, and times in finer steps.
 *
 * @module
 */

import { type Histogram, histogram, type Weighted } from "./histogram.ts";

/** 0, and the powers of two that a safe integer can have. */
export const POWERS: number = 54;

/** Steps for each power of two: a value is known to within a sixteenth of itself. */
export const STEPS: number = 16;

/**
 * Counts a value by the power of two above it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const powers = new Float64Array(POWERS);
 * for (const value of [0, 2, 3, 512]) addPower(powers, value, 1);
 * assertEquals([powers[0], powers[2], powers[10]], [1, 2, 1]);
 * ```
 */
export function addPower(powers: Float64Array, value: number, times: number): void {
  const power = powerAbove(value);
  powers[power] = (powers[power] ?? 0) + times;
}

/** The exponent of the least power of two above a value. */
function powerAbove(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/**
 * Counts a value by its step.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const steps = new Float64Array(POWERS * STEPS);
 * addStep(steps, 900);
 * assertEquals(timeHistogramOf(steps), [{ lo: 512, hi: 1024, count: 1 }]);
 * ```
 */
export function addStep(steps: Float64Array, value: number): void {
  const step = stepOf(value);
  steps[step] = (steps[step] ?? 0) + 1;
}

/**
 * The histogram of values that were counted by powers of two.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(histogramOf(Float64Array.of(0, 0, 5)), [{ lo: 2, hi: 4, count: 5 }]);
 * ```
 */
export function histogramOf(powers: Float64Array): Histogram {
  return histogram([...powers].map((calls, i): Weighted => [i === 0 ? 0 : 2 ** (i - 1), calls]));
}

/**
 * The histogram, by powers of two, of nanoseconds that were counted in steps.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(timeHistogramOf(new Float64Array(POWERS * STEPS)), []);
 * ```
 */
export function timeHistogramOf(steps: Float64Array): Histogram {
  const powers = new Float64Array(POWERS);
  steps.forEach((calls, i) => {
    const power = Math.floor(i / STEPS);
    powers[power] = (powers[power] ?? 0) + calls;
  });
  return histogramOf(powers);
}

/** Below a quarter, half and three quarters of some values each. */
export interface Quartiles {
  /** How many there are. */
  readonly count: number;
  /** A quarter of them is below. */
  readonly lower: number;
  /** Half of them is below. */
  readonly median: number;
  /** Three quarters are below. */
  readonly upper: number;
}

/**
 * Quartiles of nanoseconds that were counted in steps, each a sixteenth of a power of two wide; within a step
 * the values are taken to be spread evenly. `null` where there are none.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 *
 * const steps = new Float64Array(POWERS * STEPS);
 * for (const ns of [900, 1000, 1100]) addStep(steps, ns);
 * const quartiles = quartilesOf(steps);
 * assert(quartiles !== null && Math.abs(quartiles.median - 1000) < 32);
 * ```
 */
export function quartilesOf(steps: Float64Array): Quartiles | null {
  const count = steps.reduce((sum, calls) => sum + calls, 0);
  if (count === 0) return null;
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((share) => quantile(steps, share * count));
  return { count, lower: lower ?? 0, median: median ?? 0, upper: upper ?? 0 };
}

/** The value below which so many are. */
function quantile(steps: Float64Array, below: number): number {
  let before = 0;
  for (const [i, calls] of steps.entries()) {
    if (calls > 0 && before + calls >= below) {
      const lo = edgeOf(i);
      return Math.round(lo + (edgeOf(i + 1) - lo) * (below - before) / calls);
    }
    before += calls;
  }
  return 0;
}

/** The step of a value: its power, and the four bits after its first. */
function stepOf(value: number): number {
  if (value === 0) return 0;
  if (value < 2 ** 31) {
    const power = 32 - Math.clz32(value);
    return STEPS * (power - 1) + (power > 5 ? value >> (power - 5) : value << (5 - power));
  }
  const power = powerAbove(value);
  return STEPS * (power - 1) + Math.floor(value / 2 ** (power - 5));
}

/** The least value of a step. */
function edgeOf(step: number): number {
  const power = Math.floor(step / STEPS);
  return power === 0 ? 0 : (STEPS + step % STEPS) * 2 ** (power - 5);
}
