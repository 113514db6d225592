/**
 * What the generated program prints, as events: the words of its lines, and the tuples that are left
 * in its maps at the end.
 *
 * What cannot be read becomes NaN or undefined, which no event can hold: the caller checks the shape.
 *
 * @module
 */

import type { GrabPath, GrabRole, Level, PutRole } from "../recording/event.ts";
import { GRAB_CODES } from "./script/grabs.ts";
import { PUT_CODES } from "./script/puts.ts";

/** Reads a line's words as an event; undefined for a line that is not as the program prints it. */
export function readWords([kind = "", ...words]: readonly string[]): unknown {
  return READERS.get(kind)?.(words);
}

/** Reads `@run`: the run that each thread was in. */
export function readRunMap(map: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(map).flatMap(([tid, tuple]) => {
    const [, , kind = NaN, call, pfn, head, order, refcount = NaN, count] = numbers(tuple, 9);
    if (count === 0) return [];
    const [refs, role, slow] = [low(kind, 32), low(kind / 2 ** 32, 8), low(kind / 2 ** 40, 1)];
    const [path, grab] = [PATHS.get(String(slow)), GRAB_ROLES.get(String(role))];
    const key = { tid: decimal(tid), call, path, role: grab };
    return [run({ ...key, refs, refcount, ...{ pfn, head, order, count } })];
  });
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

/** Reads a map of sums by pfn; undefined if it is none. */
export function readCounts(
  map: Readonly<Record<string, unknown>>,
): ReadonlyMap<number, number> | undefined {
  const counts = Object.entries(map).map(([pfn, sum]) => [decimal(pfn), number(sum)] as const);
  return counts.flat().every(Number.isSafeInteger) ? new Map(counts) : undefined;
}

type Reader = (words: readonly string[]) => unknown;

const READERS: ReadonlyMap<string, Reader> = new Map(Object.entries<Reader>({
  call: (words) => {
    const fields = read(words, {
      tid: decimal,
      call: decimal,
      slow: (word) => SERVED.get(word),
      at: decimal,
      ns: decimal,
      address,
      asked: decimal,
      flags: hex,
      returned: decimal,
      lookups: decimal,
      realLookups: decimal,
    });
    if (fields?.slow === undefined) return undefined;
    const { slow, ...counted } = fields;
    return { kind: "call", ...slow, ...counted };
  },
  run: (words) => {
    const fields = read(words, {
      tid: decimal,
      call: decimal,
      path: (word) => PATHS.get(word),
      role: (word) => GRAB_ROLES.get(word),
      pfn: hex,
      head: hex,
      order: decimal,
      count: decimal,
      refs: decimal,
      refcount: decimal,
    });
    return fields && run(fields);
  },
  refused: (words) => {
    const fields = read(words, {
      tid: decimal,
      call: decimal,
      path: (word) => PATHS.get(word),
      role: (word) => GRAB_ROLES.get(word),
      pfn: hex,
      refs: decimal,
    });
    return fields && { kind: "refused", ...fields };
  },
  leaf: (words) => {
    const ordinary = {
      tid: decimal,
      call: decimal,
      level: (word: string) => LEVELS.get(word),
      address,
      pages: decimal,
      taken: (word: string) => TAKEN.get(word),
    };
    if (words[2] !== "device") {
      const fields = read(words, ordinary);
      return fields?.level && { kind: "leaf", ...fields };
    }
    const fields = read(words, { ...ordinary, pfn: hex });
    if (fields === undefined) return undefined;
    const { level: _, ...device } = fields;
    return { kind: "leaf", ...device };
  },
  undo: (words) => {
    const fields = read(words, { tid: decimal, call: decimal, pfn: hex, pages: decimal });
    return fields && { kind: "undo", ...fields };
  },
  put: (words) => {
    const fields = read(words, {
      tid: decimal,
      call: decimal,
      kind: decimal,
      pfn: hex,
      at: decimal,
      count: decimal,
    });
    return fields && put(fields);
  },
}));

type Fields<T extends Readonly<Record<string, (word: string) => unknown>>> = {
  [Name in keyof T]: ReturnType<T[Name]>;
};

/** Reads each word as the field that stands in its place; undefined where their numbers differ. */
function read<T extends Readonly<Record<string, (word: string) => unknown>>>(
  words: readonly string[],
  fields: T,
): Fields<T> | undefined {
  const entries = Object.entries(fields);
  if (entries.length !== words.length) return undefined;
  const values = entries.map(([name, parse], i) => [name, parse(words[i] ?? "")]);
  return Object.fromEntries(values) as Fields<T>;
}

interface RunFields {
  readonly tid: number;
  readonly role: GrabRole | undefined;
  readonly refs: number;
  readonly refcount: number;
}

function run({ refcount, ...fields }: RunFields): unknown {
  // The slow path's own function is handed the folio each time, not the page.
  const step = fields.role === "grabSlow" ? 0 : fields.refs;
  // Printed as if it had no sign.
  const signed = Number.isInteger(refcount) ? refcount | 0 : NaN;
  return { kind: "run", ...fields, step, refcount: signed };
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
    ...(call === 0 ? {} : { path: PATHS.get(String(low(kind / 2 ** 41, 1))) }),
    role: PUT_ROLES.get(String(low(kind / 2 ** 32, 8))),
    pin: low(kind / 2 ** 40, 1) === 1,
    ...{ at, pfn, order, count },
    refs: low(kind, 32),
    step: order === 0 ? 1 : 0,
  };
}

const PATHS: ReadonlyMap<string, GrabPath> = new Map([["0", "fast"], ["1", "slow"]]);

/** What `@slow` says at the end of a call, see calls.ts. */
const SERVED: ReadonlyMap<string, { readonly path?: GrabPath; readonly fellBack: boolean }> =
  new Map([
    ["0", { fellBack: false }],
    ["1", { fellBack: true }],
    ["2", { fellBack: true }],
    ["3", { path: "slow", fellBack: false }],
  ]);

const LEVELS: ReadonlyMap<string, Level> = new Map([["pte", "pte"], ["pmd", "pmd"], [
  "pud",
  "pud",
]]);

const TAKEN: ReadonlyMap<string, boolean> = new Map([["0", false], ["1", true]]);

const GRAB_ROLES: ReadonlyMap<string, GrabRole> = byCode(GRAB_CODES);
const PUT_ROLES: ReadonlyMap<string, PutRole> = byCode(PUT_CODES);

function byCode<Role extends string>(codes: Readonly<Record<Role, number>>): Map<string, Role> {
  return new Map(Object.entries(codes).map(([role, code]) => [String(code), role as Role]));
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

/** NaN for what is no hexadecimal number that a double holds. */
function hex(word: string): number {
  return /^[\da-f]{1,13}$/.test(word) ? Number.parseInt(word, 16) : NaN;
}

function address(word: string): string | undefined {
  return /^[\da-f]{1,16}$/.test(word) ? `0x${word}` : undefined;
}
