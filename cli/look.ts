/**
 * Looking at a target without tracing it: for a limited time, told on the way, and ended by a signal.
 *
 * @module
 */

import { MachineryError, type ProgressEvent } from "../mod.ts";
import { complain, EXIT_INTERRUPTED } from "./output.ts";
import { showProgress } from "./record.ts";
import { abortOnSignals } from "./signals.ts";
import type { TargetOptions } from "./target_options.ts";

/** What a look is given. */
export interface LookRun {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told of every step. */
  readonly onEvent: (event: ProgressEvent) => void;
}

/**
 * Looks, and gives the exit code of what is printed of it.
 *
 * @param aim What there would be in the end, such as `plan`.
 */
export async function look<Seen>(
  { quiet, timeout }: Pick<TargetOptions, "quiet" | "timeout">,
  aim: string,
  see: (run: LookRun) => Promise<Seen>,
  print: (seen: Seen) => Promise<number>,
): Promise<number> {
  const progress = showProgress(quiet ?? false);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  const timer = setTimeout(() => {
    abort.abort(new MachineryError(`No ${aim} within ${timeout} s; --timeout takes more`));
  }, timeout * 1000);
  try {
    const onEvent = progress.tell.bind(progress);
    const seen = await see({ signal: abort.signal, onEvent });
    progress.finish();
    return await print(seen);
  } catch (error) {
    if (typeof abort.signal.reason !== "string") throw error;
    complain(`Stopped by ${abort.signal.reason} in phase "${progress.phase}".`);
    return EXIT_INTERRUPTED;
  } finally {
    progress.finish();
    clearTimeout(timer);
    stopListening();
  }
}
