/**
 * Which grab took each page: the pinned memory in rows of 2 MiB, to be drawn.
 *
 * A map is made beside the analysis, from the same lines, and in bounded memory: of each page the first
 * grab is kept, of so many rows. Nothing is judged by it.
 *
 * @module
 */

import type {
  CallEvent,
  CallKey,
  HexAddress,
  LeafEvent,
  PagesEvent,
  PutEvent,
  RefusedEvent,
  RunEvent,
  UndoEvent,
} from "../recording/event.ts";
import { leafEvent, runEvent } from "../recording/part_events.ts";
import { pageIndex, withoutEchoes } from "./leaves.ts";
import { type OpenCall, openCall, surplusOf } from "./open_calls.ts";
import { settle } from "./settle.ts";

/** Bytes of a row: what a PMD maps on x86-64. */
export const ROW_BYTES: number = 2 ** 21;

/** Pages of a row that follow each other and have their first reference from the same grab. */
export interface MappedPiece {
  /** Who took them: a grab of the fast walk, one of the slow path, or one that is not in the recording. */
  readonly by: "fast" | "slow" | "unknown";
  /** The grab, numbered from 1 in all of the map; pieces of two rows can be of one. */
  readonly grab: number;
  /** The first page, counted from 0 in the row. */
  readonly page: number;
  /** How many. */
  readonly pages: number;
}

/** 2 MiB of user memory, aligned to that. */
export interface MappedRow {
  /** First byte. */
  readonly address: HexAddress;
  /** What was taken of it, in order; pages between them were not. */
  readonly pieces: readonly MappedPiece[];
  /** Grabs that took it; an unknown one counts as none. */
  readonly grabs: number;
  /** Calls that made them. */
  readonly calls: number;
  /** Distinct heads that they grabbed. */
  readonly heads: number;
}

/** Which grab took each page. */
export interface LeafMap {
  /** Pages of a row. */
  readonly rowPages: number;
  /** Rows by address. */
  readonly rows: readonly MappedRow[];
  /** Whether memory beyond these rows was taken as well. */
  readonly isCut: boolean;
}

/** How much a map holds. */
export interface MapLimits {
  /** Rows. */
  readonly rows: number;
  /** Calls that wait for their parts, and parts that wait for their calls. */
  readonly waiting: number;
}

const LIMITS: MapLimits = { rows: 64, waiting: 4096 };

/** An event that is part of a call and stands on a line of its own. */
export type CallPart = RunEvent | LeafEvent | UndoEvent | RefusedEvent | PagesEvent | PutEvent;

/** What must be known of a recording to draw its calls. */
export interface MapContext {
  /** Bytes of a page of the traced kernel. */
  readonly pageBytes: number;
  /** FOLL_PIN. */
  readonly pin: number;
  /** Whether what a device leaf backs out of is observed. */
  readonly seesUndo: boolean;
}

/** A row that is being filled: for each of its pages the grab, 0 where it was not taken. */
interface Row {
  readonly grabs: Int32Array;
  readonly by: Uint8Array;
  readonly heads: Set<number>;
  calls: number;
}

const BY = ["fast", "slow", "unknown"] as const;

/**
 * Makes a map of calls.
 *
 * @example A call that grabs a head twice, for 256 pages each
 * ```ts
 * import { LeafMapper } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const mapper = new LeafMapper({ pageBytes: 4096, pin: 0x80000, seesUndo: true });
 * const key = { tid: 7, call: 1 };
 * const run = { path: "fast", role: "grabBatch", pfn: 512, head: 512, order: 9, refs: 256 } as const;
 * mapper.addCall({
 *   kind: "call", ...key, at: 0, ns: 900, address: "0x7f0000200000", asked: 512, flags: 0,
 *   returned: 512, lookups: 0, realLookups: 0, parts: 0, run: { ...run, count: 2, step: 256 },
 * });
 * const [row] = mapper.map().rows;
 * assertEquals([row?.grabs, row?.heads], [2, 1]);
 * assertEquals(row?.pieces.map(({ page, pages }) => [page, pages]), [[0, 256], [256, 256]]);
 * ```
 */
