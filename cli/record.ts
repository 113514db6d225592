/**
 * Tracing into the folder of a recording.
 *
 * @module
 */

import { join } from "node:path";
import {
  encodeItem,
  MachineryError,
  type OverheadWish,
  Progress,
  RequestError,
  trace,
  VERSION,
  workloadBytes,
} from "../mod.ts";
import { LiveView } from "./live.ts";
import { complain, errorText, terminalColumns } from "./output.ts";
import {
  createRecording,
  RECORDING_FILES,
  recordingIn,
  type RecordingWriter,
} from "./recording_file.ts";
import { abortOnSignals } from "./signals.ts";
import { targetWish } from "./target_options.ts";
import { memoryWish, type WorkloadOptions } from "./workload_options.ts";

/** How a trace ended that did not fail. */
export interface Recorded {
  /** Whether the folder holds a recording. */
  readonly kept: boolean;
  /** The signal that stopped it, if one did. */
  readonly stoppedBy?: string;
}

/** What a trace can be asked for beside its workload. */
export interface RecordOptions {
  /** Whether it is one of several: where it runs need not be told again. */
  readonly isAnother?: boolean;
  /** What it is called where several run at the same time: what is told of it begins with that. */
  readonly label?: string;
  /** Has runs without probes take turns with the traced ones. */
  readonly overhead?: OverheadWish | undefined;
  /** Whether calls are counted by the stack that they come from. */
  readonly stacks?: boolean;
  /** Variables of bpftrace's environment. */
  readonly bpftraceEnvironment?: Readonly<Record<string, string>> | undefined;
}

/** The progress of a command, on this terminal. */
export function showProgress(quiet: boolean, label?: string): Progress {
  const begin = label === undefined ? "" : `${label}: `;
  return new Progress({
    write: (text) => Deno.stderr.writeSync(new TextEncoder().encode(begin + text)),
    now: () => performance.now(),
    // One line cannot show the phases of several.
    columns: label === undefined ? terminalColumns() : undefined,
    quiet,
  });
}

/** Shows what is seen while a trace runs; `undefined` where there is no terminal, or none is to be used. */
function showLive(progress: Progress, quiet: boolean): LiveView | undefined {
  if (quiet || terminalColumns() === undefined) return undefined;
  return new LiveView({
    tell: (event) => progress.tell(event),
    now: () => performance.now(),
  });
}

/**
 * Traces into a folder. A signal ends the trace in order; what was recorded until then is kept.
 *
 * @param created When it began, ISO 8601.
 */
export async function recordTo(
  directory: string,
  options: WorkloadOptions,
  created: string,
  { isAnother = false, label, overhead, stacks = false, bpftraceEnvironment }: RecordOptions = {},
): Promise<Recorded> {
  const bytes = workloadBytes(options.workload, options.size);
  await makeRecordingFolder(directory);
  const progress = showProgress(options.quiet ?? false, label);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = false;
  try {
    using live = showLive(progress, (options.quiet ?? false) || label !== undefined);
    const items = trace({
      ...targetWish(options, bytes, {
        log: join(directory, "kernel.log"),
        folder: directory,
        signal: abort.signal,
        onEvent: (event) => {
          // What is fetched before the boot takes the time that the network takes.
          if (event.kind === "phase") {
            timer ??= limitTime(
              options.timeout * (overhead?.rounds ?? 1) + observedSeconds(options),
              abort,
              progress,
            );
          }
          const isKnown = event.kind === "target" || event.kind === "accelerator";
          if (!isAnother || !isKnown) progress.tell(event);
          if (event.kind === "phase") live?.enter(event.name);
        },
      }),
      memory: memoryWish(options),
      workload: options.workload.wish,
      directory,
      created,
      headcount: VERSION,
      arguments: Deno.args,
      stacks,
      ...(options.quiet ?? false
        ? {}
        : { onOutput: (text: string) => progress.tell({ kind: "output", text }) }),
      ...(overhead === undefined ? {} : { overhead }),
      ...(bpftraceEnvironment === undefined ? {} : { bpftraceEnvironment }),
    });
    await using file = await createRecording(directory, options.zstd ?? false);
    for await (const item of items) {
      live?.add(item);
      await writeItem(file, encodeItem(item), directory);
      kept = true;
    }
    if (abort.signal.reason instanceof MachineryError) throw abort.signal.reason;
  } catch (error) {
    progress.finish();
    if (!kept) await removeIfEmpty(directory);
    else complain(`The recording so far is kept in "${directory}".`);
    if (typeof abort.signal.reason !== "string") throw error;
    complain(`Stopped by ${abort.signal.reason} in phase "${progress.phase}".`);
    return { kept: false, stoppedBy: abort.signal.reason };
  } finally {
    clearTimeout(timer);
    stopListening();
    progress.finish();
  }
  if (await recordingIn(directory).catch(() => undefined) === undefined) {
    throw new MachineryError(
      `The recording is gone: "${directory}" was removed while it was made; trace again, with --out in a folder that stays`,
    );
  }
  const { reason } = abort.signal;
  return typeof reason === "string" ? { kept, stoppedBy: reason } : { kept };
}

/** How long is observed what runs already. */
function observedSeconds({ workload: { wish } }: WorkloadOptions): number {
  return wish.kind === "process" || wish.kind === "machine" ? wish.seconds : 0;
}

/** Ends a trace that takes too long. */
export function limitTime(
  seconds: number,
  abort: AbortController,
  progress: Progress,
): ReturnType<typeof setTimeout> {
  return setTimeout(() => {
    abort.abort(
      new MachineryError(
        `No verdict within ${seconds} s (in phase "${progress.phase}"); --timeout takes more`,
      ),
    );
  }, seconds * 1000);
}

/** Writes a line of a recording. */
export async function writeItem(
  file: RecordingWriter,
  line: string,
  directory: string,
): Promise<void> {
  try {
    await file.write(line);
  } catch (error) {
    throw new MachineryError(
      `Cannot write the recording in "${directory}": ${
        errorText(error)
      }; --out takes another folder`,
    );
  }
}

/** Makes the folder of a recording. */
export async function makeRecordingFolder(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
  } catch (error) {
    throw new RequestError(
      `Cannot make the folder "${directory}" for the recording: ${errorText(error)}`,
    );
  }
  if (await recordingIn(directory) !== undefined) {
    throw new RequestError(
      `"${directory}" already holds a recording; give another folder to --out`,
    );
  }
}

/** A folder in which nothing was recorded is not left behind. */
export async function removeIfEmpty(directory: string): Promise<void> {
  const { plain, zstd } = RECORDING_FILES;
  try {
    // Without an item, a compressed one holds at most the beginnings of compression.
    if ((await Deno.stat(join(directory, plain)).catch(() => undefined))?.size) return;
    const left = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    const disposable: readonly string[] = ["kernel.log", "headcount.bt", plain, zstd];
    if (left.every((name) => disposable.includes(name))) {
      await Deno.remove(directory, { recursive: true });
    } else {
      for (const name of [plain, zstd]) {
        if (left.includes(name)) await Deno.remove(join(directory, name));
      }
    }
  } catch {
    // It was never made.
  }
}
