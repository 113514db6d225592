/**
 * The verdict: whether every head was grabbed once for each leaf of each call.
 *
 * How it is reached, where the recording is not whole:
 *
 * - A session that was cut short is `undecided`, whatever it shows.
 * - With losses, a call counts as evidence only where its own references match its pages: it was seen
 *   whole. Grabs that such a call made too many are as good a counter-example as ever; that there
 *   were none proves nothing, so `once` becomes `undecided`.
 * - With losses, references that do not match pages are what the losses leave behind: they are no
 *   evidence for `unbalanced`.
 * - References that were taken and not put are evidence only where the kernel's own counters agree
 *   with every grab and put that was seen: elsewhere a put may have gone unseen. For gets, which only
 *   the page_ref tracepoints see put, it must also be known that no run of these was skipped.
 *
 * @module
 */

import type { CallKey, HexAddress } from "../recording/event.ts";
import type { GroupSums } from "./call_sums.ts";
import { doubtsOf, type Evidence, stopsOf } from "./evidence.ts";
import type { CallFacts } from "./facts.ts";
import { areProven, GET_LAWS, PIN_LAWS } from "./laws.ts";
import type { PageArrays } from "./page_arrays.ts";
import { differenceOf } from "./takings.ts";
import { counted, lowerFirst } from "./words.ts";

/** The answers. */
export type VerdictKind = "once" | "per-page" | "repeated" | "unbalanced" | "undecided";

/** The exit code for each answer; other codes say that the question could not be put. */
export const EXIT_CODES: Readonly<Record<VerdictKind, 0 | 1 | 2>> = {
  once: 0,
  "per-page": 1,
  repeated: 1,
  unbalanced: 1,
  undecided: 2,
};

/** The first call that speaks against `once`. */
export interface CounterExample extends CallKey {
  /** First user address of the call's range. */
  readonly address: HexAddress;
  /** Page frame number of the head that it grabbed most often; `null` where it grabbed none. */
  readonly head: number | null;
  /** log2 of the pages behind that head. */
  readonly order: number | null;
  /** Grabs of that head. */
  readonly headGrabs: number;
  /** Pages that the fast walk took. */
  readonly pages: number;
  /** Grabs that it took them with. */
  readonly grabs: number;
  /** References that these added. */
  readonly refs: number;
  /** Grabs that would have done. */
  readonly leastGrabs: number;
}

/** The answer and what it rests on. */
export interface Judgement {
  /** The answer. */
  readonly verdict: VerdictKind;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
  /** The first of the calls that speak against `once`, in order of entry; `null` without any. */
  readonly counterExample: CounterExample | null;
}

/**
 * Judges calls.
 *
 * @example A recording in which no call was seen
 * ```ts
 * import { judge, type Ledger } from "headcount";
 * import { assertEquals } from "@std/assert";
 * import { noCalls } from "./call_sums.ts";
 *
 * const ledger: Ledger = {
 *   clean: true, lost: 0, missed: 0, missesOf: "all", unreadable: 0, helperFailures: [], incomplete: 0,
 *   orphans: 0, duplicates: 0, end: { kind: "complete" }, workloadExit: 0,
 *   setAside: { outside: 0, straddling: 0, failed: 0 },
 *   balance: { even: 0, uneven: 0, unsure: 0 }, allMovedSeen: null, laws: [],
 * };
 * const { verdict, reasons } = judge({
 *   calls: noCalls(),
 *   ledger,
 *   level: { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" },
 *   roles: {},
 *   bufferKnown: true,
 *   alone: { calls: 0, pages: 0 },
 *   putSide: {
 *     puts: null, putsByOthers: 0, pins: { taken: 0, put: 0, surplus: 0 },
 *     gets: { taken: 0, put: null }, held: [],
 *   },
 * });
 * assertEquals([verdict, ...reasons], ["undecided", "No call touched the workload's buffer."]);
 * ```
 */