export class LeafMapper {
  readonly #context: MapContext;
  readonly #rowPages: number;
  readonly #limits: MapLimits;
  readonly #waiting = new Map<string, OpenCall>();
  /** By their number: the index of their first page, divided by their pages. */
  readonly #rows = new Map<number, Row>();
  #grabs = 0;
  #isCut = false;

  /** Begins a map. */
  constructor(context: MapContext, limits: Partial<MapLimits> = {}) {
    this.#context = context;
    this.#rowPages = ROW_BYTES / context.pageBytes;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Takes a part of a call. */
  addPart(part: CallPart): void {
    const open = this.#openOf(part);
    switch (part.kind) {
      case "run":
        open.runs.push(part);
        break;
      case "leaf":
        open.leaves.push(part);
        break;
      case "undo":
        open.undos.push(part);
        break;
      case "put":
        open.puts.push(part);
        break;
      case "pages":
        open.pages.push(part);
        break;
      case "refused":
        open.refused++;
    }
    this.#close(open);
  }

  /** Takes a call that returned pages. */
  addCall(event: CallEvent): void {
    if (!this.#isWanted(event)) return this.drop(event);
    const open = this.#openOf(event);
    if (open.event !== undefined) return;
    open.event = event;
    this.#close(open);
  }

  /** Leaves a call out of the map, with its parts. */
  drop(key: CallKey): void {
    this.#waiting.delete(keyText(key));
  }

  /** The map of all that came. */
  map(): LeafMap {
    for (const open of this.#waiting.values()) {
      if (open.event !== undefined) this.#paint(open, open.event);
    }
    this.#waiting.clear();
    const rows = [...this.#rows].sort(([a], [b]) => a - b);
    return {
      rowPages: this.#rowPages,
      rows: rows.map(([number, row]) => mappedRow(number, row)),
      isCut: this.#isCut,
    };
  }

  /** A call that waits for its parts; the one that has waited longest makes room for it. */
  #openOf(key: CallKey): OpenCall {
    const text = keyText(key);
    let open = this.#waiting.get(text);
    if (open !== undefined) return open;
    const [oldest] = this.#waiting.size < this.#limits.waiting ? [] : this.#waiting.values();
    if (oldest !== undefined) {
      this.drop(oldest);
      if (oldest.event !== undefined) this.#paint(oldest, oldest.event);
    }
    this.#waiting.set(text, open = openCall(key));
    return open;
  }

  /** Whether a call has a page that none took before it, in a row for which there is room. */
  #isWanted({ address, returned }: CallEvent): boolean {
    const first = pageIndex(address, this.#context.pageBytes);
    let page = first;
    while (page < first + returned) {
      const number = Math.floor(page / this.#rowPages);
      const from = page - number * this.#rowPages;
      const pages = Math.min(this.#rowPages - from, first + returned - page);
      const row = this.#rows.get(number);
      if (row === undefined) {
        if (this.#rows.size < this.#limits.rows) return true;
        this.#isCut = true;
      } else if (row.grabs.subarray(from, from + pages).includes(0)) {
        return true;
      }
      page += pages;
    }
    return false;
  }

  /** Paints a call that is whole. Recordings of format 1 do not tell when it is. */
  #close(open: OpenCall): void {
    const surplus = surplusOf(open);
    if (open.event === undefined || surplus === undefined) return;
    if (surplus.parts < 0 || surplus.puts < 0) return;
    this.#waiting.delete(keyText(open));
    this.#paint(open, open.event);
  }

  /**
   * The fast walk goes from the first page on, and where it ends the slow path does. Grabs of which only
   * the sums are known come before the last run of their walk, which the call's own line tells.
   */
  #paint(open: OpenCall, event: CallEvent): void {
    const { address, returned, flags, run, leaf, unlisted } = event;
    const { pageBytes, pin, seesUndo } = this.#context;
    const leaves = leaf === undefined ? open.leaves : [...open.leaves, leafEvent(open, leaf)];
    const { kept, slow } = settle({
      runs: run === undefined ? open.runs : [...open.runs, runEvent(open, run)],
      leaves: withoutEchoes(leaves),
      undos: open.undos,
      puts: open.puts,
    }, { returned: returned - (unlisted?.refs ?? 0), isPin: (flags & pin) !== 0, seesUndo });
    const { refs = 0, slowRefs = 0 } = unlisted ?? {};
    const touched = new Set<Row>();
    let page = pageIndex(address, pageBytes);
    const end = page + returned;
    const unknown = (pages: number): void => {
      if (pages > 0) this.#fill(page, Math.min(end, page + pages), "unknown", undefined, touched);
      page += Math.max(0, pages);
    };
    for (const [runs, summed] of [[kept, refs - slowRefs], [slow, slowRefs]] as const) {
      const path = runs === kept ? "fast" : "slow";
      const last = run?.path === path ? runs.length - 1 : runs.length;
      runs.forEach((it, i) => {
        if (i === last) unknown(summed);
        page = this.#paintRun(it, page, end, path, touched);
      });
      if (last >= runs.length || runs.length === 0) unknown(summed);
    }
    unknown(end - page);
    for (const row of touched) row.calls++;
  }

  /** Gives pages to the grabs of a run; gives the page after them. */
  #paintRun(
    { count, refs, step, head, order }: RunEvent,
    from: number,
    end: number,
    by: "fast" | "slow",
    touched: Set<Row>,
  ): number {
    let page = from;
    for (let i = 0; i < count && page < end; i++, page += refs) {
      const grabbed = order === 0 ? head + i * step : head;
      this.#fill(page, Math.min(page + refs, end), by, grabbed, touched);
    }
    return page;
  }

  /** Gives pages that none took before to the next grab. */
  #fill(
    from: number,
    to: number,
    by: MappedPiece["by"],
    head: number | undefined,
    touched: Set<Row>,
  ): void {
    const grab = ++this.#grabs;
    for (let page = from; page < to; page++) {
      const number = Math.floor(page / this.#rowPages);
      const row = this.#row(number);
      const at = page - number * this.#rowPages;
      if (row === undefined || row.grabs[at] !== 0) continue;
      row.grabs[at] = grab;
      row.by[at] = BY.indexOf(by);
      if (head !== undefined) row.heads.add(head);
      touched.add(row);
    }
  }

  #row(number: number): Row | undefined {
    let row = this.#rows.get(number);
    if (row !== undefined) return row;
    if (this.#rows.size >= this.#limits.rows) {
      this.#isCut = true;
      return undefined;
    }
    const pages = this.#rowPages;
    row = { grabs: new Int32Array(pages), by: new Uint8Array(pages), heads: new Set(), calls: 0 };
    this.#rows.set(number, row);
    return row;
  }
}

function keyText({ tid, call }: CallKey): string {
  return `${tid} ${call}`;
}

function mappedRow(number: number, { grabs, by, heads, calls }: Row): MappedRow {
  const pieces: MappedPiece[] = [];
  for (let page = 0; page < grabs.length;) {
    const grab = grabs[page] ?? 0;
    let end = page + 1;
    while (end < grabs.length && grabs[end] === grab) end++;
    const who = BY[by[page] ?? 0] ?? "unknown";
    if (grab > 0) pieces.push({ by: who, grab, page, pages: end - page });
    page = end;
  }
  const known = pieces.filter((piece) => piece.by !== "unknown");
  return {
    address: `0x${(BigInt(number) * BigInt(ROW_BYTES)).toString(16)}`,
    pieces,
    grabs: new Set(known.map(({ grab }) => grab)).size,
    calls,
    heads: heads.size,
  };
}
