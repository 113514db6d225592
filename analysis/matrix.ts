/**
 * Reports on several kernels -> one row each.
 *
 * @module
 */

import type { RoleName } from "../recording/header.ts";
import type { Report, ReportTotals } from "./report/report.ts";
import type { PutSide } from "./put_side.ts";
import type { VerdictKind } from "./verdict.ts";

/** What a kernel did with the same workload as the others. */
export interface TracedRow {
  /** What it is. */
  readonly kind: "traced";
  /** What the kernel was called. */
  readonly name: string;
  /** Its release. */
  readonly release: string;
  /** Functions that were found, by role. */
  readonly functions: Readonly<Partial<Record<RoleName, string>>>;
  /** Sums over the judged calls. */
  readonly totals: ReportTotals;
  /** What was given back. */
  readonly putSide: PutSide;
  /** The answer. */
  readonly verdict: VerdictKind;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
}

/** A kernel that gave no report. */
export interface FailedRow {
  /** What it is. */
  readonly kind: "failed";
  /** What the kernel was called. */
  readonly name: string;
  /** What went wrong. */
  readonly why: string;
}

/** A row of a matrix. */
export type MatrixRow = TracedRow | FailedRow;

/**
 * Takes from a report what a matrix shows of it.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, matrixRow, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const row = matrixRow("7.3", await analyze(decodeItems(splitLines(file.readable))));
 * assertEquals([row.verdict, row.functions.grabBatch], ["once", "try_grab_folio_fast"]);
 * ```
 */
export function matrixRow(name: string, report: Report): TracedRow {
  const functions = Object.entries(report.roles).flatMap(([role, it]) =>
    it.function === null ? [] : [[role, it.function] as const]
  );
  return {
    kind: "traced",
    name,
    release: report.kernel.release,
    functions: Object.fromEntries(functions),
    totals: report.totals,
    putSide: report.putSide,
    verdict: report.verdict,
    reasons: report.reasons,
  };
}
