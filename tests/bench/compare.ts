/**
 * How often a comparison sees a difference where there is none, and how often one of 5 % where there is.
 *
 * Times are drawn from those that real recordings tell, from runs without probes: in stretches that follow each
 * other, as a run's times do, and shuffled. Nothing is measured anew.
 *
 * @module
 */

import { compareTimes, type Report, type SampledTimes, summarize } from "headcount";
import { readReport } from "../../cli/recording_file.ts";
import { fileURLToPath } from "node:url";
import { RECORDINGS } from "../support/fixture.ts";
import type { BenchOptions, BenchResult, Target } from "./result.ts";

/** Recordings of long series, of the kernel without the change and with it. */
const SERIES = ["series-linux-5.10", "series-linux-5.10-rfc"];

/** Runs a side, and repeats of each: as trace makes them with `-r 10` and three rounds. */
const RUNS = 3;
const REPEATS = 10;

/** A shift that is to be found. */
const SHIFT = 1.05;

/** Draws comparisons, and counts what they see. */
export async function benchCompare(options: BenchOptions): Promise<BenchResult> {
  const draws = Number(options["rounds"] ?? 1000);
  const chance = chanceOf(Number(options["seed"] ?? 1));
  const reports = await Promise.all(
    SERIES.map((name) => readReport(fileURLToPath(new URL(name, RECORDINGS)))),
  );
  const rows: string[][] = [];
  const targets: Target[] = [];
  const skipped: string[] = [];
  for (const [i, report] of reports.entries()) {
    for (const { part, probes, runs } of report.times ?? []) {
      if (probes || (part !== "get" && part !== "put")) continue;
      const what = `${SERIES[i]} ${part}`;
      const quiet = quietest(runs);
      const found = {
        stretches: share(draws, () => twoSides(chance, stretches(chance, runs), 1)),
        shuffled: share(draws, () => twoSides(chance, shuffled(chance, runs.flat()), 1)),
        shift: share(draws, () => twoSides(chance, drawn(chance, quiet), SHIFT)),
      };
      rows.push([
        what,
        ...[spreadOf(runs.flat()), spreadOf(quiet)].map(percent),
        ...[found.stretches, found.shuffled, found.shift].map(percent),
      ]);
      targets.push(
        {
          name: `${what}: seen where there is none, in stretches`,
          limit: 0.05,
          value: found.stretches,
        },
        { name: `${what}: seen where there is none, shuffled`, limit: 0.05, value: found.shuffled },
      );
      if (spreadOf(quiet) < SHIFT - 1) {
        targets.push(
          {
            name: `${what}: 5 % overlooked in 30 quiet samples`,
            limit: 0.3,
            value: 1 - found.shift,
          },
        );
      } else {
        skipped.push(`${what}: even its quietest repeats spread by ${percent(spreadOf(quiet))}`);
      }
    }
  }
  return {
    title:
      `Differences that are seen in ${draws} comparisons of ${RUNS} runs of ${REPEATS} repeats a ` +
      "side, drawn from real ones",
    columns: [
      ...["", "spread", "quiet spread", "none, in stretches", "none, shuffled", "5 % shift, quiet"],
    ],
    rows,
    measured: { draws, rows },
    targets,
    skipped,
  };
}

/** Runs for both sides. */
type Drawn = readonly (readonly number[])[];

/** Whether a comparison of two sides sees a difference, the second one's times multiplied. */
function twoSides(chance: () => number, runs: Drawn, factor: number): boolean {
  const mixed = shuffle(chance, runs);
  const side = (from: number, by: number): Report[] => [
    reportOf(mixed.slice(from, from + RUNS).map((ns) => ns.map((it) => it * by))),
  ];
  const [[times] = []] = compareTimes([{ baseline: side(0, 1), patched: side(RUNS, factor) }]);
  return times?.outcome === "shorter" || times?.outcome === "longer";
}

/** A report that has nothing but times. */
function reportOf(runs: Drawn): Report {
  const times: readonly SampledTimes[] = [{ part: "get", probes: false, runs }];
  return { times, callTime: null } as Partial<Report> as Report;
}

/** Stretches of repeats that follow each other, none of which overlap. */
function stretches(chance: () => number, runs: Drawn): Drawn {
  const all = runs.flatMap((ns) => {
    const start = Math.floor(chance() * REPEATS);
    return Array.from(
      { length: Math.floor((ns.length - start) / REPEATS) },
      (_, i) => ns.slice(start + i * REPEATS, start + (i + 1) * REPEATS),
    );
  });
  return shuffle(chance, all).slice(0, 2 * RUNS);
}

/** Repeats in any order. */
function shuffled(chance: () => number, ns: readonly number[]): Drawn {
  const mixed = shuffle(chance, ns);
  return Array.from({ length: 2 * RUNS }, (_, i) => mixed.slice(i * REPEATS, (i + 1) * REPEATS));
}

/** Repeats of one stretch, each perhaps several times. */
function drawn(chance: () => number, ns: readonly number[]): Drawn {
  return Array.from(
    { length: 2 * RUNS },
    () => Array.from({ length: REPEATS }, () => ns[Math.floor(chance() * ns.length)] ?? 0),
  );
}

/** The stretch of 30 repeats with the least spread: what the machine does when it is left alone. */
function quietest(runs: Drawn): readonly number[] {
  const length = RUNS * REPEATS;
  const all = runs.flatMap((ns) =>
    Array.from({ length: Math.max(0, ns.length - length + 1) }, (_, i) => ns.slice(i, i + length))
  );
  return all.toSorted((a, b) => spreadOf(a) - spreadOf(b))[0] ?? runs.flat();
}

/** What the middle half of some times spans, of their median. */
function spreadOf(ns: readonly number[]): number {
  const { lower, median, upper } = summarize(ns) ?? { lower: 0, median: 1, upper: 0 };
  return (upper - lower) / median;
}

function share(draws: number, draw: () => boolean): number {
  let seen = 0;
  for (let i = 0; i < draws; i++) if (draw()) seen++;
  return seen / draws;
}

function shuffle<T>(chance: () => number, values: readonly T[]): T[] {
  return values.map((value) => ({ value, key: chance() })).sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** Numbers from 0 to 1 that are the same for the same seed: a generator of Marsaglia's. */
function chanceOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
