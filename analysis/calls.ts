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
  HexAddress,
  LeafEvent,
  PutEvent,
  RecordingEvent,
  RefcountEvent,
  RunEvent,
  UndoEvent,
} from "../recording/event.ts";
import { leafEvent, runEvent } from "../recording/part_events.ts";
import { Intervals } from "./intervals.ts";
import { withoutEchoes } from "./leaves.ts";

/** What the recording holds of one call. */
export interface CallParts extends CallKey {
  /** The call itself; `undefined` where its end is not in the recording. */
  readonly event: CallEvent | undefined;
  readonly runs: readonly RunEvent[];
  readonly leaves: readonly LeafEvent[];
  /** What device leaves backed out of. */
  readonly undos: readonly UndoEvent[];
  /** Puts inside the call. */
  readonly puts: readonly PutEvent[];
  /** Grabs that failed. */
  readonly refused: number;
}

/** A call whose end is in the recording. */
export interface EndedCall extends CallParts {
  readonly event: CallEvent;
}

/** A BPF helper that failed, and how often. */
export interface HelperFailure {
  /** Name of the helper. */
  readonly helper: string;
  /** Negative errno. */
  readonly code: number;
  /** How often it did. */
  readonly times: number;
}

/** What the stream adds up to, to be compared with the kernel's own sums. */
export interface StreamSums {
  readonly calls: number;
  readonly pages: number;
  readonly grabs: number;
  readonly refs: number;
  readonly lookups: number;
  readonly realLookups: number;
  readonly puts: number;
  readonly putRefs: number;
}

/** Calls of which more or less came than their own events tell of. */
export interface PartCounts {
  /** Calls that lack some. */
  readonly lacking: number;
  /** Events and puts beyond what their calls tell of. */
  readonly surplus: number;
}

/** What is known of a recording's events beside its calls. */
export interface Collected {
  /** What the page_ref tracepoints saw, by pfn. */
  readonly refcounts: readonly RefcountEvent[];
  readonly sums: StreamSums;
  /** Events that the tracer's buffer dropped. */
  readonly lost: number;
  /** Lines that could not be understood. */
  readonly unreadable: number;
  /** Calls with grabs or leaves but no end. */
  readonly orphans: number;
  /** Ends of calls that came more than once. */
  readonly duplicates: number;
  /** Whether calls have what they tell of; `undefined` where none tells. */
  readonly parts: PartCounts | undefined;
  /** Puts by threads that made no call. */
  readonly putsByOthers: number;
  readonly helperFailures: readonly HelperFailure[];
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What a collector takes; the workload is listened to elsewhere. */
export type CollectedEvent = Exclude<RecordingEvent, { readonly kind: "workload" }>;

/** Takes events one by one. */
export interface Collector {
  /** Takes one event. */
  add(event: CollectedEvent): void;
  /**
   * Takes a call that its own line tells all of: one run that took what it returned.
   *
   * @param repeats Whether but for its key it is like the one that was taken before in this way.
   * @returns Whether it was taken; else other events of this call came before, and it is to be added
   *   as one.
   */
  addWhole(call: WholeCall, repeats: boolean): boolean;
  /** Takes puts outside of any call. */
  addPuts(puts: OutsidePuts): void;
  /** Hands on the calls that are still open, and tells what else was collected. */
  finish(): Collected;
}

/** What of a call that is whole a collector looks at. */
export interface WholeCall
  extends CallKey, Pick<CallEvent, "returned" | "lookups" | "realLookups"> {
  readonly count: number;
  readonly refs: number;
}

/** What of puts outside of any call a collector looks at. */
export type OutsidePuts = Pick<PutEvent, "tid" | "count" | "refs">;

interface OpenCall extends CallKey {
  event: CallEvent | undefined;
  readonly runs: RunEvent[];
  readonly leaves: LeafEvent[];
  readonly undos: UndoEvent[];
  readonly puts: PutEvent[];
  refused: number;
}

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
  const sums: Writable<StreamSums> = {
    calls: 0,
    pages: 0,
    grabs: 0,
    refs: 0,
    lookups: 0,
    realLookups: 0,
    puts: 0,
    putRefs: 0,
  };
  /** What each of the last whole calls adds, and how many of them are not added yet. */
  const row = { calls: 0, pages: 0, grabs: 0, refs: 0, lookups: 0, realLookups: 0 };
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

  /** Adds to an open call and closes it if that makes it whole; to a closed one nothing is added. */
  function addTo({ tid, call }: CallKey, amount: number, change: (open: OpenCall) => void): void {
    const thread = threadOf(tid);
    if (thread.closed.has(call)) {
      parts.surplus += amount;
      return;
    }
    let open = thread.open.get(call);
    if (open === undefined) {
      open = { tid, call, event: undefined, runs: [], leaves: [], undos: [], puts: [], refused: 0 };
      thread.open.set(call, open);
    }
    change(open);
    if (open.event === undefined || !tellsAll(open.event)) return;
    const surplus = surplusOf(open, open.event);
    if (surplus.parts < 0 || surplus.puts < 0) return;
    parts.surplus += surplus.parts + surplus.puts;
    close(thread, open, open.event);
  }

  function close(thread: Thread, open: OpenCall, event: CallEvent): void {
    thread.open.delete(open.call);
    thread.closed.add(open.call);
    take(inOrder(open, event));
  }

