/**
 * Times that a recording tells of: with its probes attached, and of runs without them.
 *
 * @module
 */

import type { RoundEvent, WorkloadReport, WorkloadRound } from "../recording/event.ts";
import type { TimedPart } from "./overhead.ts";

/** Times of one part, one a sample. */
export interface SampledTimes {
  /**
   * What was timed. The kernel's own benchmark tells of get and put, and a sample is one repeat; of system
   * calls it is all of a run's.
   */
  readonly part: TimedPart;
  /** Whether probes were attached. */
  readonly probes: boolean;
  /** Nanoseconds of each sample, run by run. */
  readonly runs: readonly (readonly number[])[];
}

/** What the workload told in each of its runs, of which the recording is one. */
export class Runs {
  /** Of the recording itself, and of what takes turns with it. */
  readonly #traced: WorkloadReport[][] = [[]];
  readonly #untraced: WorkloadReport[][] = [];

  /** Takes what the workload said in the recording. */
  add(report: WorkloadReport): void {
    if (hasTime(report)) this.#traced[0]?.push(report);
  }

  /** Takes what it said in another run. */
  addRound({ round, probes, report }: RoundEvent): void {
    if (!hasTime(report)) return;
    const runs = probes ? this.#traced : this.#untraced;
    (runs[round - 1] ??= []).push(report);
  }

  /** Rounds of which both runs were told; none where no turns were taken. */
  rounds(): readonly WorkloadRound[] {
    return this.#untraced.flatMap((untraced, i) => {
      const traced = this.#traced[i];
      return traced === undefined ? [] : [{ untraced, traced }];
    });
  }

  /** The times of all runs. */
  times(): readonly SampledTimes[] {
    const all = [[false, this.#untraced], [true, this.#traced]] as const;
    return all.flatMap(([probes, runs]) =>
      (["get", "put", "system calls"] as const).flatMap((part): readonly SampledTimes[] => {
        const times = runs.map((reports) => samplesOf(reports, part)).filter((ns) => ns.length > 0);
        return times.length === 0 ? [] : [{ part, probes, runs: times }];
      })
    );
  }
}

/**
 * Times of one run, one a sample.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const write = {
 *   step: "syscall", name: "pwrite", address: "0x7f0000200000", bytes: 4096, result: 4096, ns: 700,
 * } as const;
 * assertEquals(samplesOf([write, write], "system calls"), [1400]);
 * assertEquals(samplesOf([write], "get"), []);
 * ```
 */
export function samplesOf(reports: readonly WorkloadReport[], part: TimedPart): readonly number[] {
  const times = reports.flatMap((report) => timesIn(report, part) ?? []);
  if (part !== "system calls" || times.length === 0) return times;
  return [times.reduce((sum, ns) => sum + ns, 0)];
}

/** Nanoseconds that a report tells of a part. */
function timesIn(report: WorkloadReport, part: TimedPart): number | undefined {
  switch (report.step) {
    case "repeat":
      return part === "get" ? report.getNs : part === "put" ? report.putNs : undefined;
    case "syscall":
      return part === "system calls" && report.result >= 0 ? report.ns : undefined;
    default:
      return undefined;
  }
}

function hasTime(report: WorkloadReport): boolean {
  return (report.step === "repeat" && report.getNs !== undefined) ||
    (report.step === "syscall" && report.ns !== undefined);
}
