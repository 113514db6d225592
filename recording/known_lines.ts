/**
 * The commonest lines, recognised by each of their bytes.
 *
 * @module
 */

import {
  CALL_NUMBERS as CALL,
  type CallLine,
  PUT_NUMBERS as PUT,
  type PutLine,
} from "./call_line.ts";
import type { LeafEvent, RunEvent } from "./event.ts";
import { type Layout, layout, type Reader } from "./layout.ts";

/** Limits of numbers, as the checks of their fields have them. */
const COUNT = Number.MAX_SAFE_INTEGER;
const PAGES = 2 ** 31 - 1;
const PFN = 2 ** 52 - 1;
const ORDER = 63;

const CALL_KEY = layout(
  ['{"kind":"call","tid":', COUNT],
  [',"call":', COUNT],
  [',"at":', COUNT],
  [',"ns":', COUNT],
);
const ADDRESS = layout([',"address":"0x', 0]);
const ASKED = layout(['","asked":', PAGES], [',"flags":', COUNT]);
const LOOKUPS = [[',"lookups":', COUNT], [',"realLookups":', COUNT]] as const;
const RETURNED = layout([',"returned":', PAGES], ...LOOKUPS);
const FAILED = layout([',"returned":-', PAGES], ...LOOKUPS);
const FELL_BACK = layout([',"fellBack":true', 0]);
const DID_NOT = layout([',"fellBack":false', 0]);
const PARTS = layout([',"parts":', COUNT]);

const PATHS = ["fast", "slow"] as const;
const ROLES = ["grabOne", "grabBatch", "grabSlow"] as const;
const RUNS_IN_CALL = runs(',"run":{');
const RUNS = runs(",");
const REFCOUNT = layout([',"refcount":', COUNT]);
const NEGATIVE_REFCOUNT = layout([',"refcount":-', COUNT]);
const RUN_KEY = layout(['{"kind":"run","tid":', COUNT], [',"call":', COUNT]);

const LEVELS = ["device", "pte", "pmd", "pud"] as const;
const LEAVES_IN_CALL = leaves(',"leaf":{');
const LEAVES = leaves(",");
const LEAF_PFN = layout(['","pfn":', PFN]);
const LEAF_PAGES = layout([',"pages":', PAGES]);
const ORDINARY_PAGES = layout(['","pages":', PAGES]);
const TAKEN = layout([',"taken":true', 0]);
const NOT_TAKEN = layout([',"taken":false', 0]);
const LEAF_KEY = layout(['{"kind":"leaf","tid":', COUNT], [',"call":', COUNT]);

const PUT_KEY = layout(['{"kind":"put","tid":', COUNT]);
const PUTS = {
  put: [puts("put", false), puts("put", true)],
  unpin: [puts("unpin", false), puts("unpin", true)],
} as const;

const [BRACE, LINE_FEED, MINUS] = [125, 10, 45];
const letter = (text: string): number => text.charCodeAt(0);
const [B, F, L, M, O, R, S, T, U] = [..."BflmOrstu"].map(letter);

/** Reads a call, with its run and its leaf if they are there; gives the place after its line. */
export function readCall(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  const { numbers } = call;
  let at = reader.numbers(start, CALL_KEY, numbers, CALL.tid);
  at = reader.hex(at, ADDRESS, numbers, CALL.address);
  at = reader.numbers(at, ASKED, numbers, CALL.asked);
  if (bytes[at + 12] === MINUS) {
    at = reader.numbers(at, FAILED, numbers, CALL.returned);
    numbers[CALL.returned] = -(numbers[CALL.returned] ?? 0);
  } else {
    at = reader.numbers(at, RETURNED, numbers, CALL.returned);
  }
  call.fellBack = undefined;
  if (bytes[at + 2] === F) {
    call.fellBack = bytes[at + 12] === T;
    at = reader.text(at, call.fellBack ? FELL_BACK : DID_NOT);
  }
  call.path = undefined;
  if (bytes[at + 2] === R) at = closed(reader, readRun(reader, at, call, RUNS_IN_CALL, 7));
  call.leaf = "none";
  if (bytes[at + 2] === L) at = closed(reader, readLeaf(reader, at, call, LEAVES_IN_CALL, 8));
  return lineEnd(reader, reader.numbers(at, PARTS, numbers, CALL.parts));
}

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
  const key = reader.numbers(start, RUN_KEY, scratch.numbers, CALL.tid);
  const next = lineEnd(reader, readRun(reader, key, scratch, RUNS, 0));
  const { tid, call, path } = scratch;
  return next === reader.odd || path === undefined
    ? undefined
    : { event: { kind: "run", tid, call, ...scratch.runOf(path) }, next };
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
  const key = reader.numbers(start, LEAF_KEY, scratch.numbers, CALL.tid);
  const next = lineEnd(reader, readLeaf(reader, key, scratch, LEAVES, 0));
  const { tid, call, leaf } = scratch;
  return next === reader.odd || leaf === "none"
    ? undefined
    : { event: { kind: "leaf", tid, call, ...scratch.leafOf(leaf) }, next };
}

