/**
 * The commonest lines, recognised by each of their bytes.
 *
 * @module
 */

import { CallLine, PutLine } from "./call_line.ts";
import type { LeafEvent, RunEvent } from "./event.ts";
import { leafEvent, runEvent } from "./part_events.ts";
import { type Field, field, memo, type Text, text } from "./layout.ts";
import type { Reader } from "./reader.ts";

/** Limits of numbers, as the checks of their fields have them. */
const COUNT = Number.MAX_SAFE_INTEGER;
const PAGES = 2 ** 31 - 1;
const PFN = 2 ** 52 - 1;
const ORDER = 63;

const CALL_TID = field('{"kind":"call","tid":', COUNT);
const CALL_NUMBER = field(',"call":', COUNT);
const AT = field(',"at":', COUNT);
const NS = field(',"ns":', COUNT);
const ADDRESS = text(',"address":"0x');
const ASKED = field('","asked":', PAGES);
const FLAGS = field(',"flags":', COUNT);
const RETURNED = field(',"returned":', PAGES);
const FAILED = field(',"returned":-', PAGES);
const LOOKUPS = field(',"lookups":', COUNT);
const REAL_LOOKUPS = field(',"realLookups":', COUNT);
const FELL_BACK = text(',"fellBack":true');
const DID_NOT = text(',"fellBack":false');
const PARTS = field(',"parts":', COUNT);

const PATHS = ["fast", "slow"] as const;
const ROLES = ["grabOne", "grabBatch", "grabSlow"] as const;
const WALKS_IN_CALL = walks(',"run":{');
const WALKS = walks(",");
const PAGE = field(',"pfn":', PFN);
const HEAD = field(',"head":', PFN);
const RUN_ORDER = field(',"order":', ORDER);
const GRABS = field(',"count":', PAGES);
const REFS = field(',"refs":', PAGES);
const STEP = field(',"step":', PAGES);
const REFCOUNT = field(',"refcount":', COUNT);
const NEGATIVE_REFCOUNT = field(',"refcount":-', COUNT);
const RUN_TID = field('{"kind":"run","tid":', COUNT);

const LEVELS = ["device", "pte", "pmd", "pud"] as const;
const LEAVES_IN_CALL = leaves(',"leaf":{');
const LEAVES = leaves(",");
const LEAF_PFN = field('","pfn":', PFN);
const LEAF_PAGES = field(',"pages":', PAGES);
const ORDINARY_PAGES = field('","pages":', PAGES);
const TAKEN = text(',"taken":true');
const NOT_TAKEN = text(',"taken":false');
const LEAF_TID = field('{"kind":"leaf","tid":', COUNT);

const PUT_TID = field('{"kind":"put","tid":', COUNT);
const PUTS = {
  put: [puts("put", false), puts("put", true)],
  unpin: [puts("unpin", false), puts("unpin", true)],
} as const;

const [BRACE, LINE_FEED, MINUS] = [125, 10, 45];
const letter = (it: string): number => it.charCodeAt(0);
const [B, F, L, M, O, R, S, T, U] = [..."BflmOrstu"].map(letter);

