/**
 * The second reading of a recording that is exported: its calls, put together and settled as the report
 * has them, and its puts.
 *
 * @module
 */

import type { CallLine } from "../../recording/call_line.ts";
import type { CallEvent, PutEvent, RunEvent } from "../../recording/event.ts";
import type { RecordingLine } from "../analysis.ts";
import type { EndedCall } from "../calls.ts";
import { createCollector } from "../collector.ts";
import { type CallContext, type CallFacts, factsOf, seesUndo, settleCall } from "../facts.ts";
import { pageIndex } from "../leaves.ts";
import type { Span } from "../spans.ts";
import { listenToWorkload } from "../workload.ts";
import type { Survey } from "./survey.ts";

/**
 * Why a call counts in no total of the report: it touches no buffer of the workload's, reaches over the
 * border of one, failed, or was served by the slow path without gup-fast.
 */
export type ExportSetAside = "outside" | "straddling" | "failed" | "slow";

/**
 * What became of grabs: they stayed, were given back before the call returned, are the slow path's and
 * stayed, or are those of a call that is not settled because it failed or is the slow path's alone.
 */
export type GrabOutcome = "kept" | "undone" | "slow" | "unsettled";

/** Grabs and what became of them. */
export interface ExportedRun {
  /** The grabs. */
  readonly run: RunEvent;
  /** What became of them. */
  readonly outcome: GrabOutcome;
}

/** A call as the report has it. */
export interface ExportedCall {
  /** Its end. */
  readonly event: CallEvent;
  /** Why it counts in no total; `null` where it does. */
  readonly setAside: ExportSetAside | null;
  /** Whether its grabs are held against its pages in the verdict. */
  readonly judged: boolean;
  /** Its facts, leaves among them, where it counts. */
  readonly facts: CallFacts | null;
  /** Its grabs. */
  readonly runs: readonly ExportedRun[];
}

/** Takes what is exported. */
export interface ExportSink {
  /** Takes a call. */
  call(call: ExportedCall): void;
  /** Takes puts, whether or not inside a call. */
  put(put: PutEvent): void;
}

/** Reads a recording for the second time. */
export interface Exporter {
  /** Takes a line. */
  add(line: RecordingLine): void;
  /** Declines a call as numbers: it is to be added as a line. */
  addCall(call: CallLine): boolean;
  /** Hands on the calls that are still open: all of them in format 1. */
  finish(): void;
}

/**
 * Begins to export a recording. Of format 2, a call is handed on and forgotten as soon as all of it has
 * come; of format 1, at the end.
 *
 * @example A recording, read twice
 * ```ts
 * import { decodeItems, type ExportedCall, splitLines, startExport, startSurvey } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const path = "tests/fixtures/recordings/calls-debian-7.3-2M/recording.jsonl";
 * const lines = async () => decodeItems(splitLines((await Deno.open(path)).readable));
 * const surveyor = startSurvey();
 * for await (const line of await lines()) surveyor.add(line);
 * const calls: ExportedCall[] = [];
 * const exporter = startExport(surveyor.survey(), {
 *   call: (call) => calls.push(call),
 *   put: () => {},
 * });
 * for await (const line of await lines()) exporter.add(line);
 * exporter.finish();
 * const judged = calls.filter((call) => call.judged).map(({ facts }) => facts);
 * assertEquals(judged.map((facts) => [facts?.grabs, facts?.pages]), [[1, 256], [1, 255], [1, 1]]);
 * ```
 */
export function startExport({ header, report }: Survey, sink: ExportSink): Exporter {
  const { plan, kernel: { pageBytes } } = header;
  const context: CallContext = { pageBytes, flags: plan.flags, seesUndo: seesUndo(plan.roles) };
  const workload = listenToWorkload(pageBytes);
  for (const { address, bytes } of report.workload.buffers) {
    workload.add({ step: "ready", pid: 0, address, bytes });
  }
  const buffers = (header.workload.scope ?? "buffer") === "buffer" ? workload.buffers : [];
  const collector = createCollector((call) => sink.call(exported(call)));

  function exported(call: EndedCall): ExportedCall {
    const { event } = call;
    const setAside = setAsideOf(event, buffers, pageBytes);
    const settled = event.path === "slow" ? undefined : settleCall(call, context);
    const facts = settled === undefined || setAside !== null
      ? null
      : factsOf(settled, report.leafLevel, pageBytes);
    const runs: readonly ExportedRun[] = settled === undefined
      ? call.runs.map((run) => ({ run, outcome: "unsettled" }))
      : [
        ...settled.walk.runs.map((run) => ({ run, outcome: "kept" } as const)),
        ...settled.undone.map((run) => ({ run, outcome: "undone" } as const)),
        ...settled.slow.map((run) => ({ run, outcome: "slow" } as const)),
      ];
    return { event, setAside, judged: facts !== null && isJudged(facts), facts, runs };
  }

  return {
    add: (line) => {
      if (line.kind === "header" || line.kind === "footer" || line.kind === "workload") return;
      if (line.kind === "put") sink.put(line);
      collector.add(line);
    },
    addCall: () => false,
    finish: () => {
      collector.finish();
    },
  };
}

/**
 * Whether a call's grabs are held against its pages: not where the fast walk took nothing, where it is
 * not known what stayed, or where it is not known what would do.
 *
 * @example A call whose references match its pages, on leaves that are known
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const facts = { fastPages: 256, grabs: 1, balance: "even", isJudged: true } as const;
 * assertEquals(isJudged(facts), true);
 * assertEquals(isJudged({ ...facts, balance: "unsure" }), false);
 * ```
 */
export function isJudged(
  { fastPages, grabs, balance, isJudged }: Pick<
    CallFacts,
    "fastPages" | "grabs" | "balance" | "isJudged"
  >,
): boolean {
  if (fastPages === 0 && grabs === 0) return false;
  return balance === "uneven" || (balance === "even" && isJudged);
}

/** Why a call counts in no total. Where no buffer is known, all calls are inside. */
function setAsideOf(
  { address, asked, path, returned }: CallEvent,
  buffers: readonly Span[],
  pageBytes: number,
): ExportSetAside | null {
  const first = pageIndex(address, pageBytes);
  const end = first + asked;
  if (buffers.length > 0 && !buffers.some(({ from, to }) => from <= first && end <= to)) {
    return buffers.some(({ from, to }) => first < to && from < end) ? "straddling" : "outside";
  }
  if (path === "slow") return "slow";
  return returned < 0 ? "failed" : null;
}
