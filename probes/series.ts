/**
 * The cells of a series that one guest can make: one workload after the other, on one device.
 *
 * @module
 */

import type { RecordingItem } from "../recording/codec.ts";
import type { TargetSummary } from "../recording/header.ts";
import { abortable } from "./abortable.ts";
import type { RecordingPlace } from "./control.ts";
import { readMachine } from "./known_facts.ts";
import { DEVDAX } from "./memory/kinds.ts";
import { openMemory } from "./memory/open.ts";
import { runUntraced, takeTurns } from "./overhead.ts";
import { openTarget } from "./targets/open.ts";
import { type TraceWish, traceWorkload } from "./trace.ts";
import { openWorkload } from "./workloads/open.ts";
import type { WorkloadWish } from "./workloads/workload.ts";

/** What to run. */
export interface InTurnWish
  extends Omit<TraceWish, "workload" | "directory" | "created" | "overhead"> {
  /** The workloads, one after the other. */
  readonly workloads: readonly WorkloadWish[];
}

/** A workload, ready until the next is asked for. */
export interface TurnRun {
  /** What it is. */
  readonly kind: "ready";
  /** Where. */
  readonly target: TargetSummary;
  /**
   * Runs the workload with probes and yields the recording.
   *
   * @param untraced How often it runs without probes, too: what it says then is in the recording.
   */
  trace(place: RecordingPlace, untraced: number): AsyncGenerator<RecordingItem, void, undefined>;
}

/** A workload that cannot be run there: the others may. */
export interface TurnLack {
  /** What it is. */
  readonly kind: "lacking";
  /** Why it cannot. */
  readonly error: unknown;
}

/**
 * Opens the target and its memory and prepares one workload after the other. Ends where the target is
 * lost: what is left of the workloads needs another. Whatever was opened is closed when the generator
 * ends, however it ends.
 *
 * @throws {RequestError} when the wish cannot be met.
 * @throws {MachineryError} when something that all of them need does not work.
 */
export async function* runInTurn(
  wish: InTurnWish,
): AsyncGenerator<TurnRun | TurnLack, void, undefined> {
  const { memory: kind = DEVDAX } = wish;
  await using target = await openTarget(wish);
  wish.onEvent({ kind: "phase", name: "facts" });
  await using memory = await openMemory(target, { ...wish, memory: kind });
  const machine = await abortable(readMachine(target, wish.cache), wish.signal);
  for (const [i, workload] of wish.workloads.entries()) {
    const lost = await Promise.race([target.lost, Promise.resolve(undefined)]);
    if (lost !== undefined && i > 0) return;
    await using stack = new AsyncDisposableStack();
    try {
      const { command } = stack.use(
        await openWorkload(target, memory.expected, workload, wish.bytes),
      );
      yield {
        kind: "ready",
        target: target.summary,
        trace: (place, untraced) =>
          takeTurns(
            () => runUntraced(target, command, wish.signal),
            () =>
              traceWorkload(target, { ...memory, ...machine }, command, {
                ...wish,
                ...place,
              }),
            { untraced, traced: 1 },
          ),
      };
    } catch (error) {
      if (wish.signal.aborted) throw error;
      yield { kind: "lacking", error };
    }
  }
}
