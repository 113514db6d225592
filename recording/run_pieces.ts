/**
 * Pieces of lines that tell of a run of grabs or of puts.
 *
 * @module
 */

import type { CallLine, PutLine } from "./call_line.ts";
import { field, LIMITS, type Text, text } from "./layout.ts";
import type { Reader } from "./reader.ts";

const PATHS = ["fast", "slow"] as const;
const ROLES = ["grabOne", "grabBatch", "grabSlow"] as const;
const IN_CALL = ',"run":{';
const WALKS_IN_CALL = walks(IN_CALL);
const WALKS = walks(",");
const PAGE = field(',"pfn":', LIMITS.pfn);
const HEAD = field(',"head":', LIMITS.pfn);
const RUN_ORDER = field(',"order":', LIMITS.order);
const GRABS = field(',"count":', LIMITS.pages);
const REFS = field(',"refs":', LIMITS.pages);
const STEP = field(',"step":', LIMITS.pages);
const REFCOUNT = field(',"refcount":', LIMITS.count, true);

const [B, O, R, S] = [..."BOrs"].map((letter) => letter.charCodeAt(0));

/**
 * Reads which walk and which function a run belongs to.
 *
 * @param inCall Whether it stands in its call's line, not on one of its own.
 */
export function readWalk(reader: Reader, start: number, call: CallLine, inCall: boolean): number {
  const { bytes } = reader;
  const named = inCall ? start + IN_CALL.length - 1 : start;
  const path = bytes[named + 9] === S ? 1 : 0;
  const role = bytes[named + 27];
  const index = role === O ? 0 : role === B ? 1 : 2;
  call.path = PATHS[path];
  call.role = ROLES[index] ?? "grabOne";
  const walk = (inCall ? WALKS_IN_CALL : WALKS)[3 * path + index];
  return walk === undefined ? reader.odd : reader.text(start, walk);
}

/** Reads which page was grabbed first, and its head. */
export function readPages(reader: Reader, start: number, run: CallLine): number {
  let at = reader.number(start, PAGE);
  run.pfn = reader.small;
  at = reader.number(at, HEAD);
  run.head = reader.small;
  return at;
}

/** Reads a page by its number, which is the reader's value then. */
export function readPage(reader: Reader, start: number): number {
  return reader.number(start, PAGE);
}

/** Reads the numbers that runs of grabs and of puts have in common. */
export function readRunNumbers(reader: Reader, start: number, run: CallLine | PutLine): number {
  let at = reader.number(start, RUN_ORDER);
  run.order = reader.small;
  at = reader.number(at, GRABS);
  run.count = reader.small;
  at = reader.number(at, REFS);
  run.refs = reader.small;
  at = reader.number(at, STEP);
  run.step = reader.small;
  return at;
}

/** Reads the head's refcount, if the run tells it. */
export function readRefcount(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  call.hasRefcount = bytes[start + 2] === R;
  if (!call.hasRefcount) return start;
  const at = reader.number(start, REFCOUNT);
  call.refcount = reader.small;
  return at;
}

/** What is before the numbers of a run, by path and role. */
function walks(before: string): readonly Text[] {
  return PATHS.flatMap((path) =>
    ROLES.map((role) => text(`${before}"path":"${path}","role":"${role}"`))
  );
}
