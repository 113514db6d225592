/**
 * What the generated program prints, as events: the words of its lines, and the tuples that are left
 * in its maps at the end. script/program.ts tells what each word is.
 *
 * What cannot be read becomes NaN or undefined, which no event can hold: the caller checks the shape.
 *
 * @module
 */

import type { GrabPath, GrabRole, Level, PutRole } from "../recording/event.ts";
import type { KernelTotals } from "../recording/footer.ts";
import { GRAB_CODES } from "./script/grabs.ts";
import { PUT_CODES } from "./script/puts.ts";
import { CALL_SHIFT, LEAF_CODES, LEAF_RESULTS, PARTS_SHIFT, STATE } from "./script/state.ts";

/** Reads a line's words as an event; undefined for a line that is not as the program prints it. */
export function readWords(words: readonly string[]): unknown {
  const [kind = "", tid = "", ...rest] = words;
  // A thread's name may have blanks in it.
  if (kind === "thread") {
    const [pid, at = "", ...comm] = rest;
    return { kind, tid: decimal(tid), pid: decimal(pid), at: hex(at), comm: comm.join(" ") };
  }
  const reader = READERS.get(kind);
  if (reader === undefined || rest.length !== reader.words) return undefined;
  return reader.read(decimal(tid), (i) => hex(rest[i] ?? ""), rest);
}

/** Reads `@put`: the run of puts that each thread was in on each processor. */
export function readPutMap(map: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(map).flatMap(([key, tuple]) => {
    const [, kind = NaN, call = NaN, pfn, at, count] = numbers(tuple, 6);
    return count === 0
      ? []
      : [put({ tid: decimal(key.split(",")[0]), call, kind, pfn, at, count })];
  });
}

/** Reads `@total`: sums of each thread; undefined if it is none. */
export function readTotals(
  map: Readonly<Record<string, unknown>>,
): Readonly<Partial<KernelTotals>> | undefined {
  const sums: number[] = TOTALS.map(() => 0);
  for (const tuple of Object.values(map)) {
    numbers(tuple, TOTALS.length).forEach((value, i) => sums[i] = (sums[i] ?? 0) + value);
  }
  return sums.every(isCount)
    ? Object.fromEntries(TOTALS.map((name, i) => [name, sums[i]]))
    : undefined;
}

/** Reads `@call`: how many calls each thread has begun, all in all; undefined if it is none. */
export function readCallMap(
  map: Readonly<Record<string, unknown>>,
): Readonly<Partial<KernelTotals>> | undefined {
  const entered = Object.values(map).reduce<number>((sum, word) => sum + callOf(number(word)), 0);
  return isCount(entered) ? { entered } : undefined;
}

