/**
 * Who pinned, as folded stacks: a line for each, from the thread's name over the outermost frame to the
 * innermost, and a number. Flame graphs are made of such lines.
 *
 * @module
 */

import type { StackEvent } from "../../recording/event.ts";

/** What the number behind a stack counts. */
export type StackWeight = "pages" | "calls";

/**
 * Folds stacks. Frames are functions, without the place in them; stacks that are the same then are one
 * line, and one without a weight, such as of calls that failed, is none.
 *
 * @example
 * ```ts
 * import { foldStacks } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const write = ["iov_iter_get_pages2+88", "ksys_write+107"];
 * const direct = ["gup_fast+5", ...write];
 * assertEquals(
 *   foldStacks([
 *     { kind: "stack", comm: "dd", frames: direct, calls: 3, pages: 512 },
 *     { kind: "stack", comm: "dd", frames: ["gup_fast+9", ...write], calls: 1, pages: 0 },
 *   ], "calls"),
 *   ["dd;ksys_write;iov_iter_get_pages2;gup_fast 4"],
 * );
 * ```
 */
export function foldStacks(
  stacks: Iterable<StackEvent>,
  weight: StackWeight = "pages",
): readonly string[] {
  const sums = new Map<string, number>();
  for (const stack of stacks) {
    if (stack[weight] === 0) continue;
    const line = [stack.comm, ...stack.frames.map(functionOf).reverse()].map(plain).join(";");
    sums.set(line, (sums.get(line) ?? 0) + stack[weight]);
  }
  return [...sums].map(([line, sum]) => `${line} ${sum}`).sort();
}

/** A frame without its place in the function. */
function functionOf(frame: string): string {
  return frame.replace(/\+(0x)?[\da-f]+$/, "");
}

/** What would be taken for the end of a frame, or of the line, is in no name of a function. */
function plain(name: string): string {
  return name.replaceAll(";", ":").replaceAll(/\p{Cc}/gu, "?");
}
