/**
 * The table of calls: each call that was seen, whether or not it is judged.
 *
 * @module
 */

import type { HexAddress } from "../../recording/event.ts";
import type { Taking } from "../../recording/header.ts";
import type { Balance } from "../facts.ts";
import type { ExportedCall, ExportSetAside } from "./calls.ts";
import type { ExportColumn } from "./columns.ts";
import type { Survey } from "./survey.ts";

/** A row of the table of calls; {@linkcode CALL_COLUMNS} says what its fields are. */
export interface CallRow {
  /** The thread. */
  readonly tid: number;
  /** The thread's number of the call. */
  readonly call_no: number;
  /** Its process. */
  readonly pid: number | null;
  /** Its name. */
  readonly comm: string | null;
  /** Whether its grabs are held against its pages. */
  readonly judged: boolean;
  /** Why it counts in no total. */
  readonly set_aside: ExportSetAside | null;
  /** By which walk it took memory. */
  readonly path: Taking["path"];
  /** Whether as FOLL_GET or as FOLL_PIN. */
  readonly kind: Taking["kind"];
  /** Whether it asked for FOLL_LONGTERM. */
  readonly longterm: boolean;
  /** FOLL_* flags. */
  readonly flags: number;
  /** Nanoseconds since boot at its entry. */
  readonly at_ns: number;
  /** Nanoseconds from entry to return. */
  readonly duration_ns: number;
  /** First user address. */
  readonly address: HexAddress;
  /** Pages asked for. */
  readonly asked: number;
  /** Pages, or a negative errno. */
  readonly returned: number;
  /** Pages that it took. */
  readonly pages: number;
  /** Those that the fast walk took. */
  readonly fast_pages: number | null;
  /** Those that the slow path took. */
  readonly slow_pages: number | null;
  /** Grabs of the fast walk that stayed. */
  readonly grabs: number | null;
  /** References that these added. */
  readonly refs: number | null;
  /** The fewest grabs that would do. */
  readonly least_grabs: number | null;
  /** Heads behind its grabs. */
  readonly heads: number | null;
  /** Grabs of the slow path that stayed. */
  readonly slow_grabs: number | null;
  /** Grabs that the fast walk gave back. */
  readonly undone_grabs: number | null;
  /** Grabs that are no row of the runs. */
  readonly unlisted_grabs: number;
  /** Grabs that failed. */
  readonly refused: number | null;
  /** Grabs of more references than the head has pages. */
  readonly overdrawn: number | null;
  /** PTE leaves. */
  readonly leaves_pte: number | null;
  /** PMD leaves. */
  readonly leaves_pmd: number | null;
  /** PUD leaves. */
  readonly leaves_pud: number | null;
  /** Whether references match pages. */
  readonly balance: Balance | null;
  /** `get_dev_pagemap()` calls. */
  readonly lookups: number;
  /** Those that reused no pgmap. */
  readonly real_lookups: number;
}

const ASIDE = "the call is set aside";

/** The columns of the table of calls. */
export const CALL_COLUMNS: readonly ExportColumn<CallRow>[] = [
  column("tid", "integer", null, "thread, as the kernel numbers it"),
  column("call_no", "integer", null, "the thread's number of the call, from 1; with tid, the key"),
  column("pid", "integer", null, "process of the thread", "the recording does not tell"),
  column("comm", "text", null, "name of the thread", "the recording does not tell"),
  column("judged", "boolean", null, "whether its grabs are held against its pages in the verdict"),
  column(
    "set_aside",
    "text",
    null,
    "why it counts in no total: outside the buffer, straddling its border, failed, slow path alone",
    "it counts",
  ),
  column("path", "text", null, "fast, fast-then-slow, or slow: the slow path alone"),
  column("kind", "text", null, "get (FOLL_GET) or pin (FOLL_PIN)"),
  column("longterm", "boolean", null, "whether it asked for FOLL_LONGTERM"),
  column("flags", "integer", null, "FOLL_* flags, as the traced kernel numbers them"),
  column("at_ns", "integer", "ns", "time since boot at its entry"),
  column("duration_ns", "integer", "ns", "time from entry to return, probes included"),
  column("address", "text", null, "first user address, hexadecimal"),
  column("asked", "integer", "pages", "pages that were asked for"),
  column("returned", "integer", "pages", "what it returned; below 0 it is an errno"),
  column("pages", "integer", "pages", "pages that it took: returned, or 0"),
  column("fast_pages", "integer", "pages", "those that the fast walk took", ASIDE),
  column("slow_pages", "integer", "pages", "those that the slow path took", ASIDE),
  column("grabs", "integer", "grabs", "grabs of the fast walk that stayed", ASIDE),
  column("refs", "integer", "references", "references that these added", ASIDE),
  column("least_grabs", "integer", "grabs", "the fewest that could have taken fast_pages", ASIDE),
  column("heads", "integer", "heads", "heads behind the grabs, in this call", ASIDE),
  column("slow_grabs", "integer", "grabs", "grabs of the slow path that stayed", ASIDE),
  column(
    "undone_grabs",
    "integer",
    "grabs",
    "grabs of the fast walk given back in the call",
    ASIDE,
  ),
  column("unlisted_grabs", "integer", "grabs", "grabs without a row in runs: only sums are known"),
  column("refused", "integer", "grabs", "grabs that failed", ASIDE),
  column(
    "overdrawn",
    "integer",
    "grabs",
    "grabs of more references than the head has pages",
    ASIDE,
  ),
  column(
    "leaves_pte",
    "integer",
    "leaves",
    "PTE leaves that the pages were reached through",
    ASIDE,
  ),
  column("leaves_pmd", "integer", "leaves", "PMD leaves, likewise", ASIDE),
  column("leaves_pud", "integer", "leaves", "PUD leaves, likewise", ASIDE),
  column("balance", "text", null, "references against pages: even, uneven or unsure", ASIDE),
  column("lookups", "integer", "calls", "get_dev_pagemap() calls inside it"),
  column("real_lookups", "integer", "calls", "those of them that reused no pgmap"),
];

