/**
 * Times of two kernels: how long each part took, by how much that changed, and whether it may be chance.
 *
 * @module
 */

import type { Quartiles } from "../steps.ts";
import type { TimedPart } from "../overhead.ts";
import type { Report } from "../report/report.ts";
import {
  adjust,
  leastP,
  rankTest,
  type Ratio,
  ratioOf,
  summarize,
  type Summary,
} from "./statistics.ts";

/** What is timed, and what one sample of it is. */
export type ComparedPart = TimedPart | "call";

/** Times of one side. */
export interface TimedSide {
  /** Nanoseconds of the samples; of calls in one recording, the quartiles are those of all its calls. */
  readonly summary: Summary;
  /** Recordings that they are from. */
  readonly recordings: number;
  /** Medians of the runs that they are from: of a recording there may be several. */
  readonly runs: readonly number[];
}

/**
 * What the test says.
 *
 * - `shorter`, `longer`: there is less than 1 chance in 20 that it is none.
 * - `alike`: there is no difference that could not be chance, or that is more than what differs between runs of
 *   the same kernel.
 * - `untested`: there are too few samples for any difference to be told.
 */
export type Outcome = "shorter" | "longer" | "alike" | "untested";

/** One part on both sides. */
export interface ComparedTimes {
  /** What was timed. */
  readonly part: ComparedPart;
  /** Whether probes were attached. */
  readonly probes: boolean;
  /** Times of the baseline. */
  readonly baseline: TimedSide;
  /** Times of the patched kernel. */
  readonly patched: TimedSide;
  /** How many times as long it takes on the patched kernel; `null` where a time is 0. */
  readonly ratio: Ratio | null;
  /** p of the rank test by itself. */
  readonly p: number;
  /** The same, adjusted to all tests of the comparison. */
  readonly adjusted: number;
  /** Whether p is exact. */
  readonly exact: boolean;
  /** Whether it is more than what differs between runs of one kernel; `null` where these are not several. */
  readonly beyondRuns: boolean | null;
  /** What the test says. */
  readonly outcome: Outcome;
}

/** Below so many samples on a side hardly any difference can be told. */
export const FEW_SAMPLES = 6;

/** A difference is told with less than so much chance that there is none. */
export const LEVEL = 0.05;

/** Nanoseconds of the samples of one side, run by run. */
interface Samples {
  readonly recordings: number;
  readonly runs: readonly (readonly number[])[];
}

/** Times of one part that are not tested yet. */
interface Paired extends Pick<ComparedTimes, "part" | "probes"> {
  readonly baseline: Samples;
  readonly patched: Samples;
  /** Quartiles of all that a lone sample stands for. */
  readonly within?: {
    readonly baseline: Quartiles | null | undefined;
    readonly patched: Quartiles | null | undefined;
  };
}

/**
 * The times that both sides have: without probes where both tell them, else with; and those of calls, which
 * have no other. A sample of get or put is one repeat of the kernel's benchmark, one of system calls is a run of
 * the workload, one of calls is a recording, whose calls follow each other and are no independent samples.
 */
function pairs(baseline: readonly Report[], patched: readonly Report[]): readonly Paired[] {
  const parts = (["get", "put", "system calls"] as const).flatMap((part): readonly Paired[] => {
    for (const probes of [false, true]) {
      const [before, after] = [baseline, patched].map((reports) =>
        samplesOf(reports, part, probes)
      );
      if (before !== undefined && after !== undefined) {
        return [{ part, probes, baseline: before, patched: after }];
      }
    }
    return [];
  });
  const [before, after] = [baseline, patched].map(samplesOfCalls);
  if (before === undefined || after === undefined) return parts;
  const within = { baseline: baseline[0]?.callTime, patched: patched[0]?.callTime };
  return [...parts, { part: "call", probes: true, baseline: before, patched: after, within }];
}

function samplesOf(
  reports: readonly Report[],
  part: TimedPart,
  probes: boolean,
): Samples | undefined {
  const times = reports.flatMap(({ times = [] }) =>
    times.filter((it) => it.part === part && it.probes === probes)
  );
  return times.length === 0
    ? undefined
    : { recordings: times.length, runs: times.flatMap(({ runs }) => runs) };
}

function samplesOfCalls(reports: readonly Report[]): Samples | undefined {
  const runs = reports.flatMap(({ callTime }) => callTime === null ? [] : [[callTime.median]]);
  return runs.length === 0 ? undefined : { recordings: runs.length, runs };
}

/**
 * Compares the times of several pairs of sides, which are tests of one comparison: the more of them, the more
 * each has to show (Holm), so that all together see what is not there in 1 of 20 comparisons.
 *
 * @example
 * ```ts
 * import { compareTimes } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(compareTimes([{ baseline: [], patched: [] }]), [[]]);
 * ```
 */
export function compareTimes(
  sides: readonly {
    readonly baseline: readonly Report[];
    readonly patched: readonly Report[];
  }[],
): readonly (readonly ComparedTimes[])[] {
  const paired = sides.map(({ baseline, patched }) => pairs(baseline, patched));
  const tests = paired.flat().map(({ baseline, patched }) =>
    rankTest(baseline.runs.flat(), patched.runs.flat())
  );
  const adjusted = adjustTested(paired.flat(), tests.map(({ p }) => p));
  let next = 0;
  return paired.map((group) =>
    group.map((pair): ComparedTimes => {
      const i = next++;
      const test = tests[i] ?? { p: 1, exact: true };
      return timesOf(pair, test, adjusted[i] ?? 1, adjusted.length);
    })
  );
}

