/**
 * Recordings of a baseline and of a patched kernel -> what became of the counts and the times.
 *
 * @module
 */

import type { Report } from "../report/report.ts";
import type { VerdictKind } from "../verdict.ts";
import { compareCounts, type ComparedCount, disagreementText } from "./counts.ts";
import { conditionsOf, type Difference, differencesOf, workloadWords } from "./likeness.ts";
import { type ComparedTimes, compareTimes } from "./times.ts";
import { sideWarnings, timeWarnings } from "./warnings.ts";

/** The format of the comparisons that this version makes. */
export const COMPARISON_FORMAT = "headcount.comparison/1";

/** One side of a comparison: one recording, or several of the same. */
export interface ComparedSide {
  /** The answer; `mixed` where recordings have different ones. */
  readonly verdict: VerdictKind | "mixed";
  /** The reports, in the order in which they were given. */
  readonly reports: readonly Report[];
}

/** One workload on both kernels. */
export interface ComparedWorkload {
  /** What was run, with its options. */
  readonly workload: string;
  /** The baseline. */
  readonly baseline: ComparedSide;
  /** The patched kernel. */
  readonly patched: ComparedSide;
  /** In what both are not alike; only where that was forced. */
  readonly differences: readonly Difference[];
  /** Counts: exact. */
  readonly counts: readonly ComparedCount[];
  /** Times; none where they are withheld, or not told. */
  readonly times: readonly ComparedTimes[];
  /** What must be known before anything of it is believed, in sentences. */
  readonly warnings: readonly string[];
}

/** What became of the counts and the times. */
export interface Comparison {
  /** What it is. */
  readonly kind: "comparison";
  /** Its format. */
  readonly format: typeof COMPARISON_FORMAT;
  /** Each workload that was run on both. */
  readonly workloads: readonly ComparedWorkload[];
  /** Whether times are withheld: they are an emulator's, and were not asked for. */
  readonly withheld: boolean;
}

/** Recordings that are not alike. */
export interface Unlike {
  /** What it is. */
  readonly kind: "unlike";
  /** In what. */
  readonly differences: readonly Difference[];
}

/** What to compare, and how. */
export interface CompareOptions {
  /** Whether what is not alike is compared all the same. Default no. */
  readonly force?: boolean;
  /** Whether times of an emulator are shown. Default no. */
  readonly emulatedTimes?: boolean;
}

/** Recordings of one side that are alike. */
interface Group {
  readonly reports: Report[];
  readonly conditions: ReturnType<typeof conditionsOf>;
}

/**
 * Compares the recordings of two kernels. On each side those that are alike belong together; each workload of
 * the baseline is compared with the same one of the patched kernel.
 *
 * @throws {TypeError} where a side has no recording.
 *
 * @example
 * ```ts
 * import { analyze, compareRecordings, decodeItems, splitLines } from "headcount";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const read = async (name: string) => {
 *   const file = await Deno.open(`tests/fixtures/recordings/${name}/recording.jsonl`);
 *   return await analyze(decodeItems(splitLines(file.readable)));
 * };
 * const [before, after] = [await read("linux-5.10-2M"), await read("linux-5.10-rfc-2M")];
 * const comparison = compareRecordings([before], [after]);
 * assert(comparison.kind === "comparison");
 * const [workload] = comparison.workloads;
 * assertEquals([workload?.baseline.verdict, workload?.patched.verdict], ["per-page", "once"]);
 *
 * const other = compareRecordings([before], [await read("debian-6.1-1G")]);
 * assert(other.kind === "unlike");
 * assertEquals(other.differences.map(({ what }) => what), ["align"]);
 * ```
 */
export function compareRecordings(
  baseline: readonly Report[],
  patched: readonly Report[],
  { force = false, emulatedTimes = false }: CompareOptions = {},
): Comparison | Unlike {
  if (baseline.length === 0 || patched.length === 0) {
    throw new TypeError("Cannot compare with nothing: a side has no recording");
  }
  const { alike, left, leftPatched } = pairUp(groupsOf(baseline), groupsOf(patched));
  const forced = left.flatMap((before, i) => {
    const after = leftPatched[i];
    return after === undefined ? [] : [{ before, after }];
  });
  const isUnlike = left.length > 0 || leftPatched.length > 0;
  if (isUnlike && !(force && left.length === leftPatched.length)) {
    return { kind: "unlike", differences: differencesLeft(left, leftPatched) };
  }
  const pairs = [...alike, ...forced];
  const isEmulated = [...baseline, ...patched].some(({ target }) => target.accelerator === "tcg");
  const withheld = isEmulated && !emulatedTimes;
  const times = withheld ? [] : compareTimes(
    pairs.map(({ before, after }) => ({ baseline: before.reports, patched: after.reports })),
  );
  return {
    kind: "comparison",
    format: COMPARISON_FORMAT,
    withheld,
    workloads: pairs.map(({ before, after }, i) => workloadOf(before, after, times[i] ?? [])),
  };
}

function groupsOf(reports: readonly Report[]): readonly Group[] {
  const groups: Group[] = [];
  for (const report of reports) {
    const conditions = conditionsOf(report);
    const group = groups.find((it) => differencesOf(it.conditions, conditions).length === 0);
    if (group === undefined) groups.push({ reports: [report], conditions });
    else group.reports.push(report);
  }
  return groups;
}

interface Pair {
  readonly before: Group;
  readonly after: Group;
}

function pairUp(
  baseline: readonly Group[],
  patched: readonly Group[],
): {
  readonly alike: readonly Pair[];
  readonly left: readonly Group[];
  readonly leftPatched: readonly Group[];
} {
  const leftPatched = [...patched];
  const alike: Pair[] = [];
  const left = baseline.filter((before) => {
    const found = leftPatched.findIndex((after) =>
      differencesOf(before.conditions, after.conditions).length === 0
    );
    const [after] = found < 0 ? [] : leftPatched.splice(found, 1);
    if (after === undefined) return true;
    alike.push({ before, after });
    return false;
  });
  return { alike, left, leftPatched };
}

/** What stands in the place of a workload that only one side has. */
const NONE = "not recorded";

function differencesLeft(
  left: readonly Group[],
  leftPatched: readonly Group[],
): readonly Difference[] {
  const names = (group: Group | undefined): string => group?.conditions.get("workload") ?? NONE;
  return Array.from({ length: Math.max(left.length, leftPatched.length) }, (_, i) => {
    const [before, after] = [left[i], leftPatched[i]];
    return before !== undefined && after !== undefined
      ? differencesOf(before.conditions, after.conditions)
      : [{ what: "workload", baseline: names(before), patched: names(after) }];
  }).flat();
}

function workloadOf(
  before: Group,
  after: Group,
  times: readonly ComparedTimes[],
): ComparedWorkload {
  const [first] = before.reports;
  const { counts, disagreements } = compareCounts(before.reports, after.reports);
  const baseline = sideOf(before.reports);
  const patched = sideOf(after.reports);
  return {
    workload: first === undefined ? "" : workloadWords(first).join(" "),
    baseline,
    patched,
    differences: differencesOf(before.conditions, after.conditions),
    counts,
    times,
    warnings: [
      ...sideWarnings(baseline, "the baseline"),
      ...sideWarnings(patched, "the patched kernel"),
      ...disagreements.map(disagreementText),
      ...timeWarnings(times, before.reports, after.reports),
    ],
  };
}

function sideOf(reports: readonly Report[]): ComparedSide {
  const [verdict = "undecided", ...others] = new Set(reports.map((report) => report.verdict));
  return { verdict: others.length === 0 ? verdict : "mixed", reports };
}
