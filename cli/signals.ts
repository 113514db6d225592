/**
 * What Ctrl-C does.
 *
 * @module
 */

import { EXIT_INTERRUPTED } from "./output.ts";

/** Within this time a second signal is the first one again: "deno task" passes on what both got. */
const SAME_MS = 500;

/**
 * Aborts at the first signal, with its name as the reason, so that all ends in order; a second one
 * ends headcount at once.
 *
 * @returns What stops listening.
 */
export function abortOnSignals(abort: AbortController): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let first: number | undefined;
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      const now = performance.now();
      if (first !== undefined && now - first > SAME_MS) Deno.exit(EXIT_INTERRUPTED);
      first ??= now;
      abort.abort(signal);
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
  };
}
