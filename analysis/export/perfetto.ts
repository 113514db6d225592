/**
 * A recording as a trace that Perfetto and Chrome show (Trace Event Format, as a JSON object): a track for
 * each thread, calls as slices, their grabs as slices inside them, puts as slices of a nanosecond, and
 * arrows from pins to their puts.
 *
 * @module
 */

import type { PutEvent, RunEvent } from "../../recording/event.ts";
import { counted } from "../words.ts";
import { callRow } from "./call_table.ts";
import type { ExportedRun, ExportSink } from "./calls.ts";
import { Flows } from "./flows.ts";
import type { Survey } from "./survey.ts";
import { exportNotes } from "./tables.ts";

/** Pins, and puts, that arrows are drawn for: the first that come. */
const MOST_FLOWS = 1 << 16;
/** Characters that are written at a time. */
const PIECE = 1 << 16;
/**
 * The process of threads of which none is told, such as the idle threads and the kernel's workers, and the
 * number of the idle threads: one more than a kernel's numbers can be (PID_MAX_LIMIT).
 */
const NOBODY = 2 ** 22 + 1;

/** A point of a track. */
interface Place {
  readonly pid: number;
  readonly tid: number;
  /** Nanoseconds since boot. */
  readonly at: number;
}

/** Takes what is exported as a trace. */
export interface TraceSink extends ExportSink {
  /** There is no more: draws the arrows and ends the text. */
  end(): void;
}

/**
 * Begins a trace.
 *
 * @param write Takes the text, a piece at a time.
 *
 * @example A recording without calls
 * ```ts
 * import { perfettoTrace, type Survey } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const survey = {
 *   header: { kernel: { release: "7.3.0" }, workload: { name: "direct-io" } },
 *   report: { verdict: "undecided", reasons: [] },
 *   threads: new Map(),
 * } as unknown as Survey;
 * let text = "";
 * perfettoTrace(survey, (piece) => text += piece).end();
 * assertEquals(JSON.parse(text).otherData["headcount.verdict"], "undecided");
 * ```
 */
export function perfettoTrace(survey: Survey, write: (text: string) => void): TraceSink {
  const pins: (Place & { readonly run: RunEvent })[] = [];
  const puts: (Place & { readonly put: PutEvent })[] = [];
  let text = `{"displayTimeUnit":"ns","otherData":${JSON.stringify(exportNotes(survey))},` +
    '"traceEvents":[';
  let separator = "\n";

  function emit(fields: Readonly<Record<string, unknown>>, time = ""): void {
    // Times are written as text: their thousandths would not be exact as numbers.
    text += `${separator}${JSON.stringify(fields).slice(0, -1)}${time}}`;
    separator = ",\n";
    if (text.length < PIECE) return;
    write(text);
    text = "";
  }

  function slice(
    name: string,
    cat: string,
    { pid, tid, at }: Place,
    ns: number,
    args: Readonly<Record<string, unknown>>,
  ): void {
    const time = `,"ts":${microseconds(at)},"dur":${microseconds(ns)}`;
    emit({ ph: "X", name, cat, pid, tid, args }, time);
  }

  function placeOf(tid: number, at: number): Place {
    return { pid: survey.threads.get(tid)?.pid ?? NOBODY, tid: tid === 0 ? NOBODY : tid, at };
  }

  for (const track of tracksOf(survey)) emit(track);

  return {
    call: (call) => {
      const { event, runs } = call;
      const row = callRow(call, survey);
      const { path, kind, tid, call_no: _, pid: __, comm: ___, at_ns: ____, ...args } = row;
      const name = path === "slow" ? `slow path ${kind}` : `gup-fast ${kind}`;
      slice(name, "call", placeOf(tid, event.at), event.ns, { call: event.call, path, ...args });
      runs.forEach((exported, i) => {
        // Grabs have no times of their own: each run is given the same share of its call's.
        const from = Math.floor(event.ns * i / runs.length);
        const to = Math.floor(event.ns * (i + 1) / runs.length);
        const place = placeOf(tid, event.at + from);
        slice(runName(exported), "grab", place, to - from, runArgs(exported));
        if (kind === "pin" && exported.outcome !== "undone" && pins.length < MOST_FLOWS) {
          pins.push({ ...place, run: exported.run });
        }
      });
    },
    put: (put) => {
      const place = placeOf(put.tid, put.at);
      const name = `${counted(put.count, "put")} of ${put.refs}`;
      // When the last of them was is not told.
      slice(name, "put", place, 1, putArgs(put));
      if (put.pin && put.call === 0 && puts.length < MOST_FLOWS) puts.push({ ...place, put });
    },
    end: () => {
      const flows = new Flows<Place>();
      let id = 0;
      const steps = [...pins, ...puts].sort((a, b) => a.at - b.at || a.tid - b.tid);
      for (const step of steps) {
        if ("run" in step) {
          flows.grab(step.run, step);
          continue;
        }
        for (const origin of flows.put(step.put)) {
          id++;
          const names = { name: "pinned", cat: "flow", id };
          const ends = [["s", origin, {}], ["f", step, { bp: "e" }]] as const;
          for (const [ph, { pid, tid, at }, more] of ends) {
            emit({ ph, ...names, pid, tid, ...more }, `,"ts":${microseconds(at)}`);
          }
        }
      }
      write(`${text}\n]}\n`);
      text = "";
    },
  };
}

