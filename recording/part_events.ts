/**
 * What a call's own line tells of a run or a leaf, as events of their own. They are copied field by field:
 * `...` would take several times as long.
 *
 * @module
 */

import type { CallKey, CallLeaf, CallRun, LeafEvent, RunEvent } from "./event.ts";

/**
 * A run as an event.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const run = {
 *   path: "fast", role: "grabOne", pfn: 1000, head: 1000, order: 0, count: 1, refs: 1, step: 1,
 * } as const;
 * assertEquals(runEvent({ tid: 7, call: 1 }, run), { kind: "run", tid: 7, call: 1, ...run });
 * ```
 */
export function runEvent({ tid, call }: CallKey, run: CallRun): RunEvent {
  const { path, role, pfn, head, order, count, refs, step, refcount } = run;
  return refcount === undefined
    ? { kind: "run", tid, call, path, role, pfn, head, order, count, refs, step }
    : { kind: "run", tid, call, path, role, pfn, head, order, count, refs, step, refcount };
}

/**
 * A leaf as an event.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const leaf = { level: "pmd", address: "0x7f0000200000", pages: 512, taken: true } as const;
 * assertEquals(leafEvent({ tid: 7, call: 1 }, leaf), { kind: "leaf", tid: 7, call: 1, ...leaf });
 * ```
 */
export function leafEvent({ tid, call }: CallKey, leaf: CallLeaf): LeafEvent {
  const { level, address, pages, taken } = leaf;
  // Those of ordinary leaf functions are the many.
  return level !== undefined && taken !== undefined
    ? { kind: "leaf", tid, call, level, address, pages, taken }
    : { kind: "leaf", tid, call, ...leaf };
}
