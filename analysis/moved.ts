/**
 * What the workload says it moved, against what was seen to be pinned for it.
 *
 * @module
 */

import type { Moved } from "./workload.ts";

/**
 * Whether calls took each page as often as system calls moved it: then no call of theirs went unseen.
 * A sum alone would not tell, since a page that was pinned and not moved could stand for an unseen one.
 *
 * @param tellsMoved Whether the workload tells of system calls that moved anything.
 * @returns `null` where it tells of none, as one that only registers a buffer.
 *
 * @example A call that is not in the recording
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { noneMoved } from "./workload.ts";
 *
 * const moved = noneMoved();
 * moved.add(0x7f0000200, 0x7f0000400, "moved", 1);
 * moved.add(0x7f0000300, 0x7f0000400, "taken", 1);
 * assertEquals(areAllMovedSeen(moved, true), false);
 * ```
 */
export function areAllMovedSeen(moved: Moved, tellsMoved: boolean): boolean | null {
  return tellsMoved ? moved.layers().every(({ sums }) => sums.taken === sums.moved) : null;
}
