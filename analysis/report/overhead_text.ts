/**
 * What the probes cost, as text.
 *
 * @module
 */

import type { Overhead } from "../overhead.ts";
import type { Spread } from "../repeats.ts";
import { textTable } from "./table.ts";

/**
 * Writes what the probes cost, as a table: times in microseconds, the median and the ends, and how many
 * times as long it took.
 *
 * @param isEmulated Whether the factor is an emulator's, which says nothing of hardware's.
 *
 * @example
 * ```ts
 * import { renderOverhead } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const text = renderOverhead([{
 *   part: "get", rounds: 3, timesPerRun: 10,
 *   untracedNs: { min: 2000, median: 2000, max: 3000 },
 *   tracedNs: { min: 30_000, median: 31_000, max: 32_000 },
 *   factor: { min: 15, median: 15.5, max: 16 },
 * }], false);
 * assertStringIncludes(text, "3 x 10  2.0 (2.0..3.0)  31.0 (30.0..32.0)  15.5 (15.0..16.0)");
 * ```
 */
export function renderOverhead(overheads: readonly Overhead[], isEmulated: boolean): string {
  if (overheads.length === 0) return "\nOverhead of the probes\n  The workload told no times.\n";
  const rows = overheads.map(({ part, rounds, timesPerRun, untracedNs, tracedNs, factor }) => [
    part,
    `${rounds} x ${timesPerRun}`,
    spreadText(untracedNs, micro),
    spreadText(tracedNs, micro),
    spreadText(factor, (it) => it.toFixed(1)),
  ]);
  const table = textTable([
    { head: "" },
    { head: "n", right: true },
    { head: "without, us", right: true },
    { head: "with probes, us", right: true },
    { head: "factor", right: true },
  ], rows);
  const note = isEmulated
    ? "It is an emulator's: hardware has another."
    : "Runs with probes and without took turns.";
  return [
    "",
    "Overhead of the probes",
    ...table.map((line) => `  ${line}`),
    "  n: rounds x times in each; median (min..max).",
    `  The factor is of each round's medians. ${note}`,
    "",
  ].join("\n");
}

function spreadText({ min, median, max }: Spread, text: (value: number) => string): string {
  return `${text(median)} (${text(min)}..${text(max)})`;
}

function micro(ns: number): string {
  return ns < 100_000 ? (ns / 1000).toFixed(1) : (ns / 1000).toFixed(0);
}
