/**
 * What the parts of a mail have in common.
 *
 * @module
 */

import type { ComparedWorkload } from "../compare/compare.ts";
import type { Report } from "./report.ts";

/** Columns of a mail's line: quoted twice more, a line of it has no more than 80. */
export const MAIL_WIDTH = 72;

/** Columns of a histogram. */
export const BARS_WIDTH = 64;

/** What is left to a line after the blank that it begins with. */
export const ROOM: number = MAIL_WIDTH - 1;

/** What is in a mail. */
export interface Letter {
  readonly workloads: readonly ComparedWorkload[];
  /** Whether it tells of one kernel only. */
  readonly isAlone: boolean;
  /** Whether times are an emulator's, and not asked for. */
  readonly withheld: boolean;
}

/** All reports that a mail is about. */
export function reportsOf({ workloads, isAlone }: Letter): readonly Report[] {
  return workloads.flatMap(({ baseline, patched }) => [
    ...baseline.reports,
    ...(isAlone ? [] : patched.reports),
  ]);
}

/** Where there are several workloads they are numbered. */
export function numbered(text: string, { workloads }: Letter, i: number): string {
  return workloads.length === 1 ? text : `(${i + 1}) ${text}`;
}

/** Whether a workload tells times without probes: then those with probes are left out. */
export function hasUntraced({ times }: ComparedWorkload): boolean {
  return times.some(({ probes }) => !probes);
}
