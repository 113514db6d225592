/**
 * The last line of a recording: what is missing from it, and what was counted beside the stream.
 *
 * @module
 */

/** Sums that the probes kept in the kernel, independently of the event stream. */
export interface KernelTotals {
  /** Calls that were entered. */
  readonly entered: number;
  /** Calls that returned. */
  readonly calls: number;
  /** Pages returned by calls that succeeded. */
  readonly pages: number;
  /** Successful grabs, both paths. */
  readonly grabs: number;
  /** References that they added. */
  readonly refs: number;
  /** `get_dev_pagemap()` calls inside calls, of the slow path alone included. */
  readonly lookups: number;
  /** Those that were real look-ups. */
  readonly realLookups: number;
  /** Puts, undone grabs included; this and what follows is absent where no put is probed. */
  readonly puts?: number;
  /** References that they took. */
  readonly putRefs?: number;
}

/** Changes of the kernel's own pin counters in `/proc/vmstat` while the workload ran. */
export interface PinCounters {
  /** `nr_foll_pin_acquired`. */
  readonly acquired: number;
  /** `nr_foll_pin_released`. */
  readonly released: number;
}

/** How the session ended. */
export type SessionEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "interrupted"; readonly signal: string }
  | { readonly kind: "failed"; readonly what: string };

/** The last line of a recording. A recording without it was cut off. */
export interface Footer {
  /** What it is. */
  readonly kind: "footer";
  /** How the session ended. */
  readonly end: SessionEnd;
  /** Absent where the tracer could not report them any more. */
  readonly totals?: KernelTotals;
  /** Runs of probes that the kernel skipped because of recursion; absent where it does not tell. */
  readonly missed?: number;
  /** Absent where `/proc/vmstat` lacks the counters. */
  readonly pins?: PinCounters;
  /** Exit code of the workload; absent where it did not end by itself. */
  readonly workloadExit?: number;
}