/** What could not be told whatever the times are is no test, and makes none of the others harder. */
function adjustTested(paired: readonly Paired[], ps: readonly number[]): readonly number[] {
  const tested = paired.flatMap((pair, i) => canBeTold(pair) ? [i] : []);
  const adjusted = [...ps];
  adjust(tested.map((i) => ps[i] ?? 1)).forEach((p, k) => adjusted[tested[k] ?? 0] = p);
  return adjusted;
}

/** Whether samples of such sizes can differ by more than chance at all. */
function canBeTold({ baseline, patched }: Paired): boolean {
  return leastP(baseline.runs.flat().length, patched.runs.flat().length) < LEVEL;
}

function timesOf(
  pair: Paired,
  { p, exact }: { readonly p: number; readonly exact: boolean },
  adjusted: number,
  tests: number,
): ComparedTimes {
  const { part, probes, within } = pair;
  const baseline = sideOf(pair.baseline, within?.baseline);
  const patched = sideOf(pair.patched, within?.patched);
  const ratio = ratioOf(pair.baseline.runs.flat(), pair.patched.runs.flat());
  const isShorter = ratio === null
    ? patched.summary.median < baseline.summary.median
    : ratio.estimate < 1;
  // Where each run is one sample, what differs between runs is what the test is about.
  const areRunsSamples = [pair.baseline, pair.patched].every(({ runs }) =>
    runs.every((ns) => ns.length === 1)
  );
  const beyondRuns = areRunsSamples ? null : isBeyondRuns(pair.baseline, pair.patched, tests);
  const isTold = adjusted < LEVEL && beyondRuns !== false;
  const outcome = !canBeTold(pair)
    ? "untested"
    : !isTold
    ? "alike"
    : isShorter
    ? "shorter"
    : "longer";
  return { part, probes, baseline, patched, ratio, p, adjusted, exact, beyondRuns, outcome };
}

/** From so many runs a side on their medians can be tested. */
const RUNS = 6;

/** Runs of one side are taken to be alike where a difference such as theirs is no rarer than so. */
const ALIKE = 0.1;

/**
 * By how many times what differs between the runs of one side both must differ where there are so few runs,
 * the fewer of both sides. Where runs differ at random, each by as much as it may, 1 to 3 in 100 pairs do.
 */
const APART: Readonly<Record<number, number>> = { 2: 3, 3: 1.5 };

/**
 * Whether two sides differ by more than runs of one side do. What slows a machine for a while slows the repeats
 * of one run together, so that these are fewer samples than they are times. Where the runs of each side are
 * alike nothing did. Else of enough runs the medians are tested; of fewer, they must lie apart. `null` where a
 * side has one run.
 *
 * @param tests How many tests the comparison makes.
 */
function isBeyondRuns(baseline: Samples, patched: Samples, tests: number): boolean | null {
  const fewest = Math.min(baseline.runs.length, patched.runs.length);
  if (fewest < 2) return null;
  if (areAlike(baseline.runs) && areAlike(patched.runs)) return true;
  const [before, after] = [mediansOf(baseline), mediansOf(patched)];
  if (fewest >= RUNS) return rankTest(before, after).p * tests < LEVEL;
  const [first, second] = [summarize(before)?.median ?? 0, summarize(after)?.median ?? 0];
  const change = Math.abs(Math.log(second / first));
  const within = [before, after].map((runs) => Math.log(Math.max(...runs) / Math.min(...runs)));
  return change > (APART[fewest] ?? 1) * Math.max(...within);
}

/** Whether no run of one side differs from its others; they must be long enough for that to be told. */
function areAlike(runs: Samples["runs"]): boolean {
  return runs.every((run, i) => {
    const others = runs.filter((_, k) => k !== i).flat();
    return leastP(run.length, others.length) < LEVEL && rankTest(run, others).p >= ALIKE;
  });
}

function mediansOf({ runs }: Samples): readonly number[] {
  return runs.flatMap((ns) => summarize(ns)?.median ?? []);
}

function sideOf(samples: Samples, within: Quartiles | null | undefined): TimedSide {
  const all = summarize(samples.runs.flat());
  const summary = all?.n === 1 && within
    ? { ...all, lower: within.lower, upper: within.upper }
    : all;
  if (summary === null) throw new RangeError("Cannot sum up a side without times");
  return { summary, recordings: samples.recordings, runs: mediansOf(samples) };
}

/** A part as the kernel's functions call it: what takes pins, and what puts them. */
export function partName(part: ComparedPart, { workload }: Pick<Report, "workload">): string {
  const kinds = workload.seen ?? [];
  const isPin = kinds.length > 0 && kinds.every(({ kind }) => kind === "pin");
  switch (part) {
    case "get":
      return isPin ? "pin" : "get";
    case "put":
      return isPin ? "unpin" : "put";
    case "system calls":
      return "run";
    case "call":
      return "call";
  }
}
