/**
 * Reports on several machines -> one row each, and what they add up to.
 *
 * @module
 */

import { type MergedSums, mergeSums, NO_RECORDINGS, sumsOf } from "./merged.ts";
import type { Report } from "./report/report.ts";
import type { VerdictKind } from "./verdict.ts";

/** What a machine did with the same workload as the others. */
export interface TracedHost {
  /** What it is. */
  readonly kind: "traced";
  /** What the machine is called. */
  readonly host: string;
  /** Release of its kernel. */
  readonly release: string;
  /** The answer. */
  readonly verdict: VerdictKind;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
  /** Sums over its judged calls. */
  readonly sums: MergedSums;
}

/** A machine that gave no report. */
export interface FailedHost {
  /** What it is. */
  readonly kind: "failed";
  /** What the machine is called. */
  readonly host: string;
  /** What went wrong. */
  readonly why: string;
}

/** A machine of several. */
export type HostRow = TracedHost | FailedHost;

/**
 * Takes from a report what a table of machines shows of it.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, hostRow, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const row = hostRow("box", await analyze(decodeItems(splitLines(file.readable))));
 * assertEquals([row.host, row.verdict, row.sums.totals.grabs], ["box", "once", 3]);
 * ```
 */
export function hostRow(host: string, report: Report): TracedHost {
  const { kernel, verdict, reasons } = report;
  return {
    kind: "traced",
    host,
    release: kernel.release,
    verdict,
    reasons,
    sums: sumsOf(report),
  };
}

/**
 * What all machines that gave a report add up to.
 *
 * @example
 * ```ts
 * import { NO_RECORDINGS, sumsOfHosts } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sumsOfHosts([{ kind: "failed", host: "box", why: "no route" }]), NO_RECORDINGS);
 * ```
 */
export function sumsOfHosts(rows: readonly HostRow[]): MergedSums {
  return rows.flatMap((row) => row.kind === "traced" ? [row.sums] : [])
    .reduce(mergeSums, NO_RECORDINGS);
}
