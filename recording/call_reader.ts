/**
 * Calls, recognised by each byte of their lines.
 *
 * @module
 */

import { CallLine } from "./call_line.ts";
import { field, LIMITS, type Memo, memo, type Text, text } from "./layout.ts";
import { readLeafPages, readLeafPfn, readLevel } from "./leaf_pieces.ts";
import type { Reader } from "./reader.ts";
import { readPages, readRefcount, readRunNumbers, readWalk } from "./run_pieces.ts";

const CALL_TID = field('{"kind":"call","tid":', LIMITS.count);
const CALL_NUMBER = field(',"call":', LIMITS.count);
const AT = field(',"at":', LIMITS.count);
const NS = field(',"ns":', LIMITS.count);
const ADDRESS = text(',"address":"0x');
const ASKED = field('","asked":', LIMITS.pages);
const FLAGS = field(',"flags":', LIMITS.count);
const RETURNED = field(',"returned":', LIMITS.pages, true);
const LOOKUPS = field(',"lookups":', LIMITS.count);
const REAL_LOOKUPS = field(',"realLookups":', LIMITS.count);
const FELL_BACK = text(',"fellBack":true');
const DID_NOT = text(',"fellBack":false');
const PARTS = field(',"parts":', LIMITS.count);

const [F, L, R, T] = [..."flrt"].map((letter) => letter.charCodeAt(0));

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
  /** The rest of the line; of a line that was odd nothing, so that no call is of its kind. */
  readonly rest: Memo = memo();
}

/** A reader of calls. Pieces of a line that are as they were in one of the last are not read again. */
export class CallReader {
  readonly #reader: Reader;
  readonly #kinds: readonly CallKind[] = Array.from({ length: KINDS }, () => new CallKind());
  /** The kind of the last call. */
  #kind: CallKind = new CallKind();
  /** The kind that was forgotten last. */
  #forgotten = 0;
  /** How many kinds there were. */
  #count = 0;
  readonly #callKey = memo();
  #tid = 0;
  #address = 0;
  /** Where the digits of the address are. */
  #digits = 0;

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
    // One thread makes several calls in a row. What follows shows that its number ends here.
    let at = reader.again(start, this.#callKey);
    if (at === odd) {
      at = reader.number(start, CALL_TID);
      this.#tid = reader.small;
      reader.remember(this.#callKey, start, at);
    }
    at = reader.number(at, CALL_NUMBER);
    const number = reader.small;
    at = reader.number(at, AT);
    const time = reader.value;
    at = reader.number(at, NS);
    const ns = reader.small;
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
      kind.call.kind = ++this.#count;
    }
    const { call } = kind;
    call.tid = this.#tid;
    call.call = number;
    call.at = time;
    call.ns = ns;
    call.address = this.#address;
    this.#kind = kind;
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
      at = reader.closed(readRefcount(reader, at, call));
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
    if (hasRun) at = readWalk(reader, at, call, true);
    reader.remember(kind.asked, start, at);
    if (hasRun) {
      const run = readPages(reader, at, call);
      at = readRunNumbers(reader, run, call);
      if (call.count === 0) at = odd;
      reader.remember(kind.run, run, at);
      at = reader.closed(readRefcount(reader, at, call));
    }
    kind.leaf = undefined;
    call.leaf = "none";
    if (bytes[at + 2] === L) {
      kind.leaf = readLevel(reader, at, call, true);
      if (kind.leaf !== undefined) at = this.#readLeafAddress(at, call, kind.leaf, start);
    }
    const rest = at;
    if (call.leaf !== "none") at = reader.closed(readLeafPages(reader, rest, call));
    at = reader.lineEnd(reader.number(at, PARTS));
    call.parts = reader.small;
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
    return readLeafPfn(reader, at, call);
  }
}

/** Reads what a call was asked for and what it returned. */
function readAsked(reader: Reader, start: number, call: CallLine): number {
  const { bytes } = reader;
  let at = reader.number(start, ASKED);
  call.asked = reader.small;
  at = reader.number(at, FLAGS);
  call.flags = reader.small;
  at = reader.number(at, RETURNED);
  call.returned = reader.small;
  at = reader.number(at, LOOKUPS);
  call.lookups = reader.small;
  at = reader.number(at, REAL_LOOKUPS);
  call.realLookups = reader.small;
  call.fellBack = undefined;
  if (bytes[at + 2] === F) {
    call.fellBack = bytes[at + 12] === T;
    at = reader.text(at, call.fellBack ? FELL_BACK : DID_NOT);
  }
  return at;
}
