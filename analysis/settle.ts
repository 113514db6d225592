/**
 * What stayed of a call's grabs, and what the call gave back before it returned.
 *
 * @module
 */

import type { LeafEvent, PutEvent, RunEvent, UndoEvent } from "../recording/event.ts";
import { cutRun, refsIn } from "./runs.ts";

/** What a call did with references. */
export interface CallGrabs {
  readonly runs: readonly RunEvent[];
  /** Leaves of any kind; of device leaves alone it is known what they back out of. */
  readonly leaves: readonly LeafEvent[];
  /** What a device leaf backed out of. */
  readonly undos: readonly UndoEvent[];
  /** Puts inside the call. */
  readonly puts: readonly PutEvent[];
}

/** How a call can be settled. */
export interface SettleOptions {
  /** Pages that the call returned, less those that grabs took of which only the sums are known. */
  readonly returned: number;
  /** Whether it took pins, not gets. */
  readonly isPin: boolean;
  /** Whether what a device leaf backs out of is observed; else only the leaf's failure tells. */
  readonly seesUndo: boolean;
}

/** Grabs of a call that stayed, and those of the fast walk that were given back. */
export interface SettledGrabs {
  /** Of the fast walk. */
  readonly kept: readonly RunEvent[];
  /** Of the fast walk, given back. */
  readonly undone: readonly RunEvent[];
  /** Of the slow path. */
  readonly slow: readonly RunEvent[];
}

/**
 * Settles a call.
 *
 * An interrupt can put somebody else's pins in the middle of a call, and then this thread is seen to
 * put them. Where all grabs together make up just the pages that the call returned, nothing was given
 * back, whatever was put; and what was given back is never more than the grabs exceed the pages by. Puts
 * of more than that are told apart by the walk in which they were made, if either walk's fit; if not,
 * nothing is taken for given back, and the call has too many references.
 *
 * @example A walk that grabs 512 pages, puts them, and leaves them to the slow path
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const key = { tid: 7, call: 1 };
 * const page = { pfn: 0x100a00, order: 9, count: 1, refs: 512 };
 * const grab = { kind: "run", ...key, ...page, head: 0x100a00, step: 512 } as const;
 * const fast = { ...grab, path: "fast", role: "grabBatch" } as const;
 * const slow = { ...grab, path: "slow", role: "grabSlow" } as const;
 * const put = {
 *   kind: "put", ...key, ...page, path: "fast", role: "put", pin: true, at: 1000, step: 0,
 * } as const;
 * assertEquals(
 *   settle({ runs: [fast, slow], leaves: [], undos: [], puts: [put] }, {
 *     returned: 512, isPin: true, seesUndo: true,
 *   }),
 *   { kept: [], undone: [fast], slow: [slow] },
 * );
 * ```
 */
export function settle(call: CallGrabs, options: SettleOptions): SettledGrabs {
  const fast = call.runs.filter(({ path }) => path === "fast");
  const slow = call.runs.filter(({ path }) => path === "slow");
  const surplus = refsIn(call.runs) - options.returned;
  if (surplus === 0) return { kept: fast, undone: [], slow };
  const puts = call.puts.filter(({ pin }) => pin === options.isPin);
  const [kept, undone] = takeBack(fast, puts.filter(({ path }) => path === "fast"));
  const [slowKept, slowUndone] = takeBack(slow, puts.filter(({ path }) => path === "slow"));
  const [fastBack, slowBack] = [refsIn(undone), refsIn(slowUndone)];
  if (fastBack + slowBack > surplus) {
    if (fastBack === surplus) return { kept, undone, slow };
    if (slowBack === surplus) return { kept: fast, undone: [], slow: slowKept };
    return { kept: fast, undone: [], slow };
  }
  // A pin that a device leaf backs out of is put by the function that puts all pins.
  if (options.isPin && puts.length > 0) return { kept, undone, slow: slowKept };
  const leaf = options.seesUndo
    ? withoutPages(kept, call.undos)
    : withoutPages(kept, call.leaves.flatMap((it) => failedLeaf(it)));
  return { kept: leaf.kept, undone: [...undone, ...leaf.undone], slow: slowKept };
}

/**
 * The pages of a device leaf that failed: it puts whatever it took before it returns. Where only its
 * entry is probed that is not seen, and what it took counts as kept: then the call has references too many.
 */
function failedLeaf({ taken, pfn, pages }: LeafEvent): { pfn: number; pages: number }[] {
  return taken !== false || pfn === undefined ? [] : [{ pfn, pages }];
}

/** Tells grabs of pages that were given back from the others. */
function withoutPages(
  runs: readonly RunEvent[],
  given: readonly { readonly pfn: number; readonly pages: number }[],
): { readonly kept: readonly RunEvent[]; readonly undone: readonly RunEvent[] } {
  let kept = runs;
  const undone: RunEvent[] = [];
  for (const { pfn, pages } of given) {
    const rest: RunEvent[] = [];
    for (const run of kept) {
      const [before, from] = cutRun(run, pfn);
      const [inside, after] = from === undefined ? [] : cutRun(from, pfn + pages);
      if (before !== undefined) rest.push(before);
      if (inside !== undefined) undone.push(inside);
      if (after !== undefined) rest.push(after);
    }
    kept = rest;
  }
  return { kept, undone };
}

/**
 * Tells grabs whose references were put from the others, head by head: the last grabs are given back
 * first. A put that took a part of one grab's references leaves that grab as it was.
 */
function takeBack(
  runs: readonly RunEvent[],
  puts: readonly PutEvent[],
): readonly [kept: readonly RunEvent[], undone: readonly RunEvent[]] {
  if (puts.length === 0) return [runs, []];
  const owed = new Map<number, number>();
  const kept: RunEvent[] = [];
  const undone: RunEvent[] = [];
  for (const run of runs.toReversed()) {
    for (const part of run.order === 0 ? pagesOf(run) : [run]) {
      const open = owed.get(part.head) ?? putOn(part.head, puts);
      const back = Math.min(part.count, Math.floor(open / part.refs));
      owed.set(part.head, open - back * part.refs);
      if (back < part.count) kept.push({ ...part, count: part.count - back });
      if (back > 0) {
        const ahead = (part.count - back) * part.step;
        undone.push({ ...part, pfn: part.pfn + ahead, count: back });
      }
    }
  }
  return [kept.reverse(), undone.reverse()];
}

/** References that were put on a head. */
function putOn(head: number, puts: readonly PutEvent[]): number {
  return puts.reduce((sum, { pfn, count, refs, step }) => {
    const times = step === 0
      ? (head === pfn ? count : 0)
      : head >= pfn && head < pfn + count
      ? 1
      : 0;
    return sum + times * refs;
  }, 0);
}

/** A run of order 0 as one run for each page, the last first: each has a head of its own. */
function pagesOf(run: RunEvent): RunEvent[] {
  if (run.step === 0) return [run];
  return Array.from({ length: run.count }, (_, i) => {
    const ahead = (run.count - 1 - i) * run.step;
    return { ...run, pfn: run.pfn + ahead, head: run.head + ahead, count: 1 };
  });
}
