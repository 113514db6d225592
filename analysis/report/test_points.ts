/**
 * A series as tests: a suite for each kernel, a test for each of its cells.
 *
 * @module
 */

import { expectVerdict } from "../expectation.ts";
import { alignName, cellOutcome, type SeriesRow } from "../series.ts";
import { lowerFirst } from "../words.ts";
import { measuredWords } from "./series_text.ts";

/** A test and what came of it. */
export interface TestPoint {
  /** What it is called in its suite. */
  readonly name: string;
  /**
   * `skip` where it could not be tried there, `error` where something broke before there was an
   * answer.
   */
  readonly outcome: "ok" | "not ok" | "skip" | "error";
  /** Why it is not ok, or was skipped; what was seen, where it is. */
  readonly why: string;
  /** What was measured; absent where nothing was. */
  readonly measured?: string;
}

/** Tests that belong together. */
export interface TestSuite {
  /** What they have in common. */
  readonly name: string;
  /** The tests. */
  readonly points: readonly TestPoint[];
}

/**
 * The tests of a series. A cell is a test: ok where it has a verdict, and where one is expected that one.
 *
 * @example
 * ```ts
 * import { seriesSuites } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const cell = { kernel: "6.12", alignBytes: 2 ** 21, batch: 512 };
 * assertEquals(seriesSuites([{ ...cell, kind: "lacking", why: "no CONFIG_GUP_TEST" }]), [{
 *   name: "6.12",
 *   points: [{ name: "align 2M, batch 512", outcome: "skip", why: "no CONFIG_GUP_TEST" }],
 * }]);
 * ```
 */
export function seriesSuites(rows: readonly SeriesRow[]): readonly TestSuite[] {
  const kernels = [...new Set(rows.map(({ kernel }) => kernel))];
  return kernels.map((name) => ({
    name,
    points: rows.filter(({ kernel }) => kernel === name).map(pointOf),
  }));
}

function pointOf(row: SeriesRow): TestPoint {
  const name = `align ${alignName(row.alignBytes)}, batch ${row.batch}`;
  if (row.kind !== "measured") {
    return { name, outcome: row.kind === "lacking" ? "skip" : "error", why: row.why };
  }
  const measured = measuredWords(row);
  const { release, expected } = row;
  const [first = "", ...others] = row.reasons;
  const seen = `${release}: ${row.verdict}: ${[lowerFirst(first), ...others].join(" ")}`;
  const outcome = cellOutcome(row);
  if (outcome === "ok") return { name, outcome, why: seen, measured };
  return outcome === "unexpected"
    ? {
      name,
      outcome: "not ok",
      why: expectVerdict(expected ?? [], { ...row, kernel: { release } }).sentence,
      measured,
    }
    : { name, outcome: "error", why: seen, measured };
}
