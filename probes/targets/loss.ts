/**
 * Why something failed that ran on a target.
 *
 * @module
 */

import type { Target } from "./target.ts";

/** What follows from a loss can be seen before the loss itself: it is waited for this long. */
const MOMENT_MS = 2000;

/**
 * The reason why a target was lost, where that is why something failed; else what failed. Where a target
 * goes away the streams of its commands break first.
 */
export async function lossOr(target: Target, failure: unknown): Promise<unknown> {
  const moment = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => moment.resolve(undefined), MOMENT_MS);
  const lost = await Promise.race([target.lost, moment.promise]);
  clearTimeout(timer);
  return lost ?? failure;
}