export function judge(evidence: Evidence): Judgement {
  const { ledger, calls } = evidence;
  const { even } = calls;
  const uneven = ledger.clean && calls.uneven.calls > 0 ? calls.uneven : undefined;
  const open = imbalanceOf(evidence);
  const seen = uneven !== undefined || open.proven.length > 0
    ? "unbalanced"
    : even.excess === 0
    ? "once"
    : even.notPerPage === 0
    ? "per-page"
    : "repeated";

  const stops = stopsOf(evidence);
  const doubts = doubtsOf(evidence);
  const verdict = stops.length > 0 || (seen === "once" && doubts.length > 0) ? "undecided" : seen;
  const sum = uneven === undefined && open.proven.length > 0
    ? open.proven.join(" ")
    : arithmetic(seen, uneven ?? even, calls.walked);
  const notes = [...open.proven, ...notesOf(evidence, seen), ...open.unproven];
  const reasons = verdict !== "undecided"
    ? [sum, ...doubts, ...notes]
    : even.calls + (uneven?.calls ?? 0) + open.proven.length > 0
    ? [...stops, ...doubts, `As far as was seen: ${lowerFirst(sum)}`, ...notes]
    : [...stops, ...doubts, ...notes];
  const first = uneven?.first ?? even.firstExcess;
  return {
    verdict,
    reasons: [...new Set(reasons)],
    counterExample: first === undefined ? null : counterExampleOf(first),
  };
}

/** The sentence that decides, with its numbers. */
function arithmetic(seen: VerdictKind, group: GroupSums, walked: number): string {
  const grabs = counted(group.grabs, "grab");
  const pages = counted(group.fastPages, "page");
  const least = group.leastGrabs;
  switch (seen) {
    case "once":
      return `${grabs} for ${pages} in ${counted(group.calls, "call")}, one for each leaf of ` +
        "each call: the fewest possible.";
    case "per-page":
      return `${grabs} for ${pages}, one for each page, where ${least} would do.`;
    case "repeated":
      return `${grabs} for ${pages}, where ${least} would do: ${group.excess} of ` +
        `${counted(group.calls, "call")} grabbed a head more often than needed.`;
    default: {
      const refs = counted(group.refs, "reference");
      const wrong = `${group.calls} of ${counted(walked, "call")}: ${refs} for ${pages}`;
      return group.overdrawn === 0
        ? `References do not match pages in ${wrong}.`
        : `References do not match pages in ${wrong}, with ${
          counted(group.overdrawn, "grab")
        } that added more than the head has pages.`;
    }
  }
}

/**
 * References taken and never put, or put and never taken, and pages handed back that were not grabbed:
 * what is proven of it, and what is not.
 */
function imbalanceOf(
  { ledger, putSide, pageArrays }: Evidence,
): { readonly proven: readonly string[]; readonly unproven: readonly string[] } {
  const found = (["pin", "get"] as const).flatMap((kind) => {
    const held = putSide.held.filter((it) => it.kind === kind);
    const heads = held.reduce((sum, it) => sum + it.heads, 0);
    const refs = held.reduce((sum, it) => sum + it.heads * it.refs, 0);
    const surplus = kind === "pin" ? putSide.pins.surplus : 0;
    const sentences = [
      ...(refs === 0 ? [] : [
        `${counted(refs, "reference")} of FOLL_${kind.toUpperCase()} on ` +
        `${counted(heads, "head")} ${refs === 1 ? "was" : "were"} ` +
        "taken and not put when the recording ended.",
      ]),
      ...(surplus === 0 ? [] : [
        `${counted(surplus, "reference")} ${surplus === 1 ? "was" : "were"} put that ` +
        `${surplus === 1 ? "was" : "were"} not seen to be taken.`,
      ]),
    ];
    const isProven = ledger.clean && (kind === "pin"
      ? areProven(ledger.laws, PIN_LAWS)
      // Only the tracepoints see gets put, and a run of theirs that was skipped looks like a held get.
      : areProven(ledger.laws, GET_LAWS) && ledger.missesOf === "all" && ledger.missed === 0);
    return sentences.map((sentence) => ({ sentence, isProven }));
  });
  const handed = pageArrays === undefined ? [] : mistakesOf(pageArrays);
  const unproven = found.filter(({ isProven }) => !isProven).map(({ sentence }) =>
    `${sentence} That is not judged: the kernel's own counters do not vouch for it here.`
  );
  return {
    proven: [
      ...found.filter(({ isProven }) => isProven).map(({ sentence }) => sentence),
      ...(ledger.clean ? handed : []),
    ],
    unproven: [
      ...unproven,
      ...(ledger.clean ? [] : handed.map((it) => `${it} With losses that proves nothing.`)),
    ],
  };
}

