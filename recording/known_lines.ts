/**
 * The commonest lines, recognised by each of their bytes.
 *
 * @module
 */

import { CallLine, PutLine } from "./call_line.ts";
import type { LeafEvent, RunEvent } from "./event.ts";
import { leafEvent, runEvent } from "./part_events.ts";
import { type Field, field, type Memo, memo, type Text, text } from "./layout.ts";
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

/** Kinds of calls that are remembered: mostly a workload makes few, in turn. */
const KINDS = 8;

/** Calls that differ in nothing but which they are, where they were and when. */
class CallKind {
  /** The last one that was read. */
  readonly call: CallLine = new CallLine();
  /** What it asked for and got, to the function of its run. */
  readonly asked: Memo = memo();
  /** Its run, from the order on. */
  readonly run: Memo = memo();
  /** What is before the address of its leaf; `undefined` where it has none. */
  leaf: Text | undefined;
  /** The rest of the line. */
  readonly rest: Memo = memo();
}

/** A reader of calls and puts. Pieces of a line that are as they were in one of the last are not read again. */
export class CallReader {
  /** The last puts that were read. */
  readonly put: PutLine = new PutLine();
  readonly #reader: Reader;
  readonly #kinds: readonly CallKind[] = Array.from({ length: KINDS }, () => new CallKind());
  /** The kind of the last call. */
  #kind: CallKind = new CallKind();
  /** The kind that was forgotten last. */
  #forgotten = 0;
  /** Whether the last call was read to its end. */
  #isWhole = false;
  readonly #callKey = memo();
  #tid = 0;
  #address = 0;
  /** Where the digits of the address are. */
  #digits = 0;
  readonly #putKey = memo();
  readonly #put = memo();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** The last call that was read. */
  get call(): CallLine {
    return this.#kind.call;
  }

  /** Reads a call, with its run and its leaf if they are there; gives the place after its line. */
  readCall(start: number): number {
    const reader = this.#reader;
    const { odd } = reader;
    // What an odd line leaves behind is nothing to be like.
    const last = this.#isWhole ? this.#kind : undefined;
    this.#isWhole = false;
    // One thread makes several calls in a row. What follows shows that its number ends here.
    let at = reader.again(start, this.#callKey);
    if (at === odd) {
      at = reader.number(start, CALL_TID);
      this.#tid = reader.value;
      reader.remember(this.#callKey, start, at);
    }
    at = reader.number(at, CALL_NUMBER);
    const number = reader.value;
    at = reader.number(at, AT);
    const time = reader.value;
    at = reader.number(at, NS);
    const ns = reader.value;
    this.#digits = at + ADDRESS.length;
    const asked = reader.hex(at, ADDRESS);
    if (asked === odd) return odd;
    this.#address = reader.value;
    let kind = this.#kind;
    at = this.#readAgain(asked, kind);
    for (let i = 0; at === odd && i < KINDS; i++) {
      kind = this.#kinds[i] ?? kind;
      at = this.#readAgain(asked, kind);
    }
    if (at === odd) {
      this.#forgotten = (this.#forgotten + 1) % KINDS;
      kind = this.#kinds[this.#forgotten] ?? kind;
      at = this.#readAnew(asked, kind);
      if (at === odd) return odd;
    }
    const { call } = kind;
    call.tid = this.#tid;
    call.call = number;
    call.at = time;
    call.ns = ns;
    call.address = this.#address;
    call.repeats = kind === last;
    this.#kind = kind;
    this.#isWhole = true;
    return at;
  }

  /** Reads what is behind the address of a call that is of a known kind. */
  #readAgain(asked: number, { call, asked: memoOfAsked, run, leaf, rest }: CallKind): number {
    const reader = this.#reader;
    const { odd } = reader;
    let at = reader.again(asked, memoOfAsked);
    if (at === odd) return odd;
    if (call.path !== undefined) {
      at = reader.again(readPages(reader, at, call), run);
      if (at === odd) return odd;
      at = closed(reader, readRefcount(reader, at, call));
    }
    if (leaf !== undefined) at = this.#readLeafAddress(at, call, leaf, asked);
    return reader.again(at, rest);
  }

  /** Reads what is behind the address of a call of any kind, which is remembered. */
  #readAnew(start: number, kind: CallKind): number {
    const reader = this.#reader;
    const { bytes, odd } = reader;
    const { call } = kind;
    let at = readAsked(reader, start, call);
    const hasRun = bytes[at + 2] === R;
    call.path = undefined;
    if (hasRun) at = readWalk(reader, at, call, WALKS_IN_CALL, 7);
    reader.remember(kind.asked, start, at);
    if (hasRun) {
      const run = readPages(reader, at, call);
      at = readRunNumbers(reader, run, call);
      if (call.count === 0) at = odd;
      reader.remember(kind.run, run, at);
      at = closed(reader, readRefcount(reader, at, call));
    }
    kind.leaf = undefined;
    call.leaf = "none";
    if (bytes[at + 2] === L) {
      const index = leafIndex(reader, at + 8);
      call.leaf = LEVELS[index] ?? "none";
      kind.leaf = LEAVES_IN_CALL[index];
      if (kind.leaf !== undefined) at = this.#readLeafAddress(at, call, kind.leaf, start);
    }
    const rest = at;
    if (call.leaf !== "none") at = closed(reader, readLeafPages(reader, rest, call));
    at = lineEnd(reader, reader.number(at, PARTS));
    call.parts = reader.value;
    reader.remember(kind.rest, rest, at);
    return at;
  }

  /** Reads where a call's leaf is. Mostly it begins where the call does. */
  #readLeafAddress(start: number, call: CallLine, leaf: Text, asked: number): number {
    const reader = this.#reader;
    let at = reader.textAnd(start, leaf, this.#digits, asked + 1 - this.#digits);
    if (at !== reader.odd) {
      call.leafAddress = this.#address;
      at--;
    } else {
      at = reader.hex(start, leaf);
      call.leafAddress = reader.value;
    }
    return call.leaf === "device" ? readLeafPfn(reader, at, call) : at;
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
  at = readRunNumbers(reader, readPages(reader, at, scratch), scratch);
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
  const index = leafIndex(reader, key);
  scratch.leaf = LEVELS[index] ?? "none";
  let at = reader.hex(key, LEAVES[index] ?? ADDRESS);
  scratch.leafAddress = reader.value;
  if (index === 0) at = readLeafPfn(reader, at, scratch);
  const next = lineEnd(reader, readLeafPages(reader, at, scratch));
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

/** Reads which page was grabbed first, and its head. */
function readPages(reader: Reader, start: number, run: CallLine): number {
  let at = reader.number(start, PAGE);
  run.pfn = reader.value;
  at = reader.number(at, HEAD);
  run.head = reader.value;
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
 * Which of {@linkcode LEVELS} a leaf has.
 *
 * @param start Where its level or its address is named, or the comma before it.
 */
function leafIndex({ bytes }: Reader, start: number): number {
  const letter = bytes[start + 11];
  return bytes[start + 2] !== L ? 0 : letter === T ? 1 : letter === M ? 2 : 3;
}

function readLeafPfn(reader: Reader, start: number, call: CallLine): number {
  const at = reader.number(start, LEAF_PFN);
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
