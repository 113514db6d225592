/**
 * The control experiment: the same workload on one kind of memory after the other, on one target.
 *
 * @module
 */

import type { RecordingItem } from "../recording/codec.ts";
import type { WorkloadReport } from "../recording/event.ts";
import type { MemorySummary } from "../recording/header.ts";
import { abortable } from "./abortable.ts";
import { RequestError } from "./failure.ts";
import { readMachine } from "./known_facts.ts";
import { openMemory } from "./memory/open.ts";
import { runUntraced } from "./overhead.ts";
import { openTarget } from "./targets/open.ts";
import { type TraceWish, traceWorkload } from "./trace.ts";
import { openWorkload } from "./workloads/open.ts";
import { choosesMemory } from "./workloads/workload.ts";

/** What to compare. */
export interface ControlWish
  extends Omit<TraceWish, "memory" | "directory" | "created" | "overhead"> {
  /** The memory, of one kind after the other. */
  readonly memories: readonly MemorySummary[];
}

/** Where and when a recording is made. */
export type RecordingPlace = Pick<TraceWish, "directory" | "created">;

/** One kind of memory, there until the next is asked for. */
export interface ControlRun {
  /** What it is. */
  readonly kind: "ready";
  /** The memory. */
  readonly memory: MemorySummary;
  /** Runs the workload with probes and yields the recording. */
  trace(place: RecordingPlace): AsyncGenerator<RecordingItem, void, undefined>;
  /** Runs it without probes; gives what it said. */
  time(): Promise<readonly WorkloadReport[]>;
}

/** A kind of memory that could not be had: the others can. */
export interface ControlLack {
  /** What it is. */
  readonly kind: "lacking";
  /** The memory. */
  readonly memory: MemorySummary;
  /** Why it could not. */
  readonly error: unknown;
}

/**
 * Opens the target and prepares one kind of memory after the other. Whatever was opened is closed when
 * the generator ends, however it ends.
 *
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when something that all of them need does not work.
 */
export async function* control(
  wish: ControlWish,
): AsyncGenerator<ControlRun | ControlLack, void, undefined> {
  if (choosesMemory(wish.workload)) {
    throw new RequestError(
      "The workload has memory of its own choice: there is nothing to compare",
    );
  }
  await using target = await openTarget(wish, "trace", wish.memories);
  wish.onEvent({ kind: "phase", name: "facts" });
  const machine = await abortable(readMachine(target, wish.cache), wish.signal);
  for (const kind of wish.memories) {
    const lost = await Promise.race([target.lost, Promise.resolve(undefined)]);
    if (lost !== undefined) {
      yield { kind: "lacking", memory: kind, error: lost };
      continue;
    }
    await using stack = new AsyncDisposableStack();
    try {
      const memory = stack.use(await openMemory(target, { ...wish, memory: kind }));
      const workload = stack.use(
        await openWorkload(target, memory.expected, wish.workload, wish.bytes),
      );
      const { command } = workload;
      yield {
        kind: "ready",
        memory: kind,
        trace: (place) =>
          traceWorkload(target, { ...memory, ...machine }, command, { ...wish, ...place }),
        time: () => runUntraced(target, command, wish.signal),
      };
    } catch (error) {
      if (wish.signal.aborted) throw error;
      yield { kind: "lacking", memory: kind, error };
    }
  }
}
