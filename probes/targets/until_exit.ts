/**
 * What a command prints, without what it leaves running.
 *
 * @module
 */

/** A pause after which nothing is on its way any more that a command printed before it ended. */
const PAUSE_MILLISECONDS = 300;

/** What is left in the background may print without a pause. */
const MOST_MILLISECONDS = 3000;

/**
 * Yields what a command prints, to the end of the stream; where a process that it leaves in the
 * background keeps that open, until soon after the command's own end.
 *
 * @param exit Settles when the command has ended.
 *
 * @example Something keeps the stream open
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const printed = new ReadableStream<Uint8Array>({
 *   start(controller) {
 *     controller.enqueue(new TextEncoder().encode("done\n"));
 *   },
 * });
 * const read = await Array.fromAsync(untilExit(printed, Promise.resolve(0)));
 * assertEquals(read.map((bytes) => new TextDecoder().decode(bytes)), ["done\n"]);
 * ```
 */
export async function* untilExit(
  stream: ReadableStream<Uint8Array>,
  exit: Promise<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  let endedAt: number | undefined;
  const ended = exit.catch(() => {}).then(() => void (endedAt = performance.now()));
  try {
    while (endedAt === undefined || performance.now() - endedAt < MOST_MILLISECONDS) {
      const reading = reader.read();
      const next = await Promise.race([reading, ended]) ?? await unlessPause(reading);
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel();
  }
}

/** What is read, or nothing where that takes longer than a pause. */
async function unlessPause<T>(reading: Promise<T>): Promise<T | undefined> {
  const pause = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => pause.resolve(undefined), PAUSE_MILLISECONDS);
  try {
    return await Promise.race([reading, pause.promise]);
  } finally {
    clearTimeout(timer);
  }
}
