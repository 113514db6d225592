/**
 * The tables of grabs and of puts, each a run of them a row.
 *
 * @module
 */

import type { GrabPath, GrabRole, PutEvent, PutRole } from "../../recording/event.ts";
import type { ExportedCall, GrabOutcome } from "./calls.ts";
import type { ExportColumn } from "./columns.ts";

/** A row of the table of runs of grabs; {@linkcode RUN_COLUMNS} says what its fields are. */
export interface RunRow {
  /** The thread of the call. */
  readonly tid: number;
  /** The thread's number of the call. */
  readonly call_no: number;
  /** Number of the run in its call. */
  readonly run_no: number;
  /** What became of the grabs. */
  readonly outcome: GrabOutcome;
  /** Which walk grabbed. */
  readonly path: GrabPath;
  /** Which function grabbed. */
  readonly role: GrabRole;
  /** The first page that was named. */
  readonly pfn: number;
  /** Its head. */
  readonly head: number;
  /** log2 of the pages behind the head. */
  readonly head_order: number;
  /** How many grabs. */
  readonly grabs: number;
  /** References that each added. */
  readonly refs_each: number;
  /** Pages from one to the next. */
  readonly step: number;
  /** `_refcount` of the head after the first. */
  readonly refcount: number | null;
}

/** A row of the table of runs of puts; {@linkcode PUT_COLUMNS} says what its fields are. */
export interface PutRow {
  /** The thread that put. */
  readonly tid: number;
  /** The thread's number of the call inside which it put. */
  readonly call_no: number | null;
  /** Which walk that call was in. */
  readonly path: GrabPath | null;
  /** Which function put. */
  readonly role: PutRole;
  /** Which references. */
  readonly kind: "get" | "pin";
  /** Nanoseconds since boot at the first. */
  readonly at_ns: number;
  /** The first head. */
  readonly pfn: number;
  /** log2 of the pages behind it. */
  readonly head_order: number;
  /** How many puts. */
  readonly puts: number;
  /** References that each took away. */
  readonly refs_each: number;
  /** Pages from one to the next. */
  readonly step: number;
}

/** The columns of the table of runs of grabs. */
export const RUN_COLUMNS: readonly ExportColumn<RunRow>[] = [
  integer("tid", null, "thread of the call"),
  integer("call_no", null, "the thread's number of the call; with tid, the key in calls"),
  integer("run_no", null, "number of the run in its call, from 1"),
  text(
    "outcome",
    "kept or undone by the fast walk; slow: kept by the slow path; unsettled: of a call that failed " +
      "or is the slow path's alone",
  ),
  text("path", "which walk grabbed: fast or slow"),
  text("role", "which function grabbed: grabOne, grabBatch or grabSlow"),
  integer("pfn", null, "page frame number of the first page that was named"),
  integer("head", null, "page frame number of its head; with head_order 0, every page is its own"),
  integer("head_order", null, "log2 of the pages behind the head"),
  integer("grabs", "grabs", "grabs of the run"),
  integer("refs_each", "references", "references that each added"),
  integer("step", "pages", "pages from one grab to the next"),
  integer(
    "refcount",
    "references",
    "_refcount of the head after the first grab",
    "the recording does not tell",
  ),
];

/** The columns of the table of runs of puts. */
export const PUT_COLUMNS: readonly ExportColumn<PutRow>[] = [
  integer("tid", null, "thread that put, whoever had taken"),
  integer("call_no", null, "the thread's call inside which it put", "it was outside any"),
  text("path", "which walk that call was in: fast or slow", "it was outside any"),
  text("role", "which function put: put, or unpin of one folio's pages"),
  text("kind", "which references: get or pin"),
  integer("at_ns", "ns", "time since boot at the first put"),
  integer("pfn", null, "page frame number of the first head"),
  integer("head_order", null, "log2 of the pages behind that head"),
  integer("puts", "puts", "puts of the run"),
  integer("refs_each", "references", "references that each took away"),
  integer("step", "pages", "pages from one put to the next; 0 on one head"),
];

function integer<Name extends string>(
  name: Name,
  unit: string | null,
  what: string,
  nullWhen: string | null = null,
): { name: Name; type: "integer"; unit: string | null; what: string; nullWhen: string | null } {
  return { name, type: "integer", unit, what, nullWhen };
}

function text<Name extends string>(
  name: Name,
  what: string,
  nullWhen: string | null = null,
): { name: Name; type: "text"; unit: null; what: string; nullWhen: string | null } {
  return { name, type: "text", unit: null, what, nullWhen };
}

/**
 * The grabs of a call as rows.
 *
 * @example One grab of 256 references
 * ```ts
 * import { runRows } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const run = {
 *   kind: "run", tid: 7, call: 1, path: "fast", role: "grabBatch",
 *   pfn: 0x100a00, head: 0x100a00, order: 9, count: 1, refs: 256, step: 256,
 * } as const;
 * const [row] = runRows({ runs: [{ run, outcome: "kept" }] });
 * assertEquals([row?.run_no, row?.grabs, row?.refs_each, row?.refcount], [1, 1, 256, null]);
 * ```
 */
export function runRows({ runs }: Pick<ExportedCall, "runs">): RunRow[] {
  return runs.map(({ run, outcome }, i) => ({
    tid: run.tid,
    call_no: run.call,
    run_no: i + 1,
    outcome,
    path: run.path,
    role: run.role,
    pfn: run.pfn,
    head: run.head,
    head_order: run.order,
    grabs: run.count,
    refs_each: run.refs,
    step: run.step,
    refcount: run.refcount ?? null,
  }));
}

/**
 * Puts as a row.
 *
 * @example A put outside any call
 * ```ts
 * import { putRow } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const row = putRow({
 *   kind: "put", tid: 7, call: 0, role: "put", pin: true, at: 1000,
 *   pfn: 0x100a00, order: 9, count: 1, refs: 256, step: 0,
 * });
 * assertEquals([row.call_no, row.path, row.kind], [null, null, "pin"]);
 * ```
 */
export function putRow(
  { tid, call, path, role, pin, at, pfn, order, count, refs, step }: PutEvent,
): PutRow {
  return {
    tid,
    call_no: call === 0 ? null : call,
    path: path ?? null,
    role,
    kind: pin ? "pin" : "get",
    at_ns: at,
    pfn,
    head_order: order,
    puts: count,
    refs_each: refs,
    step,
  };
}
