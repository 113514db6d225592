/**
 * Times of two kernels: how long each part took, by how much that changed, and whether it may be chance.
 *
 * @module
 */

import type { Quartiles } from "../call_sums.ts";
import type { TimedPart } from "../overhead.ts";
import type { Report } from "../report/report.ts";
import { adjust, rankTest, type Ratio, ratioOf, summarize, type Summary } from "./statistics.ts";

/** What is timed, and what one sample of it is. */
export type ComparedPart = TimedPart | "call";

/** Times of one side. */
export interface TimedSide {
  /** Nanoseconds of the samples; of calls in one recording, the quartiles are those of all its calls. */
  readonly summary: Summary;
  /** Recordings that they are from. */
  readonly recordings: number;
  /** By how much the medians of these recordings differ: the greatest over the least. */
  readonly betweenRecordings: number;
}

/**
 * What the test says.
 *
 * - `shorter`, `longer`: with less than 1 in 20 chances that it is none.
 * - `alike`: no difference that could not be chance, or that is greater than what differs between recordings of
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
  /** What the test says. */
  readonly outcome: Outcome;
}

/** Below so many samples on a side hardly any difference can be told. */
export const FEW_SAMPLES = 6;

/** A difference is told with less than so much chance that there is none. */
const LEVEL = 0.05;

/** Times of one part that are not tested yet. */
interface Paired extends Pick<ComparedTimes, "part" | "probes"> {
  /** Nanoseconds of the samples of each recording. */
  readonly baseline: readonly (readonly number[])[];
  readonly patched: readonly (readonly number[])[];
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
      const sides = [baseline, patched].map((reports) =>
        reports.map(({ times = [] }) =>
          times.find((it) => it.part === part && it.probes === probes)?.ns ?? []
        ).filter((ns) => ns.length > 0)
      );
      const [before = [], after = []] = sides;
      if (before.length > 0 && after.length > 0) {
        return [{ part, probes, baseline: before, patched: after }];
      }
    }
    return [];
  });
  const calls = (reports: readonly Report[]): readonly (readonly number[])[] =>
    reports.flatMap(({ callTime }) => callTime === null ? [] : [[callTime.median]]);
  const call: Paired = {
    part: "call",
    probes: true,
    baseline: calls(baseline),
    patched: calls(patched),
    within: { baseline: baseline[0]?.callTime, patched: patched[0]?.callTime },
  };
  return [...parts, ...(call.baseline.length > 0 && call.patched.length > 0 ? [call] : [])];
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
    rankTest(baseline.flat(), patched.flat())
  );
  const adjusted = adjustTested(paired.flat(), tests.map(({ p }) => p));
  let next = 0;
  return paired.map((group) =>
    group.map((pair): ComparedTimes => {
      const i = next++;
      const test = tests[i] ?? { p: 1, exact: true };
      return timesOf(pair, test, adjusted[i] ?? 1);
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
  const [n, m] = [baseline.flat().length, patched.flat().length];
  return rankTest(ascending(0, n), ascending(n, m)).p < LEVEL;
}

function ascending(from: number, length: number): readonly number[] {
  // Of many samples a few tell as much.
  return Array.from({ length: Math.min(length, 30) }, (_, i) => from + i);
}

function timesOf(
  pair: Paired,
  { p, exact }: { readonly p: number; readonly exact: boolean },
  adjusted: number,
): ComparedTimes {
  const { part, probes, within } = pair;
  const baseline = sideOf(pair.baseline, within?.baseline);
  const patched = sideOf(pair.patched, within?.patched);
  const ratio = ratioOf(pair.baseline.flat(), pair.patched.flat());
  const isShorter = patched.summary.median < baseline.summary.median;
  const change = Math.max(
    patched.summary.median / baseline.summary.median,
    baseline.summary.median / patched.summary.median,
  );
  const between = Math.max(baseline.betweenRecordings, patched.betweenRecordings);
  const isTold = adjusted < LEVEL && !(change <= between);
  const outcome = !canBeTold(pair)
    ? "untested"
    : !isTold
    ? "alike"
    : (ratio === null ? isShorter : ratio.estimate < 1)
    ? "shorter"
    : "longer";
  return { part, probes, baseline, patched, ratio, p, adjusted, exact, outcome };
}

function sideOf(
  recordings: readonly (readonly number[])[],
  within: Quartiles | null | undefined,
): TimedSide {
  const all = summarize(recordings.flat());
  const summary = all?.n === 1 && within
    ? { ...all, lower: within.lower, upper: within.upper }
    : all;
  if (summary === null) throw new RangeError("Cannot sum up a side without times");
  const medians = recordings.flatMap((ns) => summarize(ns)?.median ?? []);
  // Where a sample is a recording, what differs between these is the spread of the samples.
  const isSample = recordings.every((ns) => ns.length === 1);
  return {
    summary,
    recordings: recordings.length,
    betweenRecordings: isSample || medians.length < 2
      ? 1
      : Math.max(...medians) / Math.min(...medians),
  };
}
