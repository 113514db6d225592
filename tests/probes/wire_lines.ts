/**
 * Lines of bpftrace, and the events that they are.
 *
 * @module
 */

import type { WireMessage } from "../../probes/wire.ts";
import type { CallEvent, CallRun, RecordingEvent, RunEvent } from "../../recording/event.ts";

/** A printf line of the program, as bpftrace wraps it. */
export function printed(text: string): string {
  return JSON.stringify({ type: "printf", data: `${text}\n` });
}

/** What a line that tells of events is read as. */
export function events(...events: readonly RecordingEvent[]): WireMessage {
  return { kind: "events", events };
}

/** What a line is read as that cannot be understood. */
export function unreadable(line: string): WireMessage {
  return events({ kind: "unreadable", text: line.slice(0, 200) });
}

/** One grab of 256 pages, in the first call of a thread. */
export const RUN: string = "run 412 1 200000100 1 100a00 100a00 9";
/** A device's leaf of 256 pages, which was taken. */
export const LEAF: string = "leaf 412 7f0040000000 7f0040100000 100a00 1000020";
/** The third call of a thread, with its run, its leaf, and no put inside it. */
export const CALL: string =
  "call 412 3000001 12a05f200 493e0 7f0040000000 10000080001 256 100000001 " +
  "200000100 1 100a00 100a00 9 7f0040000000 7f0040100000 100a00 3000020 2 7 0 0";
/** 512 references of a pin on an order-9 head by the role "unpin", outside any call. */
export const PUT: string = `put 412 0 ${
  (512 + 2 * 2 ** 32 + 2 ** 40 + 9 * 2 ** 48).toString(16)
} 100a00 12a05f200 3`;

/** The run of all of them as a call tells it. */
export const CALL_RUN: CallRun = {
  path: "fast",
  role: "grabBatch",
  pfn: 0x100a00,
  head: 0x100a00,
  order: 9,
  count: 1,
  refs: 256,
  step: 256,
};
/** What {@linkcode RUN} is. */
export const RUN_EVENT: RunEvent = { kind: "run", tid: 412, call: 1, ...CALL_RUN };
/** What {@linkcode CALL} is. */
export const CALL_EVENT: CallEvent = {
  kind: "call",
  tid: 412,
  call: 3,
  fellBack: false,
  at: 5_000_000_000,
  ns: 300_000,
  address: "0x7f0040000000",
  asked: 256,
  flags: 0x80001,
  returned: 256,
  lookups: 1,
  realLookups: 1,
  parts: 0,
  run: CALL_RUN,
  leaf: { address: "0x7f0040000000", pfn: 0x100a00, pages: 256, taken: true },
};