/** Reads puts outside of any call; gives the place after their line. */
export function readPut(reader: Reader, start: number, put: PutLine): number {
  const { bytes } = reader;
  let at = reader.numbers(start, PUT_KEY, put.numbers, PUT.tid);
  const isUnpin = bytes[at + 18] === U;
  put.pin = bytes[at + (isUnpin ? 31 : 29)] === T;
  at = reader.numbers(at, PUTS[isUnpin ? "unpin" : "put"][put.pin ? 1 : 0], put.numbers, PUT.at);
  return put.count === 0 ? reader.odd : lineEnd(reader, at);
}

/**
 * Reads a run, without what closes it.
 *
 * @param skip Bytes before its path is named.
 */
function readRun(
  reader: Reader,
  start: number,
  call: CallLine,
  layouts: readonly Layout[],
  skip: number,
): number {
  const { bytes } = reader;
  const { numbers } = call;
  const path = bytes[start + skip + 9] === S ? 1 : 0;
  const role = bytes[start + skip + 27];
  const index = role === O ? 0 : role === B ? 1 : 2;
  call.path = PATHS[path];
  call.role = ROLES[index] ?? "grabOne";
  const layout = layouts[3 * path + index];
  if (layout === undefined) return reader.odd;
  let at = reader.numbers(start, layout, numbers, CALL.pfn);
  if (call.count === 0) return reader.odd;
  call.hasRefcount = bytes[at + 2] === R;
  if (call.hasRefcount) {
    const isNegative = bytes[at + 12] === MINUS;
    at = reader.numbers(at, isNegative ? NEGATIVE_REFCOUNT : REFCOUNT, numbers, CALL.refcount);
    if (isNegative) numbers[CALL.refcount] = -(numbers[CALL.refcount] ?? 0);
  }
  return at;
}

/**
 * Reads a leaf, without what closes it.
 *
 * @param skip Bytes before its level or address is named.
 */
function readLeaf(
  reader: Reader,
  start: number,
  call: CallLine,
  layouts: readonly Layout[],
  skip: number,
): number {
  const { bytes } = reader;
  const { numbers } = call;
  const letter = bytes[start + skip + 11];
  const index = bytes[start + skip + 2] !== L ? 0 : letter === T ? 1 : letter === M ? 2 : 3;
  call.leaf = LEVELS[index] ?? "none";
  const layout = layouts[index];
  if (layout === undefined) return reader.odd;
  let at = reader.hex(start, layout, numbers, CALL.leafAddress);
  if (index === 0) {
    at = reader.numbers(at, LEAF_PFN, numbers, CALL.leafPfn);
    at = reader.numbers(at, LEAF_PAGES, numbers, CALL.leafPages);
  } else {
    at = reader.numbers(at, ORDINARY_PAGES, numbers, CALL.leafPages);
  }
  call.leafTaken = undefined;
  if (bytes[at + 2] === T) {
    call.leafTaken = bytes[at + 9] === T;
    at = reader.text(at, call.leafTaken ? TAKEN : NOT_TAKEN);
  }
  return at;
}

function closed({ bytes, odd }: Reader, at: number): number {
  return bytes[at] === BRACE ? at + 1 : odd;
}

function lineEnd({ bytes, odd }: Reader, at: number): number {
  return bytes[at] === BRACE && bytes[at + 1] === LINE_FEED ? at + 2 : odd;
}

/** Runs by path and role. */
function runs(before: string): readonly Layout[] {
  return PATHS.flatMap((path) =>
    ROLES.map((role) =>
      layout(
        [`${before}"path":"${path}","role":"${role}","pfn":`, PFN],
        [',"head":', PFN],
        [',"order":', ORDER],
        [',"count":', PAGES],
        [',"refs":', PAGES],
        [',"step":', PAGES],
      )
    )
  );
}

/** Leaves by level. */
function leaves(before: string): readonly Layout[] {
  return LEVELS.map((level) =>
    layout([`${before}${level === "device" ? "" : `"level":"${level}",`}"address":"0x`, 0])
  );
}

function puts(role: string, pin: boolean): Layout {
  return layout(
    [`,"call":0,"role":"${role}","pin":${pin},"at":`, COUNT],
    [',"pfn":', PFN],
    [',"order":', ORDER],
    [',"count":', PAGES],
    [',"refs":', PAGES],
    [',"step":', PAGES],
  );
}