  function addCall(event: CallEvent): void {
    sums.calls++;
    sums.pages += Math.max(0, event.returned);
    sums.lookups += event.lookups;
    sums.realLookups += event.realLookups;
    const { run, unlisted } = event;
    sums.grabs += (run?.count ?? 0) + (unlisted?.grabs ?? 0);
    sums.refs += (run === undefined ? 0 : run.count * run.refs) + (unlisted?.refs ?? 0);
    if (tellsAll(event)) tellsParts = true;
    if (threadOf(event.tid).closed.has(event.call)) {
      counts.duplicates++;
      return;
    }
    addTo(event, 0, (open) => {
      if (open.event === undefined) {
        open.event = event;
        return;
      }
      // Which of the two is kept must not depend on which came first.
      counts.duplicates++;
      if (JSON.stringify(event) < JSON.stringify(open.event)) open.event = event;
    });
  }

  function add(event: CollectedEvent): void {
    switch (event.kind) {
      case "call":
        return addCall(event);
      case "run":
        sums.grabs += event.count;
        sums.refs += event.count * event.refs;
        return addTo(event, 1, ({ runs }) => runs.push(event));
      case "leaf":
        return addTo(event, 1, ({ leaves }) => leaves.push(event));
      case "undo":
        return addTo(event, 1, ({ undos }) => undos.push(event));
      case "refused":
        return addTo(event, 1, (open) => open.refused++);
      case "put":
        addPuts(event);
        if (event.call !== 0) addTo(event, event.count, ({ puts }) => puts.push(event));
        return;
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

  function addWhole(call: WholeCall, repeats: boolean): boolean {
    const thread = threadOf(call.tid);
    if (thread.open.size > 0 && thread.open.has(call.call)) return false;
    if (!thread.closed.add(call.call)) return false;
    if (!repeats) {
      addRow();
      row.pages = call.returned;
      row.lookups = call.lookups;
      row.realLookups = call.realLookups;
      row.grabs = call.count;
      row.refs = call.count * call.refs;
    }
    row.calls++;
    return true;
  }

  /** Adds whole calls in a row that are alike. */
  function addRow(): void {
    const { calls } = row;
    if (calls === 0) return;
    tellsParts = true;
    sums.calls += calls;
    sums.pages += calls * row.pages;
    sums.lookups += calls * row.lookups;
    sums.realLookups += calls * row.realLookups;
    sums.grabs += calls * row.grabs;
    sums.refs += calls * row.refs;
    row.calls = 0;
  }

  function addPuts({ tid, count, refs }: OutsidePuts): void {
    sums.puts += count;
    sums.putRefs += count * refs;
    threadOf(tid).puts += count;
  }

  function finish(): Collected {
    addRow();
    let [orphans, putsByOthers] = [0, 0];
    for (const thread of threads.values()) {
      if (thread.open.size === 0 && thread.closed.size === 0) putsByOthers += thread.puts;
      for (const open of thread.open.values()) {
        if (open.event === undefined) {
          orphans++;
        } else {
          if (tellsAll(open.event)) {
            const surplus = surplusOf(open, open.event);
            parts.lacking++;
            parts.surplus += Math.max(0, surplus.parts) + Math.max(0, surplus.puts);
          }
          close(thread, open, open.event);
        }
      }
    }
    return {
      refcounts: refcounts.toSorted(byPage),
      sums: { ...sums },
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

/** Whether a call tells how many lines it has. */
function tellsAll(event: CallEvent): boolean {
  return event.parts !== undefined;
}

/** What of a call has come beyond what it tells of; below 0 where some are still to come. */
function surplusOf(open: OpenCall, event: CallEvent): { parts: number; puts: number } {
  const { runs, leaves, undos, puts, refused } = open;
  return {
    parts: runs.length + leaves.length + undos.length + refused - (event.parts ?? 0),
    puts: puts.reduce((sum, { count }) => sum + count, 0) - (event.putsInside ?? 0),
  };
}

/** A call's parts, those in its own line among them, in an order that owes nothing to theirs. */
function inOrder(open: OpenCall, event: CallEvent): EndedCall {
  const { tid, call, refused } = open;
  const { run, leaf } = event;
  const runs = run === undefined ? open.runs : [...open.runs, runEvent(open, run)];
  const leaves = leaf === undefined ? open.leaves : [...open.leaves, leafEvent(open, leaf)];
  return {
    tid,
    call,
    event,
    runs: sorted(runs, byPage),
    leaves: sorted(withoutEchoes(leaves), byLeaf),
    undos: sorted(open.undos, byPage),
    puts: sorted(open.puts, byPage),
    refused,
  };
}

function sorted<T>(items: readonly T[], by: (a: T, b: T) => number): readonly T[] {
  // Mostly they are in order.
  let last: T | undefined;
  for (const item of items) {
    if (last !== undefined && by(last, item) > 0) return items.toSorted(by);
    last = item;
  }
  return items;
}

function byPage<T extends { readonly pfn: number }>(a: T, b: T): number {
  // Parts that differ in anything else are rare: the text decides, so that equal sets sort alike.
  return a.pfn - b.pfn || compare(JSON.stringify(a), JSON.stringify(b));
}

function byLeaf(a: LeafEvent, b: LeafEvent): number {
  return byAddress(a.address, b.address) ||
    compare(JSON.stringify(a), JSON.stringify(b));
}

function byAddress(a: HexAddress, b: HexAddress): number {
  // Up to 13 hex digits a number holds exactly.
  return a.length <= 15 && b.length <= 15 ? Number(a) - Number(b) : compare(BigInt(a), BigInt(b));
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
