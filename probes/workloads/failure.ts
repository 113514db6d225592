/**
 * How a workload that failed is told of.
 *
 * @module
 */

import { LackError, MachineryError } from "../failure.ts";

/** How a program of this folder ends that cannot do what it is for. */
const CANNOT = "exited with 1";
/** How one ends where the kernel cannot: EX_UNAVAILABLE of sysexits.h, see libc.ts. */
const LACKS = "exited with 69";

/**
 * A workload that failed. One that cannot do what it is for says in one line why, such as what the kernel
 * lacks: that is the message, which recordings and matrices keep. More lines are evidence beside it.
 *
 * What others' programs mean by their codes and lines is not known: of these all is evidence.
 *
 * @param how What it did, as the end of a sentence.
 * @param said What it said on standard error.
 * @param isOwn Whether it is a command of the user's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { message, evidence } = workloadFailure("io-uring", "exited with 69", "the kernel has no CONFIG_IO_URING");
 * assertEquals([message, evidence], [
 *   'The workload "io-uring" failed: the kernel has no CONFIG_IO_URING',
 *   "",
 * ]);
 * ```
 */
export function workloadFailure(
  name: string,
  how: string,
  said: string,
  isOwn = false,
): MachineryError {
  const isOneLine = !isOwn && said !== "" && !said.includes("\n");
  const message = `The workload "${name}" failed: ${said}`;
  if (isOneLine && how === LACKS) return new LackError(message);
  if (isOneLine && how === CANNOT) return new MachineryError(message);
  return new MachineryError(`The workload "${name}" failed: it ${how}`, said);
}
