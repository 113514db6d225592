/**
 * A thread of `gup-test`, where there are several. All begin at the same time: each waits until the
 * last one has been told.
 *
 * @module
 */

import { type GupJob, runRepeats } from "./gup_test_repeats.ts";

/** What a thread is told: first that it is there, then to begin. */
export interface ThreadOrder {
  readonly job: GupJob;
  /** Which thread it is, from 1 on. */
  readonly thread: number;
  readonly threads: number;
  /** An Int32Array of how many have been told. */
  readonly told: SharedArrayBuffer;
}

/** What a thread says: that it is there, then how many bytes it took, or why it could not. */
export type ThreadReport =
  | { readonly kind: "here" }
  | { readonly kind: "taken"; readonly bytes: number }
  | { readonly kind: "failed"; readonly why: string };

/** A thread's own scope, which the types of a program do not have. */
interface ThreadScope {
  onmessage: ((event: MessageEvent<ThreadOrder>) => void) | null;
  postMessage(report: ThreadReport): void;
}

const scope = globalThis as unknown as ThreadScope;

scope.onmessage = ({ data: { job, thread, threads, told } }) => {
  waitForAll(new Int32Array(told), threads);
  try {
    scope.postMessage({ kind: "taken", bytes: runRepeats(job, thread) });
  } catch (error) {
    scope.postMessage({ kind: "failed", why: error instanceof Error ? error.message : "" });
  }
};
scope.postMessage({ kind: "here" });

function waitForAll(told: Int32Array<SharedArrayBuffer>, threads: number): void {
  Atomics.add(told, 0, 1);
  Atomics.notify(told, 0);
  for (let count = Atomics.load(told, 0); count < threads; count = Atomics.load(told, 0)) {
    Atomics.wait(told, 0, count);
  }
}
