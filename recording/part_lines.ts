/**
 * Runs and leaves that stand on lines of their own, recognised by each byte.
 *
 * @module
 */

import type { CallLine } from "./call_line.ts";
import type { LeafEvent, RunEvent } from "./event.ts";
import { type Field, field, LIMITS } from "./layout.ts";
import { readLeafPages, readLeafPfn, readLevel } from "./leaf_pieces.ts";
import { leafEvent, runEvent } from "./part_events.ts";
import type { Reader } from "./reader.ts";
import { readPages, readRefcount, readRunNumbers, readWalk } from "./run_pieces.ts";

const RUN_TID = field('{"kind":"run","tid":', LIMITS.count);
const LEAF_TID = field('{"kind":"leaf","tid":', LIMITS.count);
const CALL_NUMBER = field(',"call":', LIMITS.count);

/**
 * Reads a run that stands on a line of its own.
 *
 * @param scratch Is overwritten.
 * @returns `undefined` where the line is any other.
 */
export function readRunLine(
  reader: Reader,
  start: number,
  scratch: CallLine,
): { readonly event: RunEvent; readonly next: number } | undefined {
  let at = readKey(reader, start, RUN_TID, scratch);
  at = readWalk(reader, at, scratch, false);
  at = readRunNumbers(reader, readPages(reader, at, scratch), scratch);
  const next = reader.lineEnd(readRefcount(reader, at, scratch));
  const { tid, call, path } = scratch;
  return next === reader.odd || path === undefined || scratch.count === 0
    ? undefined
    : { event: runEvent({ tid, call }, scratch.runOf(path)), next };
}

/**
 * Reads a leaf that stands on a line of its own.
 *
 * @param scratch Is overwritten.
 * @returns `undefined` where the line is any other.
 */
export function readLeafLine(
  reader: Reader,
  start: number,
  scratch: CallLine,
): { readonly event: LeafEvent; readonly next: number } | undefined {
  const key = readKey(reader, start, LEAF_TID, scratch);
  const level = readLevel(reader, key, scratch, false);
  if (level === undefined) return undefined;
  const address = reader.hex(key, level);
  scratch.leafAddress = reader.value;
  const pages = readLeafPfn(reader, address, scratch);
  const next = reader.lineEnd(readLeafPages(reader, pages, scratch));
  const { tid, call, leaf } = scratch;
  return next === reader.odd || leaf === "none"
    ? undefined
    : { event: leafEvent({ tid, call }, scratch.leafOf(leaf)), next };
}

/** Reads which call a run or a leaf belongs to. */
function readKey(reader: Reader, start: number, tid: Field, scratch: CallLine): number {
  let at = reader.number(start, tid);
  scratch.tid = reader.small;
  at = reader.number(at, CALL_NUMBER);
  scratch.call = reader.small;
  return at;
}
