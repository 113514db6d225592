/**
 * What the probes cost: times of a workload with them and without.
 *
 * @module
 */

import type { WorkloadReport, WorkloadRound } from "../recording/event.ts";
import { type Spread, spread } from "./repeats.ts";

/** What was timed: the kernel's own benchmark tells of get and put, other workloads of system calls. */
export type TimedPart = "get" | "put" | "system calls";

/** Times of one part, with probes and without. */
export interface Overhead {
  /** What was timed. */
  readonly part: TimedPart;
  /** Runs without probes, as many with: they took turns. */
  readonly rounds: number;
  /** Times in each run. */
  readonly timesPerRun: number;
  /** Nanoseconds without probes, over all runs. */
  readonly untracedNs: Spread;
  /** Nanoseconds with probes. */
  readonly tracedNs: Spread;
  /** How many times as long it took with probes, round by round, median by median. */
  readonly factor: Spread;
}

/**
 * Compares the runs with probes to those without. Of each round the medians are compared, so that what
 * slows the machine for a while meets both.
 *
 * @returns One for each part that was timed in all rounds.
 *
 * @example Two rounds
 * ```ts
 * import { overheadOf, type WorkloadReport } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const write = (ns: number): WorkloadReport => ({
 *   step: "syscall", name: "pwrite", address: "0x7f0000200000", bytes: 4096, result: 4096, ns,
 * });
 * const [calls] = overheadOf([
 *   { untraced: [write(100)], traced: [write(300)] },
 *   { untraced: [write(100)], traced: [write(500)] },
 * ]);
 * assertEquals(calls?.factor, { min: 3, median: 4, max: 5 });
 * ```
 */
export function overheadOf(rounds: readonly WorkloadRound[]): readonly Overhead[] {
  return (["get", "put", "system calls"] as const).flatMap((part) => {
    const untraced = rounds.map((round) => timesOf(round.untraced, part));
    const traced = rounds.map((round) => timesOf(round.traced, part));
    const untracedNs = spread(untraced.flat());
    const tracedNs = spread(traced.flat());
    const factor = spread(untraced.flatMap((times, i) => {
      const [without, withProbes] = [spread(times)?.median, spread(traced[i] ?? [])?.median];
      return without && withProbes ? [withProbes / without] : [];
    }));
    return untracedNs && tracedNs && factor
      ? [{
        part,
        rounds: rounds.length,
        timesPerRun: untraced[0]?.length ?? 0,
        untracedNs,
        tracedNs,
        factor,
      }]
      : [];
  });
}

function timesOf(reports: readonly WorkloadReport[], part: TimedPart): number[] {
  return reports.flatMap((report) => {
    switch (report.step) {
      case "repeat":
        return (part === "get" ? report.getNs : part === "put" ? report.putNs : undefined) ?? [];
      case "syscall":
        return part === "system calls" && report.ns !== undefined ? [report.ns] : [];
      default:
        return [];
    }
  });
}