/** A reader of calls and puts. Pieces of a line that are as they were in the last one are not read again. */
export class CallReader {
  /** The last call that was read. */
  readonly call: CallLine = new CallLine();
  /** The last puts that were read. */
  readonly put: PutLine = new PutLine();
  readonly #reader: Reader;
  readonly #callKey = memo();
  readonly #asked = memo();
  readonly #run = memo();
  readonly #rest = memo();
  readonly #putKey = memo();
  readonly #put = memo();
  /** Whether the last call was read to its end. */
  #isWhole = false;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Reads a call, with its run and its leaf if they are there; gives the place after its line. */
  readCall(start: number): number {
    const reader = this.#reader;
    const { call } = this;
    const { bytes, odd } = reader;
    // What an odd line leaves behind is nothing to be like.
    let repeats = this.#isWhole;
    this.#isWhole = false;
    // One thread makes several calls in a row. What follows shows that its number ends here.
    let at = reader.again(start, this.#callKey);
    if (at === odd) {
      at = reader.number(start, CALL_TID);
      call.tid = reader.value;
      reader.remember(this.#callKey, start, at);
    }
    at = reader.number(at, CALL_NUMBER);
    call.call = reader.value;
    at = reader.number(at, AT);
    call.at = reader.value;
    at = reader.number(at, NS);
    call.ns = reader.value;
    const address = at + ADDRESS.length;
    const asked = at = reader.hex(at, ADDRESS);
    call.address = reader.value;
    if (at === odd) return odd;
    at = reader.again(asked, this.#asked);
    if (at === odd) {
      repeats = false;
      at = readAsked(reader, asked, call);
      const hasRun = bytes[at + 2] === R;
      call.path = undefined;
      if (hasRun) at = readWalk(reader, at, call, WALKS_IN_CALL, 7);
      reader.remember(this.#asked, asked, hasRun ? at : odd);
    }
    if (call.path !== undefined) {
      at = reader.number(at, PAGE);
      call.pfn = reader.value;
      const run = at = reader.number(at, HEAD);
      call.head = reader.value;
      if (at === odd) return odd;
      at = reader.again(run, this.#run);
      if (at === odd) {
        repeats = false;
        at = readRunNumbers(reader, run, call);
        if (call.count === 0) at = odd;
        reader.remember(this.#run, run, at);
      }
      at = closed(reader, readRefcount(reader, at, call));
    }
    call.leaf = "none";
    if (bytes[at + 2] === L) {
      at = readLeafPlace(reader, at, call, LEAVES_IN_CALL, 8, address, asked + 1 - address);
    }
    if (at === odd) return odd;
    const rest = at;
    at = reader.again(rest, this.#rest);
    if (at === odd) {
      repeats = false;
      at = call.leaf === "none" ? rest : closed(reader, readLeafPages(reader, rest, call));
      at = lineEnd(reader, reader.number(at, PARTS));
      call.parts = reader.value;
      reader.remember(this.#rest, rest, at);
    }
    this.#isWhole = at !== odd;
    call.repeats = repeats;
    return at;
  }

  /** Reads puts outside of any call; gives the place after their line. */
  readPut(start: number): number {
    const reader = this.#reader;
    const { put } = this;
    const { bytes, odd } = reader;
    let at = reader.again(start, this.#putKey);
    if (at === odd) {
      at = reader.number(start, PUT_TID);
      put.tid = reader.value;
      const isUnpin = bytes[at + 18] === U;
      put.pin = bytes[at + (isUnpin ? 31 : 29)] === T;
      at = reader.text(at, PUTS[isUnpin ? "unpin" : "put"][put.pin ? 1 : 0]);
      reader.remember(this.#putKey, start, at);
    }
    at = reader.number(at, AT);
    const rest = at = reader.number(at, PAGE);
    put.pfn = reader.value;
    if (at === odd) return odd;
    at = reader.again(rest, this.#put);
    if (at === odd) {
      at = lineEnd(reader, readRunNumbers(reader, rest, put));
      if (put.count === 0) at = odd;
      reader.remember(this.#put, rest, at);
    }
    return at;
  }
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
  let at = readKey(reader, start, RUN_TID, scratch);
  at = readWalk(reader, at, scratch, WALKS, 0);
  at = reader.number(at, PAGE);
  scratch.pfn = reader.value;
  at = reader.number(at, HEAD);
  scratch.head = reader.value;
  at = readRunNumbers(reader, at, scratch);
  const next = lineEnd(reader, readRefcount(reader, at, scratch));
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
  const place = readLeafPlace(reader, key, scratch, LEAVES, 0, 0, 0);
  const next = lineEnd(reader, readLeafPages(reader, place, scratch));
  const { tid, call, leaf } = scratch;
  return next === reader.odd || leaf === "none"
    ? undefined
    : { event: leafEvent({ tid, call }, scratch.leafOf(leaf)), next };
}

/** Reads which call a run or a leaf belongs to. */
function readKey(reader: Reader, start: number, tid: Field, scratch: CallLine): number {
  let at = reader.number(start, tid);
  scratch.tid = reader.value;
  at = reader.number(at, CALL_NUMBER);
  scratch.call = reader.value;
  return at;
}

/** Reads the numbers that runs of grabs and of puts have in common. */
function readRunNumbers(reader: Reader, start: number, run: CallLine | PutLine): number {
  let at = reader.number(start, RUN_ORDER);
  run.order = reader.value;
  at = reader.number(at, GRABS);
  run.count = reader.value;
  at = reader.number(at, REFS);
  run.refs = reader.value;
  at = reader.number(at, STEP);
  run.step = reader.value;
  return at;
}

/** Reads what a call was asked for and what it returned. */
function readAsked(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  let at = reader.number(start, ASKED);
  call.asked = reader.value;
  at = reader.number(at, FLAGS);
  call.flags = reader.value;
  const isFailed = bytes[at + 12] === MINUS;
  at = reader.number(at, isFailed ? FAILED : RETURNED);
  call.returned = isFailed ? -reader.value : reader.value;
  at = reader.number(at, LOOKUPS);
  call.lookups = reader.value;
  at = reader.number(at, REAL_LOOKUPS);
  call.realLookups = reader.value;
  call.fellBack = undefined;
  if (bytes[at + 2] === F) {
    call.fellBack = bytes[at + 12] === T;
    at = reader.text(at, call.fellBack ? FELL_BACK : DID_NOT);
  }
  return at;
}

/**
 * Reads which walk and which function a run belongs to.
 *
 * @param skip Bytes before its path is named.
 */
function readWalk(
  reader: Reader,
  start: number,
  call: CallLine,
  texts: readonly Text[],
  skip: number,
): number {
  const { bytes } = reader;
  const path = bytes[start + skip + 9] === S ? 1 : 0;
  const role = bytes[start + skip + 27];
  const index = role === O ? 0 : role === B ? 1 : 2;
  call.path = PATHS[path];
  call.role = ROLES[index] ?? "grabOne";
  const walk = texts[3 * path + index];
  return walk === undefined ? reader.odd : reader.text(start, walk);
}

function readRefcount(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  call.hasRefcount = bytes[start + 2] === R;
  if (!call.hasRefcount) return start;
  const isNegative = bytes[start + 12] === MINUS;
  const at = reader.number(start, isNegative ? NEGATIVE_REFCOUNT : REFCOUNT);
  call.refcount = isNegative ? -reader.value : reader.value;
  return at;
}

/**
 * Reads where a leaf is. Mostly it begins where its call does.
 *
 * @param skip Bytes before its level or address is named.
 * @param address Where the digits of the call's address are.
 * @param length How many there are, and the quote behind them; 0 where the call is not known.
 */
function readLeafPlace(
  reader: Reader,
  start: number,
  call: CallLine,
  texts: readonly Text[],
  skip: number,
  address: number,
  length: number,
): number {
  const { bytes } = reader;
  const letter = bytes[start + skip + 11];
  const index = bytes[start + skip + 2] !== L ? 0 : letter === T ? 1 : letter === M ? 2 : 3;
  call.leaf = LEVELS[index] ?? "none";
  const place = texts[index];
  if (place === undefined) return reader.odd;
  let at = reader.textAnd(start, place, address, length) - 1;
  if (at < reader.odd - 1) {
    call.leafAddress = call.address;
  } else {
    at = reader.hex(start, place);
    call.leafAddress = reader.value;
  }
  if (index !== 0) return at;
  at = reader.number(at, LEAF_PFN);
  call.leafPfn = reader.value;
  return at;
}

/** Reads how many pages it has, and whether it was taken. */
function readLeafPages(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  const pages = call.leaf === "device" ? LEAF_PAGES : ORDINARY_PAGES;
  const at = reader.number(start, pages);
  call.leafPages = reader.value;
  call.leafTaken = undefined;
  if (bytes[at + 2] !== T) return at;
  call.leafTaken = bytes[at + 9] === T;
  return reader.text(at, call.leafTaken ? TAKEN : NOT_TAKEN);
}

function closed({ bytes, odd }: Reader, at: number): number {
  return bytes[at] === BRACE ? at + 1 : odd;
}

function lineEnd({ bytes, odd }: Reader, at: number): number {
  return bytes[at] === BRACE && bytes[at + 1] === LINE_FEED ? at + 2 : odd;
}

/** What is before the numbers of a run, by path and role. */
function walks(before: string): readonly Text[] {
  return PATHS.flatMap((path) =>
    ROLES.map((role) => text(`${before}"path":"${path}","role":"${role}"`))
  );
}

/** Leaves by level. */
function leaves(before: string): readonly Text[] {
  return LEVELS.map((level) =>
    text(`${before}${level === "device" ? "" : `"level":"${level}",`}"address":"0x`)
  );
}

function puts(role: string, pin: boolean): Text {
  return text(`,"call":0,"role":"${role}","pin":${pin}`);
}
