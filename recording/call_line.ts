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

/** A gup-fast call with what its own line tells of it; the next line overwrites it. */
export class CallLine {
  /**
   * Calls of one kind are alike in all that does not say which call it is, where it was and when: all but
   * the numbers of thread and call, the times, the addresses, the pages that are named and the refcount.
   * 0 where that is not known.
   */
  kind = 0;
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
  tid = 0;
  /** The thread's number of the call. */
  call = 0;
  /** Nanoseconds since boot at entry. */
  at = 0;
  /** Nanoseconds from entry to return. */
  ns = 0;
  /** First user address of the range, which is below 2^52. */
  address = 0;
  /** Pages asked for. */
  asked = 0;
  /** FOLL_* flags. */
  flags = 0;
  /** Pages pinned, or a negative errno. */
  returned = 0;
  /** `get_dev_pagemap()` calls. */
  lookups = 0;
  /** Those of them that were real look-ups. */
  realLookups = 0;
  /** Of its run: the first page that was grabbed. */
  pfn = 0;
  /** The head behind it. */
  head = 0;
  /** log2 of the pages behind the head. */
  order = 0;
  /** How many grabs. */
  count = 0;
  /** References that each added. */
  refs = 0;
  /** Pages from one grab to the next. */
  step = 0;
  /** The head's refcount, where the run tells it. */
  refcount = 0;
  /** First user address taken from the leaf. */
  leafAddress = 0;
  /** Of a device's leaf: its first page. */
  leafPfn = 0;
  /** Pages of the range inside the leaf. */
  leafPages = 0;
  /** Events of it that stand on lines of their own. */
  parts = 0;

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
    return { path, role, pfn, head, order, count, refs, step, refcount: this.refcount };
  }

  /** Its leaf. */
  leafOf(leaf: Level | "device"): CallLeaf {
    const { leafPages: pages, leafTaken: taken } = this;
    const address = hexText(this.leafAddress);
    if (leaf === "device") {
      const pfn = this.leafPfn;
      return taken === undefined ? { address, pfn, pages } : { address, pfn, pages, taken };
    }
    return taken === undefined
      ? { level: leaf, address, pages }
      : { level: leaf, address, pages, taken };
  }
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Puts of one thread outside of any call; the next line overwrites them. */
export class PutLine {
  /** Whether they put FOLL_PIN references, not those of FOLL_GET. */
  pin = false;

  /** The thread. */
  tid = 0;
  /** The first head. */
  pfn = 0;
  /** log2 of the pages behind it. */
  order = 0;
  /** How many puts. */
  count = 0;
  /** References that each takes. */
  refs = 0;
  /** Pages from one put to the next. */
  step = 0;
}

function hexText(address: number): HexAddress {
  // Small integers are written several times as fast as others.
  const high = Math.floor(address / 2 ** 24);
  return high === 0
    ? `0x${address.toString(16)}`
    : `0x${high.toString(16)}${(address % 2 ** 24 + 2 ** 24).toString(16).slice(1)}`;
}
