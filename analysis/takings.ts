/**
 * How memory was taken, against how it was expected to be.
 *
 * @module
 */

import type { Taking } from "../recording/header.ts";
import { counted } from "./words.ts";

/** A way in which calls took memory. */
export interface SeenTaking extends Taking {
  /** How many calls did. */
  readonly calls: number;
}

/** What was expected of a workload, and what was seen. */
export interface Takings {
  /** What was expected; `undefined` where the recording does not say. */
  readonly expected: Taking | undefined;
  /** What was seen of calls in the buffer that succeeded. */
  readonly seen: readonly SeenTaking[];
}

/** All that there are; the fast walk's before those of the slow path. */
const TAKINGS: readonly Taking[] = (["fast", "fast-then-slow", "slow"] as const).flatMap((path) =>
  (["get", "pin"] as const).map((kind) => ({ path, kind }))
);

/** Calls by how they took memory, counted as they come. */
export class TakingCounts {
  readonly #calls = new Float64Array(TAKINGS.length);

  /** Counts a call. */
  add(path: Taking["path"], isPin: boolean): void {
    const index = (path === "fast" ? 0 : path === "fast-then-slow" ? 2 : 4) + (isPin ? 1 : 0);
    this.#calls[index] = (this.#calls[index] ?? 0) + 1;
  }

  /** Adds what others counted. */
  merge(other: TakingCounts): void {
    other.#calls.forEach((calls, i) => this.#calls[i] = (this.#calls[i] ?? 0) + calls);
  }

  /** What was seen at all. */
  seen(): readonly SeenTaking[] {
    return TAKINGS.map((taking, i) => ({ ...taking, calls: this.#calls[i] ?? 0 }))
      .filter(({ calls }) => calls > 0);
  }
}

/**
 * A way to take memory in words.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(takingText({ path: "fast-then-slow", kind: "pin" }), "fast-then-slow pin");
 * ```
 */
export function takingText({ path, kind }: Taking): string {
  return `${path} ${kind}`;
}

/**
 * What was seen in words: how many calls, too, where they were not alike.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const fast = { path: "fast", kind: "get", calls: 2 } as const;
 * assertEquals(seenText([fast]), "fast get");
 * assertEquals(
 *   seenText([fast, { path: "slow", kind: "get", calls: 1 }]),
 *   "fast get in 2 calls, slow get in 1 call",
 * );
 * assertEquals(seenText([]), "nothing");
 * ```
 */
export function seenText(seen: readonly SeenTaking[]): string {
  const [only, ...others] = seen;
  if (only === undefined) return "nothing";
  if (others.length === 0) return takingText(only);
  return seen.map((it) => `${takingText(it)} in ${counted(it.calls, "call")}`).join(", ");
}

/**
 * Says that memory was taken otherwise than expected; `undefined` where it was not, where nothing was
 * expected, and where nothing was seen, which the verdict says.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const expected = { path: "fast", kind: "get" } as const;
 * assertEquals(differenceOf({ expected, seen: [{ ...expected, calls: 3 }] }), undefined);
 * assertEquals(
 *   differenceOf({ expected, seen: [{ ...expected, kind: "pin", calls: 3 }] }),
 *   "The workload was expected to take memory by fast get: seen was fast pin.",
 * );
 * ```
 */
export function differenceOf({ expected, seen }: Takings): string | undefined {
  if (expected === undefined || seen.length === 0) return undefined;
  const { path, kind } = expected;
  if (seen.every((it) => it.path === path && it.kind === kind)) return undefined;
  return `The workload was expected to take memory by ${takingText(expected)}: seen was ` +
    `${seenText(seen)}.`;
}
