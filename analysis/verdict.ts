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
import { doubtsOf, type Evidence, stopsOf, sumOf } from "./evidence.ts";
import type { CallFacts } from "./facts.ts";
import { areProven, GET_LAWS, PIN_LAWS } from "./laws.ts";
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
 *
 * const ledger: Ledger = {
 *   clean: true, lost: 0, missed: 0, missesOf: "all", unreadable: 0, helperFailures: [], incomplete: 0,
 *   orphans: 0, duplicates: 0, end: { kind: "complete" }, workloadExit: 0,
 *   setAside: { outside: 0, straddling: 0, failed: 0 },
 *   balance: { even: 0, uneven: 0, unsure: 0 }, allMovedSeen: null, laws: [],
 * };
 * const { verdict, reasons } = judge({
 *   facts: [],
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
  const { ledger } = evidence;
  const walked = evidence.facts.filter((fact) => fact.fastPages > 0 || fact.grabs > 0);
  const even = walked.filter((fact) => fact.balance === "even");
  const uneven = ledger.clean ? walked.filter((fact) => fact.balance === "uneven") : [];
  const excess = even.filter((fact) => fact.grabs > fact.leastGrabs);
  const open = imbalanceOf(evidence);
  const seen = uneven.length > 0 || open.proven.length > 0
    ? "unbalanced"
    : excess.length === 0
    ? "once"
    : even.every((fact) => fact.grabs === fact.fastPages)
    ? "per-page"
    : "repeated";

  const stops = stopsOf(evidence);
  const doubts = doubtsOf(evidence, walked);
  const verdict = stops.length > 0 || (seen === "once" && doubts.length > 0) ? "undecided" : seen;
  const sum = uneven.length === 0 && open.proven.length > 0
    ? open.proven.join(" ")
    : arithmetic(seen, seen === "unbalanced" ? uneven : even, walked.length);
  const notes = [...open.proven, ...notesOf(evidence, seen, even), ...open.unproven];
  const reasons = verdict !== "undecided"
    ? [sum, ...doubts, ...notes]
    : even.length + uneven.length + open.proven.length > 0
    ? [...stops, ...doubts, `As far as was seen: ${lowerFirst(sum)}`, ...notes]
    : [...stops, ...doubts, ...notes];
  const first = uneven[0] ?? excess[0];
  return {
    verdict,
    reasons: [...new Set(reasons)],
    counterExample: first === undefined ? null : counterExampleOf(first),
  };
}

/** The sentence that decides, with its numbers. */
function arithmetic(seen: VerdictKind, facts: readonly CallFacts[], calls: number): string {
  const grabs = counted(sumOf(facts, (fact) => fact.grabs), "grab");
  const pages = counted(sumOf(facts, (fact) => fact.fastPages), "page");
  const least = sumOf(facts, (fact) => fact.leastGrabs);
  const refs = counted(sumOf(facts, (fact) => fact.refs), "reference");
  switch (seen) {
    case "once":
      return `${grabs} for ${pages} in ${counted(facts.length, "call")}, one for each leaf of ` +
        "each call: the fewest possible.";
    case "per-page":
      return `${grabs} for ${pages}, one for each page, where ${least} would do.`;
    case "repeated": {
      const bad = facts.filter((fact) => fact.grabs > fact.leastGrabs).length;
      return `${grabs} for ${pages}, where ${least} would do: ${bad} of ` +
        `${counted(facts.length, "call")} grabbed a head more often than needed.`;
    }
    default: {
      const overdrawn = sumOf(facts, (fact) => fact.overdrawn);
      const wrong = `${facts.length} of ${counted(calls, "call")}: ${refs} for ${pages}`;
      return overdrawn === 0
        ? `References do not match pages in ${wrong}.`
        : `References do not match pages in ${wrong}, with ${counted(overdrawn, "grab")} that ` +
          "added more than the head has pages.";
    }
  }
}

/** References taken and never put, or put and never taken: what is proven of it, and what is not. */
function imbalanceOf(
  { ledger, putSide }: Evidence,
): { readonly proven: readonly string[]; readonly unproven: readonly string[] } {
  const found = (["pin", "get"] as const).flatMap((kind) => {
    const held = putSide.held.filter((it) => it.kind === kind);
    const refs = sumOf(held, (it) => it.heads * it.refs);
    const surplus = kind === "pin" ? putSide.pins.surplus : 0;
    const sentences = [
      ...(refs === 0 ? [] : [
        `${counted(refs, "reference")} of FOLL_${kind.toUpperCase()} on ` +
        `${counted(sumOf(held, (it) => it.heads), "head")} ${refs === 1 ? "was" : "were"} ` +
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
  return {
    proven: found.filter(({ isProven }) => isProven).map(({ sentence }) => sentence),
    unproven: found.filter(({ isProven }) => !isProven).map(({ sentence }) =>
      `${sentence} That is not judged: the kernel's own counters do not vouch for it here.`
    ),
  };
}

/** What does not decide, but has to be known to read the answer right. */
function notesOf(
  { facts, ledger, level, alone }: Evidence,
  seen: VerdictKind,
  even: readonly CallFacts[],
): readonly string[] {
  const notes: string[] = [];
  const fast = sumOf(even, (fact) => fact.fastPages);
  const slow = sumOf(facts, (fact) => fact.slowPages);
  const undone = sumOf(facts, (fact) => fact.undoneGrabs);
  if (seen === "once" && fast > 0 && sumOf(even, (fact) => fact.leastGrabs) === fast) {
    notes.push(
      level.level === "pte"
        ? "There was nothing to batch: the device maps by single pages, and each is its own leaf."
        : "There was nothing to batch: no call took more than one page of a leaf.",
    );
  }
  if (seen === "per-page" && even.every((fact) => fact.most?.order === 0)) {
    notes.push("Every page is its own head (order 0): fewer grabs take compound pages first.");
  }
  const fallen = facts.filter((fact) => fact.fellBack);
  const longterm = fallen.filter((fact) => fact.longterm).length;
  if (fallen.length > 0 && (fast > 0 || longterm > 0)) {
    const why = longterm > 0 ? ` (${longterm} asked for FOLL_LONGTERM)` : "";
    notes.push(
      `${fallen.length} of ${
        counted(facts.length, "call")
      } fell back${why}: the slow path served ` +
        `${slow} of ${counted(sumOf(facts, (fact) => fact.pages), "page")}, which are not judged.`,
    );
  }
  if (alone.calls > 0 && facts.length > 0) {
    notes.push(
      `The slow path by itself served ${counted(alone.pages, "page")} more in ` +
        `${counted(alone.calls, "call")}: these are not judged.`,
    );
  }
  if (undone > 0) {
    notes.push(`The fast walk gave ${counted(undone, "grab")} back: these are not judged.`);
  }
  if (ledger.setAside.failed > 0 && facts.length > 0) {
    notes.push(`${counted(ledger.setAside.failed, "call")} failed: these are not judged.`);
  }
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
