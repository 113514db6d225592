/**
 * Events -> calls: everything that belongs to one gup-fast call, put together by its key.
 *
 * A call's parts may come before or after its `call` event and in any order among themselves. Where
 * that event tells how many there are (format 2), the call is handed on and forgotten as soon as it is
 * whole: of each thread only the numbers of its closed calls are kept, as intervals. Where it does not
 * (format 1), the call is kept until the end, when stragglers have arrived or never will.
 *
 * @module
 */

import type {
  CallEvent,
  CallKey,
  PutEvent,
  RecordingEvent,
  RefcountEvent,
} from "../recording/event.ts";
import type { EndedCall } from "./calls.ts";
import type { Collected, HelperFailure } from "./collected.ts";
import { Intervals } from "./intervals.ts";
import { ended, type OpenCall, openCall, surplusOf } from "./open_calls.ts";
import { byPage, compare } from "./order.ts";
import { StreamAdder, type WholeSums } from "./stream_sums.ts";

/** What a collector takes; the workload is listened to elsewhere. */
export type CollectedEvent = Exclude<RecordingEvent, { readonly kind: "workload" }>;

/** Takes events one by one. */
export interface Collector {
  /** Takes one event. */
  add(event: CollectedEvent): void;
  /**
   * Takes a call that its own line tells all of: one run that took what it returned.
   *
   * @returns Whether it was taken; else other events of this call came before, and it is to be added
   *   as one.
   */
  addWhole(call: WholeCall): boolean;
  /** Takes puts outside of any call. */
  addPuts(puts: OutsidePuts): void;
  /** Hands on the calls that are still open, and tells what else was collected. */
  finish(): Collected;
}

/** What of a call that is whole a collector looks at. */
export type WholeCall = CallKey & WholeSums;

/** What of puts outside of any call a collector looks at. */
export type OutsidePuts = Pick<PutEvent, "tid" | "count" | "refs">;

/** Events that are parts of calls. */
type PartEvent = Extract<
  CollectedEvent,
  { readonly kind: "run" | "leaf" | "undo" | "pages" | "refused" | "put" }
>;

interface Thread {
  readonly open: Map<number, OpenCall>;
  readonly closed: Intervals;
  /** Puts that it made. */
  puts: number;
}

/**
 * Makes a collector of events. What it collects depends on which events it was given, never on their
 * order; of two different ends of one call, or more parts than it tells of, the first are judged, and
 * the others counted.
 *
 * @param take Takes each call that has an end, once.
 *
 * @example Two parts of one call
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { EndedCall } from "./calls.ts";
 *
 * const calls: EndedCall[] = [];
 * const collector = createCollector((call) => calls.push(call));
 * const key = { tid: 7, call: 1 };
 * collector.add({
 *   kind: "call", ...key, at: 1000, ns: 900, address: "0x7f0000200000", asked: 1, flags: 0,
 *   returned: -14, lookups: 0, realLookups: 0, parts: 1,
 * });
 * assertEquals(calls.length, 0);
 * collector.add({ kind: "refused", ...key, path: "fast", role: "grabOne", pfn: 4096, refs: 1 });
 * assertEquals(calls.map(({ call, refused }) => [call, refused]), [[1, 1]]);
 * assertEquals(collector.finish().sums.calls, 1);
 * ```
 */