/** The names of processes and threads, as events of metadata. */
function tracksOf({ header, threads }: Survey): Readonly<Record<string, unknown>>[] {
  const named = [...threads.values()].filter(({ comm }) => comm !== null);
  const pids = new Set([...threads.values()].map(({ pid }) => pid ?? NOBODY));
  const processes = [...pids].map((pid) => {
    const name = pid === NOBODY
      ? "threads of unknown processes"
      : threads.get(pid)?.comm ?? named.find((thread) => thread.pid === pid)?.comm ??
        header.workload.name;
    return { ph: "M", name: "process_name", pid, tid: pid, args: { name } };
  });
  const tracks = [...threads].map(([tid, { pid, comm, calls }]) => ({
    ph: "M",
    name: "thread_name",
    pid: pid ?? NOBODY,
    tid: tid === 0 ? NOBODY : tid,
    args: { name: tid === 0 ? "idle" : comm ?? (calls ? "calls" : "puts only") },
  }));
  return [...processes, ...tracks];
}

function runName({ run: { count, refs }, outcome }: ExportedRun): string {
  const became = outcome === "undone" ? ", undone" : outcome === "slow" ? ", slow path" : "";
  return `${counted(count, "grab")} of ${refs}${became}`;
}

function runArgs({ run, outcome }: ExportedRun): Readonly<Record<string, unknown>> {
  const { role, pfn, head, order, count, refs, step, refcount } = run;
  return {
    outcome,
    role,
    pfn: hex(pfn),
    head: hex(head),
    order,
    grabs: count,
    refs_each: refs,
    step,
    ...(refcount === undefined ? {} : { refcount }),
    time: "a share of the call's: grabs have none of their own",
  };
}

function putArgs({ call, role, pin, pfn, order, count, refs, step }: PutEvent) {
  return {
    ...(call === 0 ? {} : { call }),
    role,
    kind: pin ? "pin" : "get",
    pfn: hex(pfn),
    order,
    puts: count,
    refs_each: refs,
    step,
  };
}

function hex(pfn: number): string {
  return `0x${pfn.toString(16)}`;
}

/**
 * Nanoseconds as microseconds, exactly.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(microseconds(9_007_199_254_740_991), "9007199254740.991");
 * assertEquals(microseconds(5), "0.005");
 * ```
 */
export function microseconds(ns: number): string {
  return `${Math.floor(ns / 1000)}.${String(ns % 1000).padStart(3, "0")}`;
}
