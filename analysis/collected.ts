/**
 * What is known of a recording's events beside its calls.
 *
 * @module
 */

import type { RefcountEvent } from "../recording/event.ts";
import type { StreamSums } from "./stream_sums.ts";

/** A BPF helper that failed, and how often. */
export interface HelperFailure {
  /** Name of the helper. */
  readonly helper: string;
  /** Negative errno. */
  readonly code: number;
  /** How often it did. */
  readonly times: number;
}

/** Calls of which more or less came than their own events tell of. */
export interface PartCounts {
  /** Calls that lack some. */
  readonly lacking: number;
  /** Events and puts beyond what their calls tell of. */
  readonly surplus: number;
}

/** What is known of a recording's events beside its calls. */
export interface Collected {
  /** What the page_ref tracepoints saw, by pfn. */
  readonly refcounts: readonly RefcountEvent[];
  readonly sums: StreamSums;
  /** Events that the tracer's buffer dropped. */
  readonly lost: number;
  /** Lines that could not be understood. */
  readonly unreadable: number;
  /** Calls with grabs or leaves but no end. */
  readonly orphans: number;
  /** Ends of calls that came more than once. */
  readonly duplicates: number;
  /** Whether calls have what they tell of; `undefined` where none tells. */
  readonly parts: PartCounts | undefined;
  /** Puts by threads that made no call. */
  readonly putsByOthers: number;
  readonly helperFailures: readonly HelperFailure[];
}
