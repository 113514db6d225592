/**
 * Ranges of user memory: which calls touched the buffer that the workload pinned.
 *
 * @module
 */

import type { WorkloadReady } from "../recording/event.ts";
import type { CallParts, Collected } from "./calls.ts";
import { pageIndex } from "./leaves.ts";

/** Calls by where they touch the workload's buffer. */
export interface PlacedCalls {
  /** Their whole range lies in a buffer. */
  readonly inside: readonly CallParts[];
  /** How many touch none: futexes and other buffers are pinned by the same function. */
  readonly outside: number;
  /** How many reach over a border. */
  readonly straddling: number;
}

/**
 * Sorts calls by where they touch the workload's buffers. Where no buffer is known, all are inside;
 * calls whose end is not in the recording are nowhere, since their range is not known.
 *
 * @example No buffer is known
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const event = {
 *   kind: "call", tid: 7, call: 1, at: 1000, ns: 900, address: "0x7f0000200000",
 *   asked: 1, flags: 1, returned: 1, lookups: 0, realLookups: 0,
 * } as const;
 * const none = { runs: [], leaves: [], undos: [], puts: [] };
 * const call = { tid: 7, call: 1, event, ...none, refused: 0 };
 * assertEquals(placeCalls([call], [], 4096), { inside: [call], outside: 0, straddling: 0 });
 * ```
 */
export function placeCalls(
  calls: readonly CallParts[],
  buffers: Collected["workload"]["buffers"],
  pageBytes: number,
): PlacedCalls {
  const inside: CallParts[] = [];
  const others = { outside: 0, straddling: 0 };
  for (const parts of calls) {
    if (parts.event === undefined) continue;
    const first = pageIndex(parts.event.address, pageBytes);
    const place = buffers.length === 0
      ? "inside"
      : placeOf(first, first + parts.event.asked, buffers, pageBytes);
    if (place === "inside") inside.push(parts);
    else others[place]++;
  }
  return { inside, ...others };
}

function placeOf(
  first: number,
  end: number,
  buffers: readonly WorkloadReady[],
  pageBytes: number,
): "inside" | "outside" | "straddling" {
  let place: "outside" | "straddling" = "outside";
  for (const { address, bytes } of buffers) {
    const from = pageIndex(address, pageBytes);
    const last = BigInt(address) + BigInt(bytes + pageBytes - 1);
    const to = pageIndex(`0x${last.toString(16)}`, pageBytes);
    if (from <= first && end <= to) return "inside";
    if (first < to && from < end) place = "straddling";
  }
  return place;
}
