/**
 * Times and changes of times in words.
 *
 * @module
 */

import { timesText } from "../compare/counts.ts";
import type { ComparedTimes } from "../compare/times.ts";

/** A unit of time, and what nanoseconds are divided by to have it. */
export interface TimeUnit {
  /** What it is called. */
  readonly name: "ns" | "us" | "ms";
  /** Nanoseconds in it. */
  readonly ns: number;
}

const NANO: TimeUnit = { name: "ns", ns: 1 };
const MICRO: TimeUnit = { name: "us", ns: 1000 };
const MILLI: TimeUnit = { name: "ms", ns: 1e6 };

/**
 * The one unit of a table: that in which the shortest of its times has some digits.
 *
 * @param ns Times of the table.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unitFor([75_000_000, 3_600_000]).name, "us");
 * assertEquals(unitFor([300_000_000]).name, "ms");
 * assertEquals(unitFor([80, 90_000]).name, "ns");
 * ```
 */
export function unitFor(ns: readonly number[]): TimeUnit {
  const least = Math.min(...ns);
  if (least < 1000) return NANO;
  return least < 1e8 ? MICRO : MILLI;
}

/**
 * A time in a unit, in as many digits as are of use.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const us = unitFor([2000]);
 * assertEquals([2_431_100, 82_500, 3600].map((ns) => timeText(ns, us)), ["2431", "82.5", "3.60"]);
 * ```
 */
export function timeText(ns: number, unit: TimeUnit): string {
  const value = ns / unit.ns;
  const digits = unit.ns === 1 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

/**
 * What the test says of a change, with its interval: `~` where there is none to be told.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const shorter = { outcome: "shorter", ratio: { estimate: 0.04, interval: [0.032, 0.05] } } as const;
 * assertEquals(changeText(shorter), "25x shorter (20x..31.3x)");
 * const alike = { outcome: "alike", ratio: { estimate: 1.01, interval: [0.98, 1.04] } } as const;
 * assertEquals(changeText(alike), "~ (-2.0%..+4.0%)");
 * assertEquals(changeText({ outcome: "untested", ratio: null }), "too few to tell");
 * ```
 */
export function changeText({ outcome, ratio }: Pick<ComparedTimes, "outcome" | "ratio">): string {
  if (outcome === "untested") return "too few to tell";
  const interval = ratio?.interval ?? null;
  if (outcome === "alike") return interval === null ? "~" : `~ (${intervalText(interval)})`;
  if (ratio === null) return outcome;
  const { estimate } = ratio;
  if (estimate > 1 / 1.5 && estimate < 1.5) {
    return percent(estimate) + (interval === null ? "" : ` (${intervalText(interval)})`);
  }
  const turned = outcome === "shorter";
  const factor = (value: number): string => timesText(turned ? 1 / value : value);
  const ends = interval === null ? [] : turned ? interval.toReversed() : interval;
  const between = ends.map(factor).join("..");
  return `${factor(estimate)} ${outcome}${between === "" ? "" : ` (${between})`}`;
}

function intervalText([lo, hi]: readonly [number, number]): string {
  const isNarrow = lo > 1 / 1.5 && hi < 1.5;
  return isNarrow ? `${percent(lo)}..${percent(hi)}` : `${lo.toFixed(2)}x..${hi.toFixed(2)}x`;
}

function percent(ratio: number): string {
  const value = ((ratio - 1) * 100).toFixed(1);
  return `${ratio >= 1 ? "+" : ""}${value}%`;
}

/**
 * A p value in as many digits as are of use.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0.45, 0.012, 0.0001].map(pText), ["0.45", "0.012", "<0.001"]);
 * ```
 */
export function pText(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(p < 0.1 ? 3 : 2);
}
