/**
 * Waiting that a signal ends.
 *
 * @module
 */

import { MachineryError } from "./failure.ts";

/** Waits for a promise, but no longer than until the signal. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    const { reason } = signal;
    aborted.reject(reason instanceof Error ? reason : new MachineryError(`Stopped by ${reason}`));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
