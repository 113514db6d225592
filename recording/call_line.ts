/**
 * Calls and puts as numbers: what the byte scanner makes of the commonest lines.
 *
 * @module
 */

import type {
  CallEvent,
  CallLeaf,
  CallRun,
  GrabPath,
  GrabRole,
  HexAddress,
  Level,
} from "./event.ts";

/** Where the numbers of a call are. */
export const CALL_NUMBERS = {
  tid: 0,
  call: 1,
  at: 2,
  ns: 3,
  address: 4,
  asked: 5,
  flags: 6,
  returned: 7,
  lookups: 8,
  realLookups: 9,
  pfn: 10,
  head: 11,
  order: 12,
  count: 13,
  refs: 14,
  step: 15,
  refcount: 16,
  leafAddress: 17,
  leafPages: 18,
  leafPfn: 19,
  parts: 20,
} as const;

/** A gup-fast call with what its own line tells of it; the next line overwrites it. */
export class CallLine {
  /** Its numbers, in the places of {@linkcode CALL_NUMBERS}. */
  readonly numbers: Float64Array = new Float64Array(21);
  /**
   * Whether it is like the call before in all that does not say which call it is, where it was and
   * when: {@linkcode CALL_NUMBERS} from `asked` to `realLookups`, from `order` to `step`, pages of the
   * leaf and whether it was taken, the path and the role.
   */
  repeats = false;
  /** Whether it entered the slow path; `undefined` where that is not told. */
  fellBack: boolean | undefined;
  /** Which walk its run belongs to; `undefined` where it has none. */
  path: GrabPath | undefined;
  /** Which grab function the run went through. */
  role: GrabRole = "grabOne";
  /** Whether the run tells a refcount. */
  hasRefcount = false;
  /** Level of its leaf; a device's has none, and a call may have no leaf. */
  leaf: Level | "device" | "none" = "none";
  /** Whether the leaf was taken; `undefined` where only the entry of its function is probed. */
  leafTaken: boolean | undefined;

  /** The thread. */
  get tid(): number {
    return this.numbers[CALL_NUMBERS.tid] ?? 0;
  }

  /** The thread's number of the call. */
  get call(): number {
    return this.numbers[CALL_NUMBERS.call] ?? 0;
  }

  /** Nanoseconds since boot at entry. */
  get at(): number {
    return this.numbers[CALL_NUMBERS.at] ?? 0;
  }

  /** Nanoseconds from entry to return. */
  get ns(): number {
    return this.numbers[CALL_NUMBERS.ns] ?? 0;
  }

  /** First user address of the range, which is below 2^52. */
  get address(): number {
    return this.numbers[CALL_NUMBERS.address] ?? 0;
  }

  /** Pages asked for. */
  get asked(): number {
    return this.numbers[CALL_NUMBERS.asked] ?? 0;
  }

  /** FOLL_* flags. */
  get flags(): number {
    return this.numbers[CALL_NUMBERS.flags] ?? 0;
  }

  /** Pages pinned, or a negative errno. */
  get returned(): number {
    return this.numbers[CALL_NUMBERS.returned] ?? 0;
  }

  /** `get_dev_pagemap()` calls. */
  get lookups(): number {
    return this.numbers[CALL_NUMBERS.lookups] ?? 0;
  }

  /** Those of them that were real look-ups. */
  get realLookups(): number {
    return this.numbers[CALL_NUMBERS.realLookups] ?? 0;
  }

  /** Of its run: the first page that was grabbed. */
  get pfn(): number {
    return this.numbers[CALL_NUMBERS.pfn] ?? 0;
  }

  /** The head behind it. */
  get head(): number {
    return this.numbers[CALL_NUMBERS.head] ?? 0;
  }

  /** log2 of the pages behind the head. */
  get order(): number {
    return this.numbers[CALL_NUMBERS.order] ?? 0;
  }

  /** How many grabs. */
  get count(): number {
    return this.numbers[CALL_NUMBERS.count] ?? 0;
  }

