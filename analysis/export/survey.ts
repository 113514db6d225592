/**
 * The first reading of a recording that is exported: what its calls are judged by is known only at its
 * end, such as the buffers, and how the level of the leaves is known.
 *
 * @module
 */

import type { CallLine, PutLine } from "../../recording/call_line.ts";
import type { ThreadEvent } from "../../recording/event.ts";
import type { Header } from "../../recording/header.ts";
import { type RecordingLine, startAnalysis } from "../analysis.ts";
import type { Report } from "../report/report.ts";

/** What a recording tells of a thread. */
export interface SurveyedThread {
  /** Its process; `null` where that is not told. */
  readonly pid: number | null;
  /** Its name; `null` where that is not told. */
  readonly comm: string | null;
  /** Whether it made calls; else it only put what others had pinned. */
  readonly calls: boolean;
}

/** What is known of a recording before its calls are exported. */
export interface Survey {
  /** Its first line. */
  readonly header: Header;
  /** Its report. */
  readonly report: Report;
  /** Its threads, by number. */
  readonly threads: ReadonlyMap<number, SurveyedThread>;
}

/** Reads a recording for the first time. */
export interface Surveyor {
  /**
   * Takes a line; the header first.
   *
   * @throws {TypeError} where the first line is not the header, or header or footer come twice.
   */
  add(line: RecordingLine): void;
  /**
   * Takes a call as numbers.
   *
   * @returns Whether it was taken; else it is to be added as a line.
   */
  addCall(call: CallLine): boolean;
  /** Takes puts outside of any call as numbers. */
  addPut(put: PutLine): void;
  /** What came is damaged somewhere: it counts, but as a recording that was cut off. */
  cutOff(): void;
  /**
   * What is known, after the last line.
   *
   * @throws {TypeError} where there was no line.
   */
  survey(): Survey;
}

/**
 * Begins to read a recording that is to be exported.
 *
 * @example A recording without a line
 * ```ts
 * import { startSurvey } from "headcount";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => startSurvey().survey(), TypeError, "an empty recording");
 * ```
 */
export function startSurvey(): Surveyor {
  const analysis = startAnalysis();
  const names = new Map<number, ThreadEvent>();
  const callers = new Set<number>();
  const putters = new Set<number>();
  const workloads = new Set<number>();
  let header: Header | undefined;

  return {
    add: (line) => {
      analysis.add(line);
      if (line.kind === "header") header = line;
      else if (line.kind === "call") callers.add(line.tid);
      else if (line.kind === "put") putters.add(line.tid);
      else if (line.kind === "workload" && line.report.step === "ready") {
        workloads.add(line.report.pid);
      } else if (line.kind === "thread") {
        const known = names.get(line.tid);
        if (known === undefined || known.at <= line.at) names.set(line.tid, line);
      }
    },
    addCall: (call) => {
      callers.add(call.tid);
      return analysis.addCall(call);
    },
    addPut: (put) => {
      putters.add(put.tid);
      analysis.addPut(put);
    },
    cutOff: () => analysis.cutOff(),
    survey: () => {
      const report = analysis.report();
      if (header === undefined) throw new TypeError("Cannot export an empty recording");
      // Where the workload told of a buffer, only calls of its own process are seen.
      const [workload, other] = workloads;
      const pid = other === undefined ? workload ?? null : null;
      const tids = [...new Set([...callers, ...putters])].sort((a, b) => a - b);
      const threads = tids.map((tid): [number, SurveyedThread] => {
        const told = names.get(tid);
        const calls = callers.has(tid);
        return [tid, {
          pid: told?.pid ?? (calls ? pid : null),
          comm: told?.comm ?? null,
          calls,
        }];
      });
      return { header, report, threads: new Map(threads) };
    },
  };
}
