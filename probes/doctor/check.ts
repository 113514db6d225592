/**
 * What a check is.
 *
 * @module
 */

/** How a check came out. */
export type CheckState =
  /** All is well. */
  | "ok"
  /** Traces run, but not all of them, or not with all that they could tell. */
  | "warn"
  /** `trace` does not run here, or could come to no verdict. */
  | "fail"
  /** It is not asked here, or cannot be told. */
  | "skip";

/** One precondition of tracing. */
export interface Check {
  /** What is looked at, in a word or two. */
  readonly name: string;
  /** How it came out. */
  readonly state: CheckState;
  /** What was found. */
  readonly found: string;
  /** What to do, where there is something to be done. */
  readonly remedy?: string;
}

/** A check that came out well. */
export function ok(name: string, found: string): Check {
  return { name, state: "ok", found };
}

/** A check that did not: `warn` or `fail`. */
export function amiss(
  name: string,
  state: "warn" | "fail",
  found: string,
  remedy: string,
): Check {
  return { name, state, found, remedy };
}

/** A check that is not asked here, or cannot be told. */
export function skipped(name: string, found: string): Check {
  return { name, state: "skip", found };
}
