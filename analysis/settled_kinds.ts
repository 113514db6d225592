/**
 * Kinds of calls that were settled. Mostly a workload makes few, in turn: of calls that differ in nothing
 * but which they are, where they were and when, one is settled for all.
 *
 * @module
 */

import type { CallEvent, LeafEvent, RunEvent } from "../recording/event.ts";
import { addFacts, isEarlier } from "./call_sums.ts";
import type { CallParts, EndedCall } from "./calls.ts";
import type { CallFacts } from "./facts.ts";
import { pageIndex } from "./leaves.ts";
import type { Rows } from "./rows.ts";

/** A kind of calls. */
export interface SettledKind {
  /** The one that was settled. */
  readonly parts: EndedCall;
  /** Number of its first virtual page. */
  readonly first: number;
  /** The grabs of its fast walk that stayed. */
  readonly runs: readonly RunEvent[];
  /** Its facts, by each way in which the level of the leaves may turn out to be known. */
  readonly facts: readonly CallFacts[];
  /** The first call by entry. */
  earliest: EndedCall;
  /** Calls that are not added yet. */
  calls: number;
}

/** So many kinds that other calls can be of are known at a time. */
const KINDS = 8;

/** The last kinds of calls that were settled. Their calls are counted, and added at once. */
export class SettledKinds {
  readonly #rows: readonly Rows[];
  readonly #pageBytes: number;
  /** Pages by a multiple of which calls of a kind are apart, so that leaves end alike in them. */
  readonly #block: number;
  readonly #kinds: SettledKind[] = [];
  /** The kind that was put in last. */
  #turn = -1;
  /** The last one that no other call can be of. */
  #single: SettledKind | undefined;

  /** @param rows Sums by each way in which the level of the leaves may turn out to be known. */
  constructor(rows: readonly Rows[], pageBytes: number) {
    this.#rows = rows;
    this.#pageBytes = pageBytes;
    this.#block = Math.max(...rows.map(({ level }) => level.pages ?? Infinity));
  }

