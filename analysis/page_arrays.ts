/**
 * The pages that calls handed back, against those that they grabbed.
 *
 * @module
 */

import type { CallKey, PagesEvent, RunEvent } from "../recording/event.ts";
import type { Span } from "./spans.ts";

/** What is known of the pages that calls handed back. */
export interface PageArrays {
  /** Calls whose pages were looked at. */
  readonly calls: number;
  /** Pages that were looked at: of each call those that adjoin from the first on. */
  readonly pages: number;
  /** Calls that handed back a page that they had not grabbed, or left one out. */
  readonly wrong: number;
  /** The first of them in the order in which they came; `null` without any. */
  readonly firstWrong: CallKey | null;
  /**
   * Whether each call's first page is the device's at the address's offset in the buffer; `null` where
   * the kernel does not tell where the device is, or the workload not where its buffer is.
   */
  readonly inPlace: boolean | null;
}

/** Pages that a run grabbed. */
export type GrabbedPages = Pick<RunEvent, "pfn" | "count" | "step">;

/** A call whose fast walk took all that it returned. */
export interface WalkedCall {
  /** Number of the page that its address lies in. */
  readonly first: number;
  /** What was grabbed, ordered by page. */
  readonly runs: readonly GrabbedPages[];
  /** Pages that it returned. */
  readonly returned: number;
}

/**
 * Compares the pages of calls one by one.
 *
 * @example A call that hands back the second page first
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const arrays = new PageArrayCheck();
 * const key = { tid: 7, call: 1 };
 * arrays.add(
 *   { kind: "pages", ...key, pfn: 0x401, count: 1 },
 *   { first: 0x7f0, runs: [{ pfn: 0x400, count: 2, step: 1 }], returned: 2 },
 * );
 * assertEquals(arrays.found(undefined, []), {
 *   calls: 1, pages: 1, wrong: 1, firstWrong: key, inPlace: null,
 * });
 * ```
 */
export class PageArrayCheck {
  #calls = 0;
  #pages = 0;
  #wrong = 0;
  #firstWrong: CallKey | null = null;
  /** What page frame number and page of the address differ by, where it is the same for all. */
  #shift: number | "various" | undefined;

  /** Compares a call's. */
  add(handed: PagesEvent, { first, runs, returned }: WalkedCall): void {
    const { tid, call, pfn, count } = handed;
    this.#calls++;
    this.#pages += count;
    this.#see(pfn - first);
    if (isAsGrabbed(handed, runs, returned)) return;
    this.#wrong++;
    this.#firstWrong ??= { tid, call };
  }

  /** Adds what another found. */
  merge(other: PageArrayCheck): void {
    this.#calls += other.#calls;
    this.#pages += other.#pages;
    this.#wrong += other.#wrong;
    this.#firstWrong ??= other.#firstWrong;
    if (other.#shift !== undefined) this.#see(other.#shift);
  }

  /** What was found; `undefined` where no call told its pages. */
  found(devicePfn: number | undefined, buffers: readonly Span[]): PageArrays | undefined {
    if (this.#calls === 0) return undefined;
    const [buffer, ...more] = buffers;
    const isKnown = devicePfn !== undefined && buffer !== undefined && more.length === 0;
    return {
      calls: this.#calls,
      pages: this.#pages,
      wrong: this.#wrong,
      firstWrong: this.#firstWrong,
      inPlace: isKnown ? this.#shift === devicePfn - buffer.from : null,
    };
  }

  #see(shift: number | "various"): void {
    this.#shift = this.#shift === undefined || this.#shift === shift ? shift : "various";
  }
}

/** Whether pages are among those that were grabbed, and all of them where these adjoin. */
function isAsGrabbed(
  { pfn, count, isCut }: PagesEvent,
  runs: readonly GrabbedPages[],
  returned: number,
): boolean {
  const spans: { from: number; to: number }[] = [];
  for (const run of runs) {
    const to = run.pfn + run.count * run.step;
    const last = spans.at(-1);
    if (last?.to === run.pfn) last.to = to;
    else spans.push({ from: run.pfn, to });
  }
  const span = spans.find(({ from, to }) => from <= pfn && pfn + count <= to);
  if (span === undefined) return false;
  const isAll = spans.length === 1 && span.to - span.from === returned;
  return !isAll || (span.from === pfn && (isCut === true || count === returned));
}
