/**
 * What the workload says it moved, against what was seen to be pinned for it.
 *
 * @module
 */

import type { CallEvent, WorkloadRepeat, WorkloadSyscall } from "../recording/event.ts";
import { pageIndex } from "./leaves.ts";
import { layers, type Weight } from "./spans.ts";

/**
 * Whether calls took each page as often as system calls moved it: then no call of theirs went unseen.
 * A sum alone would not tell, since a page that was pinned and not moved could stand for an unseen one.
 *
 * @returns `null` where the workload tells of none that moved any, as one that only registers a buffer.
 *
 * @example A call that is not in the recording
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const seen = {
 *   kind: "call", tid: 7, call: 2, at: 1000, ns: 900, address: "0x7f0000300000",
 *   asked: 256, flags: 0, returned: 256, lookups: 0, realLookups: 0,
 * } as const;
 * const write = {
 *   step: "syscall", name: "pwrite", address: "0x7f0000200000", bytes: 2 ** 21, result: 2 ** 21,
 * } as const;
 * assertEquals(areAllMovedSeen([seen], [write], 4096), false);
 * ```
 */
export function areAllMovedSeen(
  calls: readonly CallEvent[],
  syscalls: readonly (WorkloadSyscall | WorkloadRepeat)[],
  pageBytes: number,
): boolean | null {
  if (syscalls.every(({ result }) => result <= 0)) return null;
  const weights: Weight<"taken" | "moved">[] = [];
  for (const { address, returned } of calls) {
    const from = pageIndex(address, pageBytes);
    if (returned > 0) weights.push({ from, to: from + returned, name: "taken", amount: 1 });
  }
  for (const { address, result } of syscalls) {
    const from = pageIndex(address, pageBytes);
    if (result <= 0) continue;
    const last = BigInt(address) + BigInt(result - 1);
    const to = pageIndex(`0x${last.toString(16)}`, pageBytes) + 1;
    weights.push({ from, to, name: "moved", amount: 1 });
  }
  for (const { sums } of layers(weights, { taken: 0, moved: 0 })) {
    if (sums.taken !== sums.moved) return false;
  }
  return true;
}
