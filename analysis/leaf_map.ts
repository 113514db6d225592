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
  CallRun,
  HexAddress,
  LeafEvent,
  PagesEvent,
  RefusedEvent,
  RunEvent,
  UndoEvent,
} from "../recording/event.ts";
import { pageIndex } from "./leaves.ts";

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
export type CallPart = RunEvent | LeafEvent | UndoEvent | RefusedEvent | PagesEvent;

/** A call, or what came of it so far. */
interface Waiting {
  event: CallEvent | undefined;
  readonly runs: CallRun[];
  /** Pages that the walk gave back. */
  undone: number;
  /** Events of it that came on lines of their own. */
  parts: number;
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
 * const mapper = new LeafMapper(4096);
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
  readonly #pageBytes: number;
  readonly #rowPages: number;
  readonly #limits: MapLimits;
  readonly #waiting = new Map<string, Waiting>();
  /** By their number: the index of their first page, divided by their pages. */
  readonly #rows = new Map<number, Row>();
  #grabs = 0;
  #isCut = false;

  /**
   * Begins a map.
   *
   * @param pageBytes Bytes of a page of the traced kernel.
   */
  constructor(pageBytes: number, limits: Partial<MapLimits> = {}) {
    this.#pageBytes = pageBytes;
    this.#rowPages = ROW_BYTES / pageBytes;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Takes a part of a call. */
  addPart(part: CallPart): void {
    const waiting = this.#waitingFor(part);
    if (waiting === undefined) return;
    waiting.parts++;
    if (part.kind === "run") waiting.runs.push(part);
    if (part.kind === "undo") waiting.undone += part.pages;
    this.#settle(part, waiting);
  }

  /** Takes a call that returned pages. */
  addCall(event: CallEvent): void {
    if (!this.#isWanted(event)) return this.drop(event);
    const waiting = this.#waitingFor(event);
    if (waiting === undefined || waiting.event !== undefined) return;
    waiting.event = event;
    this.#settle(event, waiting);
  }

  /** Leaves a call out of the map, with its parts. */
  drop(key: CallKey): void {
    this.#waiting.delete(keyText(key));
  }

  /** The map of all that came. */
  map(): LeafMap {
    for (const { event, ...rest } of this.#waiting.values()) {
      if (event !== undefined) this.#paint(event, rest);
    }
    this.#waiting.clear();
    const rows = [...this.#rows].sort(([a], [b]) => a - b);
    return {
      rowPages: this.#rowPages,
      rows: rows.map(([number, row]) => mappedRow(number, row)),
      isCut: this.#isCut,
    };
  }

  #waitingFor(key: CallKey): Waiting | undefined {
    const text = keyText(key);
    let waiting = this.#waiting.get(text);
    if (waiting === undefined && this.#waiting.size < this.#limits.waiting) {
      this.#waiting.set(text, waiting = { event: undefined, runs: [], undone: 0, parts: 0 });
    }
    return waiting;
  }

  /** Whether a call has a page that none took before it, in a row for which there is room. */
  #isWanted({ address, returned }: CallEvent): boolean {
    const first = pageIndex(address, this.#pageBytes);
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

  /** Paints a call that has all its parts. Recordings of format 1 do not tell how many there are. */
  #settle(key: CallKey, { event, ...rest }: Waiting): void {
    if (event?.parts === undefined || rest.parts < event.parts) return;
    this.#waiting.delete(keyText(key));
    this.#paint(event, rest);
  }

  /** The fast walk goes from the first page on, and where it ends the slow path does. */
  #paint(event: CallEvent, { runs, undone }: Omit<Waiting, "event">): void {
    const all = event.run === undefined ? runs : [...runs, event.run];
    const first = pageIndex(event.address, this.#pageBytes);
    const end = first + event.returned;
    const touched = new Set<Row>();
    let page = first;
    for (const path of ["fast", "slow"] as const) {
      const own = all.filter((run) => run.path === path);
      const taken = own.reduce((sum, { count, refs }) => sum + count * refs, 0);
      const last = Math.min(end, page + taken - (path === "fast" ? undone : 0));
      for (const { count, refs, step, head, order } of own) {
        for (let i = 0; i < count && page < last; i++, page += refs) {
          const grabbed = order === 0 ? head + i * step : head;
          this.#fill(page, Math.min(page + refs, last), path, grabbed, touched);
        }
      }
      page = Math.min(page, last);
    }
    if (page < end) this.#fill(page, end, "unknown", undefined, touched);
    for (const row of touched) row.calls++;
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
