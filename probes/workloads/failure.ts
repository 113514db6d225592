/**
 * How a workload that failed is told of.
 *
 * @module
 */

import { LackError, MachineryError } from "../failure.ts";

/** How a program of this folder ends that cannot do what it is for. */
const CANNOT = "exited with 1";
/** How one ends where the kernel cannot. */
const LACKS = "exited with 3";

/**
 * A workload that failed. One that cannot do what it is for says in one line why, such as what the kernel
 * lacks: that is the message, which recordings and matrices keep. More lines are evidence beside it.
 *
 * @param how What it did, as the end of a sentence.
 * @param said What it said on standard error.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { message, evidence } = workloadFailure("io-uring", "exited with 3", "the kernel has no CONFIG_IO_URING");
 * assertEquals([message, evidence], [
 *   'The workload "io-uring" failed: the kernel has no CONFIG_IO_URING',
 *   "",
 * ]);
 * ```
 */
export function workloadFailure(name: string, how: string, said: string): MachineryError {
  const isOneLine = said !== "" && !said.includes("\n");
  const message = `The workload "${name}" failed: ${said}`;
  if (isOneLine && how === LACKS) return new LackError(message);
  if (isOneLine && how === CANNOT) return new MachineryError(message);
  return new MachineryError(`The workload "${name}" failed: it ${how}`, said);
}