/** What is wrong with the pages that were handed back. */
function mistakesOf({ calls, wrong, firstWrong, inPlace }: PageArrays): readonly string[] {
  const first = firstWrong === null
    ? ""
    : ` (the first: call ${firstWrong.call} of thread ${firstWrong.tid})`;
  return [
    ...(wrong === 0 ? [] : [
      `In ${wrong} of ${counted(calls, "call")} the pages that were handed back are not those ` +
      `that were grabbed${first}.`,
    ]),
    ...(inPlace !== false ? [] : [
      "The pages that were handed back are not the device's at the addresses' offsets.",
    ]),
  ];
}

/** What does not decide, but has to be known to read the answer right. */
function notesOf(
  { calls, ledger, level, alone, takings }: Evidence,
  seen: VerdictKind,
): readonly string[] {
  const notes: string[] = [];
  const { even, fellBack, fellBackLongterm, undoneGrabs, refused } = calls;
  const fast = even.fastPages;
  if (seen === "once" && fast > 0 && even.leastGrabs === fast) {
    notes.push(
      level.level === "pte"
        ? "There was nothing to batch: the memory is mapped by single pages, and each is its own leaf."
        : "There was nothing to batch: no call took more than one page of a leaf.",
    );
    if (level.level === "pte" && even.compound > 0) {
      notes.push("Some pages have compound heads: single leaves are grabbed one by one even so.");
    }
  }
  if (seen === "per-page" && even.compound === 0) {
    notes.push("Every page is its own head (order 0): fewer grabs take compound pages first.");
  }
  if (fellBack > 0 && (fast > 0 || fellBackLongterm > 0)) {
    const why = fellBackLongterm > 0 ? ` (${fellBackLongterm} asked for FOLL_LONGTERM)` : "";
    notes.push(
      `${fellBack} of ${counted(calls.calls, "call")} fell back${why}: the slow path served ` +
        `${calls.slowPages} of ${counted(calls.pages, "page")}, which are not judged.`,
    );
  }
  if (alone.calls > 0 && calls.calls > 0) {
    notes.push(
      `The slow path by itself served ${counted(alone.pages, "page")} more in ` +
        `${counted(alone.calls, "call")}: these are not judged.`,
    );
  }
  if (undoneGrabs > 0) {
    notes.push(`The fast walk gave ${counted(undoneGrabs, "grab")} back: these are not judged.`);
  }
  if (refused > 0) {
    notes.push(`The kernel refused ${counted(refused, "grab")}: these took nothing.`);
  }
  if (ledger.setAside.failed > 0 && calls.calls > 0) {
    notes.push(`${counted(ledger.setAside.failed, "call")} failed: these are not judged.`);
  }
  const difference = takings && differenceOf(takings);
  if (difference !== undefined) notes.push(difference);
  return notes;
}

function counterExampleOf(fact: CallFacts): CounterExample {
  return {
    tid: fact.tid,
    call: fact.call,
    address: fact.address,
    head: fact.most?.pfn ?? null,
    order: fact.most?.order ?? null,
    headGrabs: fact.most?.grabs ?? 0,
    pages: fact.fastPages,
    grabs: fact.grabs,
    refs: fact.refs,
    leastGrabs: fact.leastGrabs,
  };
}