function column(
  name: keyof CallRow,
  type: ExportColumn<CallRow>["type"],
  unit: string | null,
  what: string,
  nullWhen: string | null = null,
): ExportColumn<CallRow> {
  return { name, type, unit, what, nullWhen };
}

/**
 * A call as a row.
 *
 * @example A call outside the buffer
 * ```ts
 * import { callRow, type Survey } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const survey = {
 *   header: { plan: { flags: { get: 1, pin: 0x80000, write: 4, longterm: 0x100 } } },
 *   threads: new Map([[7, { pid: 7, comm: "qemu", calls: true }]]),
 * } as unknown as Survey;
 * const row = callRow({
 *   event: {
 *     kind: "call", tid: 7, call: 1, at: 1000, ns: 900, address: "0xffffffffff600000", asked: 1,
 *     flags: 0x80000, returned: 1, lookups: 0, realLookups: 0,
 *   },
 *   setAside: "outside", judged: false, facts: null, runs: [],
 * }, survey);
 * assertEquals([row.comm, row.kind, row.address, row.grabs], [
 *   "qemu", "pin", "0xffffffffff600000", null,
 * ]);
 * ```
 */
export function callRow(
  { event, setAside, judged, facts, runs }: ExportedCall,
  { header: { plan: { flags } }, threads }: Survey,
): CallRow {
  const thread = threads.get(event.tid);
  const fellBack = facts?.fellBack ?? event.fellBack ?? runs.some(({ run }) => run.path === "slow");
  return {
    tid: event.tid,
    call_no: event.call,
    pid: thread?.pid ?? null,
    comm: thread?.comm ?? null,
    judged,
    set_aside: setAside,
    path: event.path === "slow" ? "slow" : fellBack ? "fast-then-slow" : "fast",
    kind: (event.flags & flags.pin) === 0 ? "get" : "pin",
    longterm: (event.flags & flags.longterm) !== 0,
    flags: event.flags,
    at_ns: event.at,
    duration_ns: event.ns,
    address: event.address,
    asked: event.asked,
    returned: event.returned,
    pages: Math.max(0, event.returned),
    fast_pages: facts?.fastPages ?? null,
    slow_pages: facts?.slowPages ?? null,
    grabs: facts?.grabs ?? null,
    refs: facts?.refs ?? null,
    least_grabs: facts?.leastGrabs ?? null,
    heads: facts?.heads ?? null,
    slow_grabs: facts?.slowGrabs ?? null,
    undone_grabs: facts?.undoneGrabs ?? null,
    unlisted_grabs: event.unlisted?.grabs ?? 0,
    refused: facts?.refused ?? null,
    overdrawn: facts?.overdrawn ?? null,
    leaves_pte: facts?.leaves.pte ?? null,
    leaves_pmd: facts?.leaves.pmd ?? null,
    leaves_pud: facts?.leaves.pud ?? null,
    balance: facts?.balance ?? null,
    lookups: event.lookups,
    real_lookups: event.realLookups,
  };
}
