/**
 * Events -> calls: everything that belongs to one gup-fast call, put together by its key.
 *
 * A call's parts may come before or after its `call` event and in any order among themselves, so
 * nothing is closed early: parts are kept until the end, when stragglers have arrived or never will.
 * That costs memory for each call and each run (a few hundred bytes), whatever the number of pages
 * and grabs in them. What is only counted, such as lost events, is added up at once.
 *
 * @module
 */

import type {
  CallEvent,
  CallKey,
  LeafEvent,
  PutEvent,
  RecordingEvent,
  RefcountEvent,
  RunEvent,
  UndoEvent,
  WorkloadReady,
  WorkloadRepeat,
  WorkloadSyscall,
} from "../recording/event.ts";
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

/** What the workload said about itself. */
export interface WorkloadFacts {
  /** The buffers that it mapped, by address. */
  readonly buffers: readonly WorkloadReady[];
  /** System calls that it made. */
  readonly syscalls: readonly (WorkloadSyscall | WorkloadRepeat)[];
  /** Bytes that all of them moved; `undefined` where it did not come to its end. */
  readonly bytesMoved: number | undefined;
}

/** A recording's events, put in order. */
export interface Collected {
  /** In the order of their entry; calls whose end is not in the recording come last. */
  readonly calls: readonly CallParts[];
  /** Puts, those inside of calls included. */
  readonly puts: readonly PutEvent[];
  /** What the page_ref tracepoints saw, by pfn. */
  readonly refcounts: readonly RefcountEvent[];
  readonly sums: StreamSums;
  readonly workload: WorkloadFacts;
  /** Events that the tracer's buffer dropped. */
  readonly lost: number;
  /** Lines that could not be understood. */
  readonly unreadable: number;
  /** Ends of calls that came more than once. */
  readonly duplicates: number;
  readonly helperFailures: readonly HelperFailure[];
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Takes events one by one. */
export interface Collector {
  /** Takes one event. */
  add(event: RecordingEvent): void;
  /** Puts in order what was taken so far. */
  collect(): Collected;
}

interface OpenCall extends CallKey {
  event: CallEvent | undefined;
  readonly runs: RunEvent[];
  readonly leaves: LeafEvent[];
  readonly undos: UndoEvent[];
  readonly puts: PutEvent[];
  refused: number;
}

/**
 * Makes a collector of events. What it collects depends on which events it was given, never on
 * their order.
 *
 * @example Two parts of one call
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const collector = createCollector();
 * const key = { tid: 7, call: 1 };
 * collector.add({ kind: "refused", ...key, path: "fast", role: "grabOne", pfn: 4096, refs: 1 });
 * collector.add({ kind: "lost", events: 3 });
 * const { calls, lost } = collector.collect();
 * assertEquals(calls.map(({ call, event, refused }) => [call, event, refused]), [[1, undefined, 1]]);
 * assertEquals(lost, 3);
 * ```
 */
export function createCollector(): Collector {
  const threads = new Map<number, Map<number, OpenCall>>();
  const failures = new Map<string, HelperFailure>();
  const buffers: WorkloadReady[] = [];
  const syscalls: (WorkloadSyscall | WorkloadRepeat)[] = [];
  const puts: PutEvent[] = [];
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
  const counts = { lost: 0, unreadable: 0, duplicates: 0 };
  let bytesMoved: number | undefined;

  function partsOf({ tid, call }: CallKey): OpenCall {
    let thread = threads.get(tid);
    if (thread === undefined) threads.set(tid, thread = new Map());
    let parts = thread.get(call);
    if (parts === undefined) {
      const events = { runs: [], leaves: [], undos: [], puts: [] };
      parts = { tid, call, event: undefined, ...events, refused: 0 };
      thread.set(call, parts);
    }
    return parts;
  }

  function addCall(event: CallEvent): void {
    sums.calls++;
    sums.pages += Math.max(0, event.returned);
    sums.lookups += event.lookups;
    sums.realLookups += event.realLookups;
    sums.grabs += event.unlisted?.grabs ?? 0;
    sums.refs += event.unlisted?.refs ?? 0;
    const { tid, call } = event;
    if (event.run !== undefined) add({ kind: "run", tid, call, ...event.run });
    if (event.leaf !== undefined) add({ kind: "leaf", tid, call, ...event.leaf });
    const parts = partsOf(event);
    if (parts.event === undefined) {
      parts.event = event;
    } else {
      // Which of the two is kept must not depend on which came first.
      counts.duplicates++;
      if (JSON.stringify(event) < JSON.stringify(parts.event)) parts.event = event;
    }
  }

  function add(event: RecordingEvent): void {
    switch (event.kind) {
      case "call":
        return addCall(event);
      case "run":
        sums.grabs += event.count;
        sums.refs += event.count * event.refs;
        partsOf(event).runs.push(event);
        return;
      case "leaf":
        partsOf(event).leaves.push(event);
        return;
      case "undo":
        partsOf(event).undos.push(event);
        return;
      case "put":
        sums.puts += event.count;
        sums.putRefs += event.count * event.refs;
        puts.push(event);
        if (event.call !== 0) partsOf(event).puts.push(event);
        return;
      case "refcount":
        refcounts.push(event);
        return;
      case "refused":
        partsOf(event).refused++;
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
      case "workload": {
        const { report } = event;
        if (report.step === "ready") {
          buffers.push(report);
        } else if (report.step === "done") {
          bytesMoved = (bytesMoved ?? 0) + report.bytes;
        } else {
          syscalls.push(report);
        }
        return;
      }
    }
  }

  function collect(): Collected {
    const calls = [...threads.values()].flatMap((thread) => [...thread.values()]);
    for (const { runs, undos, puts } of calls) {
      runs.sort(byPage);
      undos.sort(byPage);
      puts.sort(byPage);
    }
    return {
      calls: calls.sort(byEntry)
        .map((call) => ({ ...call, leaves: withoutEchoes(call.leaves).toSorted(byLeaf) })),
      puts: puts.toSorted(byPage),
      refcounts: refcounts.toSorted(byPage),
      sums: { ...sums },
      workload: {
        buffers: buffers.toSorted(byAddress),
        syscalls: syscalls.toSorted(byAddress),
        bytesMoved,
      },
      ...counts,
      helperFailures: [...failures.values()].sort((a, b) =>
        compare(a.helper, b.helper) || a.code - b.code
      ),
    };
  }

  return { add, collect };
}

function byPage<T extends { readonly pfn: number }>(a: T, b: T): number {
  // Parts that differ in anything else are rare: the text decides, so that equal sets sort alike.
  return a.pfn - b.pfn || compare(JSON.stringify(a), JSON.stringify(b));
}

function byLeaf(a: LeafEvent, b: LeafEvent): number {
  return compare(BigInt(a.address), BigInt(b.address)) ||
    compare(JSON.stringify(a), JSON.stringify(b));
}

function byEntry(a: OpenCall, b: OpenCall): number {
  const at = (a.event?.at ?? Infinity) === (b.event?.at ?? Infinity)
    ? 0
    : (a.event?.at ?? Infinity) - (b.event?.at ?? Infinity);
  return at || a.tid - b.tid || a.call - b.call;
}

function byAddress<T extends WorkloadReady | WorkloadSyscall | WorkloadRepeat>(a: T, b: T): number {
  return compare(BigInt(a.address), BigInt(b.address)) ||
    compare(JSON.stringify(a), JSON.stringify(b));
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