  /** References that each added. */
  get refs(): number {
    return this.numbers[CALL_NUMBERS.refs] ?? 0;
  }

  /** Pages from one grab to the next. */
  get step(): number {
    return this.numbers[CALL_NUMBERS.step] ?? 0;
  }

  /** First user address taken from the leaf. */
  get leafAddress(): number {
    return this.numbers[CALL_NUMBERS.leafAddress] ?? 0;
  }

  /** Pages of the range inside the leaf. */
  get leafPages(): number {
    return this.numbers[CALL_NUMBERS.leafPages] ?? 0;
  }

  /** Events of it that stand on lines of their own. */
  get parts(): number {
    return this.numbers[CALL_NUMBERS.parts] ?? 0;
  }

  /** The same as an event. */
  event(): CallEvent {
    // Fields that may be absent are added one by one, in writing order: `...` takes several times as long.
    const event: Writable<CallEvent> = {
      kind: "call",
      tid: this.tid,
      call: this.call,
      at: this.at,
      ns: this.ns,
      address: hexText(this.address),
      asked: this.asked,
      flags: this.flags,
      returned: this.returned,
      lookups: this.lookups,
      realLookups: this.realLookups,
    };
    if (this.fellBack !== undefined) event.fellBack = this.fellBack;
    if (this.path !== undefined) event.run = this.runOf(this.path);
    if (this.leaf !== "none") event.leaf = this.leafOf(this.leaf);
    event.parts = this.parts;
    return event;
  }

  /** Its run. */
  runOf(path: GrabPath): CallRun {
    const { role, pfn, head, order, count, refs, step } = this;
    if (!this.hasRefcount) return { path, role, pfn, head, order, count, refs, step };
    const refcount = this.numbers[CALL_NUMBERS.refcount] ?? 0;
    return { path, role, pfn, head, order, count, refs, step, refcount };
  }

  /** Its leaf. */
  leafOf(leaf: Level | "device"): CallLeaf {
    const { leafPages: pages, leafTaken: taken } = this;
    const address = hexText(this.leafAddress);
    if (leaf === "device") {
      const pfn = this.numbers[CALL_NUMBERS.leafPfn] ?? 0;
      return taken === undefined ? { address, pfn, pages } : { address, pfn, pages, taken };
    }
    return taken === undefined
      ? { level: leaf, address, pages }
      : { level: leaf, address, pages, taken };
  }
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Where the numbers of puts are. */
export const PUT_NUMBERS = { tid: 0, at: 1, pfn: 2, order: 3, count: 4, refs: 5, step: 6 } as const;

/** Puts of one thread outside of any call; the next line overwrites them. */
export class PutLine {
  /** Their numbers, in the places of {@linkcode PUT_NUMBERS}. */
  readonly numbers: Float64Array = new Float64Array(7);
  /** Whether they put FOLL_PIN references, not those of FOLL_GET. */
  pin = false;

  /** The thread. */
  get tid(): number {
    return this.numbers[PUT_NUMBERS.tid] ?? 0;
  }

  /** The first head. */
  get pfn(): number {
    return this.numbers[PUT_NUMBERS.pfn] ?? 0;
  }

  /** log2 of the pages behind it. */
  get order(): number {
    return this.numbers[PUT_NUMBERS.order] ?? 0;
  }

  /** How many puts. */
  get count(): number {
    return this.numbers[PUT_NUMBERS.count] ?? 0;
  }

  /** References that each takes. */
  get refs(): number {
    return this.numbers[PUT_NUMBERS.refs] ?? 0;
  }

  /** Pages from one put to the next. */
  get step(): number {
    return this.numbers[PUT_NUMBERS.step] ?? 0;
  }
}

function hexText(address: number): HexAddress {
  // Small integers are written several times as fast as others.
  const high = Math.floor(address / 2 ** 24);
  return high === 0
    ? `0x${address.toString(16)}`
    : `0x${high.toString(16)}${(address % 2 ** 24 + 2 ** 24).toString(16).slice(1)}`;
}
