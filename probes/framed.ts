/**
 * A command whose streams come with words about it between: the process's number, its exit code, and
 * where its output ends.
 *
 * @module
 */

import type { AgentLine, CommandBytes } from "./frame.ts";
import type { Process } from "./targets/target.ts";

/** What comes out of a stream: the command's bytes, and what is said of it. */
export type Parts = AsyncGenerator<AgentLine | CommandBytes>;

/** A command and its two streams. */
export interface FramedCommand {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Its standard output, up to a line `end`. */
  readonly output: Promise<Parts>;
  /** Its standard error, with the lines `pid NUMBER` and, at the end, `exit CODE`. */
  readonly errors: Promise<Parts>;
  /** What it means that the streams end without that, as in "The guest is gone". */
  readonly gone: () => string;
}

/** What is known of it. */
export interface FramedProcess extends Pick<Process, "pid" | "exit" | "stdout" | "stderr"> {
  /** Settles when both streams have been read to their ends; rejects where they break. */
  readonly read: Promise<void>;
  /** Whether it has ended: by then its number may be somebody else's. */
  hasEnded(): boolean;
}

/** Takes the words about a command out of its streams. */
export function framedProcess(
  { command, output, errors, gone }: FramedCommand,
): FramedProcess {
  const pid = Promise.withResolvers<number>();
  const exit = Promise.withResolvers<number>();
  // Not everybody who runs a command asks for both.
  pid.promise.catch(() => {});
  exit.promise.catch(() => {});
  let ended = false;
  exit.promise.finally(() => ended = true).catch(() => {});
  const stdout = commandStream(output, (line) => line === "end");
  const stderr = commandStream(errors, (line) => {
    const [word, number = ""] = line.split(" ");
    if (word !== "pid" && word !== "exit") return false;
    const told = word === "pid" ? pid : exit;
    if (/^\d{1,9}$/.test(number)) told.resolve(Number(number));
    else told.reject(new Error(`"${command.join(" ")}" has no result: its ${word} is "${number}"`));
    return word === "exit";
  });
  const told = command.join(" ");
  const read = Promise.all([stdout.ended, stderr.ended]).then(() => {
    pid.reject(new Error(`"${told}" was not started: ${gone()}`));
    exit.reject(new Error(`${gone()}: "${told}" has no result`));
  }, (reason: unknown) => {
    const why = reason instanceof Error ? reason.message : String(reason);
    const error = new Error(`"${told}" has no result: ${why}`, { cause: reason });
    pid.reject(error);
    exit.reject(error);
    throw error;
  });
  read.catch(() => {});
  return {
    pid: pid.promise,
    exit: exit.promise,
    stdout: stdout.stream,
    stderr: stderr.stream,
    read,
    hasEnded: () => ended,
  };
}

/** One stream of a command: its bytes, and a promise for its last line. */
function commandStream(
  parts: Promise<Parts>,
  isLast: (line: string) => boolean,
): { stream: ReadableStream<Uint8Array>; ended: Promise<void> } {
  const ended = Promise.withResolvers<void>();
  let isUnwanted = false;
  let isOver = false;
  let reading: Promise<void> | undefined;
  /** Reads to the next bytes that somebody wants, or to the end. */
  const read = async (controller?: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      while (true) {
        const { value, done } = await (await parts).next();
        if (done || (value.kind === "line" && isLast(value.text))) {
          isOver = true;
          if (!isUnwanted) controller?.close();
          ended.resolve();
          return;
        }
        if (value.kind === "bytes" && !isUnwanted) {
          controller?.enqueue(value.bytes);
          return;
        }
      }
    } catch (error) {
      isOver = true;
      controller?.error(error);
      ended.reject(error);
    }
  };
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      reading = read(controller);
      await reading;
      reading = undefined;
    },
    // Nobody wants the rest, but it must be read to the command's end, and no further: another
    // command's may follow.
    async cancel() {
      isUnwanted = true;
      await reading;
      if (!isOver) await read();
    },
  });
  ended.promise.catch(() => {});
  return { stream, ended: ended.promise };
}
