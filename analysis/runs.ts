/**
 * Runs of grabs: added up, and cut where a leaf ends.
 *
 * @module
 */

import type { RunEvent } from "../recording/event.ts";

/**
 * How many grabs the runs hold.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(grabsIn([{ count: 512 }, { count: 1 }]), 513);
 * ```
 */
export function grabsIn(runs: readonly Pick<RunEvent, "count">[]): number {
  let sum = 0;
  for (const { count } of runs) sum += count;
  return sum;
}

/**
 * How many references the runs added.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(refsIn([{ count: 2, refs: 256 }, { count: 1, refs: 1 }]), 513);
 * ```
 */
export function refsIn(runs: readonly Pick<RunEvent, "count" | "refs">[]): number {
  let sum = 0;
  for (const { count, refs } of runs) sum += count * refs;
  return sum;
}

/**
 * Cuts a run at a page: grabs that name an earlier page, and the rest.
 *
 * @example A run of single pages that crosses a 2 MiB border
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [before, after] = cutRun(
 *   {
 *     kind: "run", tid: 7, call: 1, path: "fast", role: "grabOne",
 *     pfn: 1000, head: 1000, order: 0, count: 32, refs: 1, step: 1,
 *   },
 *   1024,
 * );
 * assertEquals([before?.count, after?.pfn, after?.head, after?.count], [24, 1024, 1024, 8]);
 * ```
 */
export function cutRun(
  run: RunEvent,
  pfn: number,
): readonly [before: RunEvent | undefined, after: RunEvent | undefined] {
  if (pfn <= run.pfn) return [undefined, run];
  if (run.step === 0) return [run, undefined];
  const before = Math.ceil((pfn - run.pfn) / run.step);
  if (before >= run.count) return [run, undefined];
  const ahead = before * run.step;
  return [
    { ...run, count: before },
    {
      ...run,
      pfn: run.pfn + ahead,
      // Grabs on order-0 pages have a head each; all others share theirs.
      head: run.order === 0 ? run.head + ahead : run.head,
      count: run.count - before,
    },
  ];
}