export function createCollector(take: (call: EndedCall) => void): Collector {
  const threads = new Map<number, Thread>();
  const failures = new Map<string, HelperFailure>();
  const refcounts: RefcountEvent[] = [];
  const stream = new StreamAdder();
  const counts = { lost: 0, unreadable: 0, duplicates: 0 };
  const parts = { lacking: 0, surplus: 0 };
  let tellsParts = false;
  let lastTid = -1;
  let lastThread: Thread | undefined;

  function threadOf(tid: number): Thread {
    if (tid === lastTid && lastThread !== undefined) return lastThread;
    let thread = threads.get(tid);
    if (thread === undefined) {
      threads.set(tid, thread = { open: new Map(), closed: new Intervals(), puts: 0 });
    }
    lastTid = tid;
    return lastThread = thread;
  }

  /** The open call of a key; `undefined` where it is closed: to that nothing is added. */
  function openOf(key: CallKey): OpenCall | undefined {
    const { open: calls, closed } = threadOf(key.tid);
    if (closed.has(key.call)) return undefined;
    let open = calls.get(key.call);
    if (open === undefined) calls.set(key.call, open = openCall(key));
    return open;
  }

  /** Closes a call if it is whole. */
  function closeWhole(open: OpenCall): void {
    const surplus = surplusOf(open);
    if (surplus === undefined || surplus.parts < 0 || surplus.puts < 0) return;
    parts.surplus += surplus.parts + surplus.puts;
    close(open);
  }

  function close(open: OpenCall): void {
    const thread = threadOf(open.tid);
    thread.open.delete(open.call);
    thread.closed.add(open.call);
    if (open.event !== undefined) take(ended(open, open.event));
  }

  function addCall(event: CallEvent): void {
    stream.addCall(event);
    if (event.parts !== undefined) tellsParts = true;
    const open = openOf(event);
    if (open === undefined) {
      counts.duplicates++;
      return;
    }
    if (open.event === undefined) {
      open.event = event;
    } else {
      // Which of the two is kept must not depend on which came first.
      counts.duplicates++;
      if (JSON.stringify(event) < JSON.stringify(open.event)) open.event = event;
    }
    closeWhole(open);
  }

  /** Adds a part of a call. */
  function addPart(event: PartEvent): void {
    const open = openOf(event);
    if (open === undefined) {
      parts.surplus += event.kind === "put" ? event.count : 1;
      return;
    }
    switch (event.kind) {
      case "run":
        open.runs.push(event);
        break;
      case "leaf":
        open.leaves.push(event);
        break;
      case "undo":
        open.undos.push(event);
        break;
      case "pages":
        open.pages.push(event);
        break;
      case "put":
        open.puts.push(event);
        break;
      case "refused":
        open.refused++;
        break;
    }
    closeWhole(open);
  }

  function add(event: CollectedEvent): void {
    switch (event.kind) {
      case "call":
        return addCall(event);
      case "run":
        stream.addRun(event);
        return addPart(event);
      case "put":
        addPuts(event);
        if (event.call !== 0) addPart(event);
        return;
      case "leaf":
      case "undo":
      case "pages":
      case "refused":
        return addPart(event);
      case "refcount":
        refcounts.push(event);
        return;
      case "lost":
        counts.lost += event.events;
        return;
      case "unreadable":
        counts.unreadable++;
        return;
      case "helperError": {
        const { helper, code } = event;
        const times = (failures.get(`${helper} ${code}`)?.times ?? 0) + 1;
        failures.set(`${helper} ${code}`, { helper, code, times });
        return;
      }
    }
  }

  function addWhole(call: WholeCall): boolean {
    const thread = threadOf(call.tid);
    if (thread.open.size > 0 && thread.open.has(call.call)) return false;
    if (!thread.closed.add(call.call)) return false;
    tellsParts = true;
    stream.addWhole(call);
    return true;
  }

  function addPuts({ tid, count, refs }: OutsidePuts): void {
    stream.addPuts(count, refs);
    threadOf(tid).puts += count;
  }

  function finish(): Collected {
    let [orphans, putsByOthers] = [0, 0];
    for (const thread of threads.values()) {
      if (thread.open.size === 0 && thread.closed.size === 0) putsByOthers += thread.puts;
      for (const open of thread.open.values()) {
        if (open.event === undefined) {
          orphans++;
          continue;
        }
        const surplus = surplusOf(open);
        if (surplus !== undefined) {
          parts.lacking++;
          parts.surplus += Math.max(0, surplus.parts) + Math.max(0, surplus.puts);
        }
        close(open);
      }
    }
    return {
      refcounts: refcounts.toSorted(byPage),
      sums: stream.sums(),
      ...counts,
      orphans,
      parts: tellsParts ? { ...parts } : undefined,
      putsByOthers,
      helperFailures: [...failures.values()].sort((a, b) =>
        compare(a.helper, b.helper) || a.code - b.code
      ),
    };
  }

  return { add, addWhole, addPuts, finish };
}