  /** The kind of a call, if it is known. */
  find(parts: EndedCall, first: number): SettledKind | undefined {
    for (let i = 0; i < this.#kinds.length; i++) {
      const kind = this.#kinds[i];
      if (kind !== undefined && this.#isOf(kind, parts, first)) return kind;
    }
    return undefined;
  }

  /** Puts in the kind of a call that was settled; an old one makes room. */
  put(settled: Pick<SettledKind, "parts" | "first" | "runs" | "facts">): SettledKind {
    const kind: SettledKind = { ...settled, earliest: settled.parts, calls: 0 };
    if (!hasOnlyGrabs(settled.parts)) {
      this.#end(this.#single);
      return this.#single = kind;
    }
    this.#turn = (this.#turn + 1) % KINDS;
    this.#end(this.#kinds[this.#turn]);
    return this.#kinds[this.#turn] = kind;
  }

  /** Adds what is only counted yet. */
  end(): void {
    for (const kind of this.#kinds) this.#end(kind);
    this.#end(this.#single);
  }

  #end(kind: SettledKind | undefined): void {
    if (kind === undefined || kind.calls === 0) return;
    const { facts, calls } = kind;
    this.#rows.forEach(({ sums }, i) => {
      const those = facts[i];
      if (those !== undefined) addFacts(sums, named(those, kind), calls);
    });
    kind.calls = 0;
  }

  /** Whether a call is of a kind. */
  #isOf({ parts: known, first: from }: SettledKind, parts: EndedCall, first: number): boolean {
    const { runs, leaves } = parts;
    if (!isAskedAlike(parts.event, known.event) || !hasOnlyGrabs(parts)) return false;
    if (runs.length !== known.runs.length || leaves.length !== known.leaves.length) return false;
    const ahead = pagesAhead(parts, known);
    // Where a leaf ends goes by virtual pages as well as by page frame numbers.
    if ((first - from) % this.#block !== 0 || ahead % this.#block !== 0) return false;
    for (let i = 0; i < runs.length; i++) {
      if (!isRunAlike(runs[i], known.runs[i], ahead)) return false;
    }
    for (let i = 0; i < leaves.length; i++) {
      if (!this.#isLeafAlike(leaves[i], known.leaves[i], first - from, ahead)) return false;
    }
    return true;
  }

  #isLeafAlike(
    leaf: LeafEvent | undefined,
    known: LeafEvent | undefined,
    virtuallyAhead: number,
    ahead: number,
  ): boolean {
    if (leaf === undefined || known === undefined) return false;
    const { level, pages, taken, address, pfn } = leaf;
    return level === known.level && pages === known.pages && taken === known.taken &&
      pfn === (known.pfn === undefined ? undefined : known.pfn + ahead) &&
      pageIndex(address, this.#pageBytes) ===
        pageIndex(known.address, this.#pageBytes) + virtuallyAhead;
  }
}

/**
 * Counts a call of a kind.
 *
 * @example A call that came later and was entered earlier
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const event = {
 *   kind: "call", tid: 7, call: 1, at: 1000, ns: 900, address: "0x7f0000200000", asked: 1, flags: 0,
 *   returned: 1, lookups: 0, realLookups: 0,
 * } as const;
 * const parts = { tid: 7, call: 1, event, runs: [], leaves: [], undos: [], puts: [], refused: 0 };
 * const kind = { parts, first: 0x7f0000200, runs: [], facts: [], earliest: parts, calls: 1 };
 * countCall(kind, { ...parts, call: 2, event: { ...event, call: 2, at: 17 } });
 * assertEquals([kind.calls, kind.earliest.call], [2, 2]);
 * ```
 */
export function countCall(kind: SettledKind, parts: EndedCall): void {
  kind.calls++;
  if (isEarlier(parts.event, kind.earliest.event)) kind.earliest = parts;
}

/**
 * How many pages further on a call's grabs are than those of another of its kind.
 *
 * @example Calls without grabs
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pagesAhead({ runs: [] }, { runs: [] }), 0);
 * ```
 */
export function pagesAhead(
  { runs }: Pick<CallParts, "runs">,
  { runs: known }: Pick<CallParts, "runs">,
): number {
  return (runs[0]?.pfn ?? 0) - (known[0]?.pfn ?? 0);
}

/** The facts of the first call by entry: all but its name, place and time are those of its kind. */
function named(facts: CallFacts, { parts, earliest }: SettledKind): CallFacts {
  const { tid, call, address, at, ns } = earliest.event;
  const most = facts.most === undefined
    ? undefined
    : { ...facts.most, pfn: facts.most.pfn + pagesAhead(earliest, parts) };
  return { ...facts, tid, call, address, at, ns, most };
}

/** Whether calls were asked for the same, and say the same of it. */
function isAskedAlike(event: CallEvent, known: CallEvent): boolean {
  return event.asked === known.asked && event.flags === known.flags &&
    event.returned === known.returned && event.fellBack === known.fellBack &&
    event.lookups === known.lookups && event.realLookups === known.realLookups;
}

/** Whether all that is told of a call are grabs, each of them, and leaves. */
function hasOnlyGrabs({ event, undos, puts, refused, pages }: EndedCall): boolean {
  return event.unlisted === undefined && undos.length === 0 && puts.length === 0 &&
    refused === 0 && pages === undefined;
}

function isRunAlike(
  run: RunEvent | undefined,
  known: RunEvent | undefined,
  ahead: number,
): boolean {
  return run !== undefined && known !== undefined && run.path === known.path &&
    run.role === known.role && run.pfn === known.pfn + ahead && run.head === known.head + ahead &&
    run.order === known.order && run.count === known.count && run.refs === known.refs &&
    run.step === known.step;
}