/** Reads a map of sums by pfn; undefined if it is none. */
export function readCounts(
  map: Readonly<Record<string, unknown>>,
): ReadonlyMap<number, number> | undefined {
  const counts = Object.entries(map).map(([pfn, sum]) => [decimal(pfn), number(sum)] as const);
  return counts.flat().every(isCount) ? new Map(counts) : undefined;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The fields of `@total`'s tuples. */
const TOTALS = ["calls", "pages", "grabs", "refs", "lookups", "realLookups"] as const;

interface Reader {
  /** Words after the kind and the thread. */
  readonly words: number;
  /** @param word The number that a word holds in hexadecimal. */
  read(tid: number, word: (i: number) => number, words: readonly string[]): unknown;
}

const READERS: ReadonlyMap<string, Reader> = new Map(Object.entries<Reader>({
  call: {
    words: 20,
    read: (tid, word, words) => {
      const { call, parts, state } = callWord(word(0));
      const alone = (state & STATE.alone) !== 0;
      const [asked, flags] = halves(words[4]);
      const [realLookups, lookups] = halves(words[6]);
      const grabs = word(8);
      const puts = word(16) === call ? word(17) : 0;
      return {
        kind: "call",
        tid,
        call,
        ...(alone ? { path: "slow" } : {}),
        at: word(1),
        ns: word(2),
        address: address(words[3]),
        asked,
        flags,
        returned: decimal(words[5]),
        lookups,
        realLookups,
        fellBack: !alone && (state & STATE.fellBack) !== 0,
        parts,
        ...(grabs === 0 ? {} : { run: run(words[7], grabs, word(9), word(10), word(11)) }),
        ...(callOf(word(15)) === call ? { leaf: leaf(word, words, 12) } : {}),
        ...(puts === 0 ? {} : { putsInside: puts }),
        ...((state & STATE.unlisted) === 0
          ? {}
          : { unlisted: unlisted(words[18], words[19], state) }),
      };
    },
  },
  run: {
    words: 6,
    read: (tid, word, words) => ({
      kind: "run",
      tid,
      call: word(0),
      ...run(words[1], word(2), word(3), word(4), word(5)),
    }),
  },
  refused: {
    words: 4,
    read: (tid, word) => {
      const { call, state } = callWord(word(0));
      return {
        kind: "refused",
        tid,
        call,
        path: pathOf(state & STATE.slow),
        role: GRAB_ROLES.get(word(1)),
        pfn: word(2),
        refs: word(3),
      };
    },
  },
  leaf: {
    words: 4,
    read: (tid, word, words) => ({
      kind: "leaf",
      tid,
      call: callOf(word(3)),
      ...leaf(word, words, 0),
    }),
  },
  undo: {
    words: 3,
    read: (tid, word) => ({ kind: "undo", tid, call: word(0), pfn: word(1), pages: word(2) }),
  },
  pages: {
    words: 4,
    read: (tid, word) => ({
      kind: "pages",
      tid,
      call: callOf(word(0)),
      pfn: word(1),
      count: word(2),
      ...(word(3) === 0 ? {} : { isCut: true }),
    }),
  },
  put: {
    words: 5,
    read: (tid, word) =>
      put({ tid, call: word(0), kind: word(1), pfn: word(2), at: word(3), count: word(4) }),
  },
}));

/** What the word of a call holds. */
function callWord(word: number): { call: number; parts: number; state: number } {
  return {
    call: callOf(word),
    parts: low(word / 2 ** PARTS_SHIFT, CALL_SHIFT - PARTS_SHIFT),
    state: low(word, PARTS_SHIFT),
  };
}

function callOf(word: number): number {
  return Math.floor(word / 2 ** CALL_SHIFT);
}

function run(
  key: string | undefined,
  count: number,
  pfn: number,
  head: number,
  kind: number,
): Record<string, unknown> {
  const [code, refs] = halves(key);
  const role = GRAB_ROLES.get(code);
  // The slow path's own function is handed the folio each time, not the page.
  const step = role === "grabSlow" ? 0 : refs;
  const [path, order] = [pathOf(low(kind / 256, 1)), low(kind, 8)];
  return { path, role, pfn, head, order, count, refs, step };
}

/** The leaf whose four words begin at a place. */
function leaf(
  word: (i: number) => number,
  words: readonly string[],
  from: number,
): Record<string, unknown> {
  const tag = low(word(from + 3), CALL_SHIFT);
  const level = LEAVES.get(low(tag, 4));
  const result = tag - low(tag, 4);
  return {
    ...(level === "device" || level === undefined ? {} : { level }),
    address: address(words[from]),
    ...(level === "device" ? { pfn: word(from + 2) } : {}),
    pages: (word(from + 1) - word(from)) / 4096,
    ...(result === LEAF_RESULTS.unseen ? {} : { taken: result === LEAF_RESULTS.taken }),
  };
}

function unlisted(grabs: string | undefined, refs: string | undefined, state: number): unknown {
  const [[slowGrabs, fastGrabs], [slowRefs, fastRefs]] = [halves(grabs), halves(refs)];
  return {
    grabs: fastGrabs + slowGrabs,
    refs: fastRefs + slowRefs,
    slowGrabs,
    slowRefs,
    ...((state & STATE.unlistedCompound) === 0 ? { single: true } : {}),
  };
}

interface PutFields {
  readonly tid: number;
  readonly call: number;
  /** References, role, pin, slow and order, as puts.ts packs them. */
  readonly kind: number;
  readonly pfn: number | undefined;
  readonly at: number | undefined;
  readonly count: number | undefined;
}

function put({ tid, call, kind, pfn, at, count }: PutFields): unknown {
  const order = low(kind / 2 ** 48, 16);
  return {
    kind: "put",
    tid,
    call,
    ...(call === 0 ? {} : { path: pathOf(low(kind / 2 ** 41, 1)) }),
    role: PUT_ROLES.get(low(kind / 2 ** 32, 8)),
    pin: low(kind / 2 ** 40, 1) === 1,
    ...{ at, pfn, order, count },
    refs: low(kind, 32),
    step: order === 0 ? 1 : 0,
  };
}

function pathOf(slow: number): GrabPath {
  return slow === 0 ? "fast" : "slow";
}

const LEAVES = byCode<Level | "device">(LEAF_CODES);
const GRAB_ROLES = byCode<GrabRole>(GRAB_CODES);
const PUT_ROLES = byCode<PutRole>(PUT_CODES);

function byCode<Name extends string>(
  codes: Readonly<Record<Name, number>>,
): ReadonlyMap<number, Name> {
  return new Map(Object.entries<number>(codes).map(([name, code]) => [code, name as Name]));
}

/** The upper and the lower 32 bits of a hexadecimal number, which a double does not always hold. */
function halves(word = ""): readonly [upper: number, lower: number] {
  return word.length > 8 ? [hex(word.slice(0, -8)), hex(word.slice(-8))] : [0, hex(word)];
}

/** The lowest bits of a number, which may have more than 32 of them. */
function low(value: number, bits: number): number {
  return Math.floor(value) % 2 ** bits;
}

/** The numbers of a tuple; all of them NaN if it is none of that many. */
function numbers(tuple: unknown, length: number): number[] {
  const isTuple = Array.isArray(tuple) && tuple.length === length;
  return isTuple ? tuple.map(number) : Array<number>(length).fill(NaN);
}

/** A number, or the text of one: from 0.24 on bpftrace quotes what a double cannot hold. */
function number(value: unknown): number {
  return typeof value === "number" ? value : typeof value === "string" ? decimal(value) : NaN;
}

/** NaN for what is no decimal number. */
function decimal(word: string | undefined): number {
  return word !== undefined && /^-?\d{1,19}$/.test(word) ? Number(word) + 0 : NaN;
}

/** NaN for what is no hexadecimal number of 64 bits; those past 2^53 are rounded. */
function hex(word: string): number {
  return /^[\da-f]{1,16}$/.test(word) ? Number.parseInt(word, 16) : NaN;
}

function address(word: string | undefined): string | undefined {
  return word !== undefined && /^[\da-f]{1,16}$/.test(word) ? `0x${word}` : undefined;
}
