/**
 * What is missing from a recording, and the conservation laws that would show it if more were.
 *
 * @module
 */

import type { Footer, SessionEnd } from "../recording/footer.ts";
import type { PlanSummary, TargetSummary, WorkloadSummary } from "../recording/header.ts";
import type { Collected, HelperFailure, PartCounts } from "./collected.ts";
import { areProven, type Law, lawsOf } from "./laws.ts";
import type { PutSide } from "./put_side.ts";
import type { RefcountWitness } from "./refcounts.ts";
import { counted } from "./words.ts";

/** Calls that are not judged. They count in the conservation laws all the same. */
export interface SetAside {
  /** Outside the workload's buffer. */
  readonly outside: number;
  /** Across a border of it. */
  readonly straddling: number;
  /** In the buffer, but failed. */
  readonly failed: number;
}

/** Judged calls by whether their references match their pages: a law about the kernel. */
export interface BalanceCounts {
  /** They match. */
  readonly even: number;
  /** They do not. */
  readonly uneven: number;
  /** There are too many, and some may have been given back unseen. */
  readonly unsure: number;
}

/** Grabs of which only the sums are known, of all calls. */
export interface UnlistedSums {
  /** Calls that made any. */
  readonly calls: number;
  /** How many grabs. */
  readonly grabs: number;
  /** References that they added. */
  readonly refs: number;
}

/** The ledger of a recording. */
export interface Ledger {
  /**
   * Whether the recording holds everything that happened: it was not cut short, nothing was lost and
   * no law is broken. The balance of the calls is not part of this: it is what was found, not what
   * is missing.
   */
  readonly clean: boolean;
  /** Events that the tracer's buffer dropped. */
  readonly lost: number;
  /** Runs of probes that the kernel skipped; `null` where it does not tell. */
  readonly missed: number | null;
  /**
   * Of which probes that is known: kernels count those of fentry from 5.12 on, those of kprobes and
   * tracepoints from 6.7 on.
   */
  readonly missesOf: "all" | "fentry" | "none";
  /** Lines that could not be understood. */
  readonly unreadable: number;
  /** BPF helpers that failed. */
  readonly helperFailures: readonly HelperFailure[];
  /** Calls that were entered and never returned, by the kernel's count; `null` without it. */
  readonly incomplete: number | null;
  /** Calls with grabs or leaves in the stream but no end. */
  readonly orphans: number;
  /** Ends of calls that came more than once. */
  readonly duplicates: number;
  /** Calls against what they tell of themselves; absent where none does, as in format 1. */
  readonly parts?: PartCounts;
  /** Calls that made grabs of which only the sums are known; absent where there are none. */
  readonly unlisted?: UnlistedSums;
  /** How the session ended. */
  readonly end: SessionEnd | { readonly kind: "cut off" };
  /** Exit code of the workload; `null` where it did not end by itself. */
  readonly workloadExit: number | null;
  /** Calls that are not judged. */
  readonly setAside: SetAside;
  /** Whether references match pages, call by call. */
  readonly balance: BalanceCounts;
  /**
   * Whether the calls that were seen took each page as often as the workload moved it; `null` where
   * it does not tell.
   */
  readonly allMovedSeen: boolean | null;
  /**
   * By what it is known that all grabs were seen though the kernel skipped probes, or calls have no
   * end: by what the workload moved, page by page, or by the kernel's own counter of pins, which no
   * probe touches. Absent where nothing was skipped, and where it is not known.
   */
  readonly accountedBy?: "moved" | "pins";
  /** The stream against the kernel, sum by sum. */
  readonly laws: readonly Law[];
}

/** What a ledger is drawn up from. */
export interface LedgerInput {
  readonly header: {
    readonly target: Pick<TargetSummary, "kind">;
    readonly plan: Pick<PlanSummary, "roles" | "pageRef" | "countsMisses">;
    readonly workload?: Pick<WorkloadSummary, "scope">;
  };
  readonly collected: Collected;
  /** The footer; `undefined` where the recording was cut off. */
  readonly footer: Footer | undefined;
  readonly setAside: SetAside;
  readonly balance: BalanceCounts;
  /** Grabs of which only the sums are known. */
  readonly unlisted: UnlistedSums;
  /** Whether the workload moved just the pages that were seen to be taken; `null` if unknown. */
  readonly allMovedSeen: boolean | null;
  /** Whether all calls that are judged pinned. */
  readonly onlyPins: boolean;
  readonly putSide: Pick<PutSide, "pins">;
  /** What the page_ref tracepoints say; `undefined` without them. */
  readonly refcounts: RefcountWitness | undefined;
}

/**
 * Draws up the ledger of a recording.
 *
 * @example A recording without a footer
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createCollector } from "./collector.ts";
 *
 * const absent = { kind: "absent", why: "not in this kernel", cost: "", needed: false } as const;
 * const plan = {
 *   roles: {
 *     entry: absent, hugeLeaf: absent, grabOne: absent, grabBatch: absent, grabSlow: absent,
 *     lookup: absent, slowPath: absent,
 *   },
 * };
 * const ledger = drawUpLedger({
 *   header: { target: { kind: "guest" }, plan },
 *   collected: createCollector(() => {}).finish(),
 *   footer: undefined,
 *   setAside: { outside: 0, straddling: 0, failed: 0 },
 *   balance: { even: 0, uneven: 0, unsure: 0 },
 *   unlisted: { calls: 0, grabs: 0, refs: 0 },
 *   allMovedSeen: null,
 *   onlyPins: false,
 *   putSide: { pins: { taken: 0, put: null, surplus: 0 } },
 *   refcounts: undefined,
 * });
 * assertEquals([ledger.clean, ledger.end.kind], [false, "cut off"]);
 * ```
 */
export function drawUpLedger(input: LedgerInput): Ledger {
  const { collected, footer, unlisted } = input;
  const laws = lawsOf({
    target: input.header.target,
    scope: input.header.workload?.scope,
    sums: collected.sums,
    footer,
    putSide: input.putSide,
    refcounts: input.refcounts,
  });
  const ledger: Ledger = {
    clean: false,
    lost: collected.lost,
    ...missesOf(footer?.missed, input.header.plan),
    unreadable: collected.unreadable,
    helperFailures: collected.helperFailures,
    incomplete: footer?.totals === undefined
      ? null
      : Math.max(0, footer.totals.entered - footer.totals.calls),
    orphans: collected.orphans,
    duplicates: collected.duplicates,
    ...(collected.parts === undefined ? {} : { parts: collected.parts }),
    ...(unlisted.calls === 0 ? {} : { unlisted }),
    end: footer?.end ?? { kind: "cut off" },
    workloadExit: footer?.workloadExit ?? null,
    setAside: input.setAside,
    balance: input.balance,
    allMovedSeen: input.allMovedSeen,
    laws,
  };
  const by = accountedBy(ledger, input.onlyPins);
  const accounted = by === undefined ? ledger : { ...ledger, accountedBy: by };
  return { ...accounted, clean: complaints(accounted).length === 0 };
}

/**
 * By what all grabs are accounted for, where probes were skipped. Each call's references match its
 * pages, and either the calls took what the workload moved, page by page, or they all pinned and the
 * kernel counted as many pins as were seen. Then no grab was skipped, whatever the kernel skipped: a
 * program of BPF that is interrupted, or preempted, on a processor is skipped for whoever comes upon it
 * there, of whatever process. It says nothing of look-ups and puts.
 */
function accountedBy(
  { missed, incomplete, allMovedSeen, balance, laws }: Ledger,
  onlyPins: boolean,
): Ledger["accountedBy"] {
  if ((missed ?? 0) + (incomplete ?? 0) === 0) return undefined;
  if (balance.uneven + balance.unsure > 0 || laws.some(({ holds }) => holds === false)) {
    return undefined;
  }
  if (allMovedSeen === true) return "moved";
  return onlyPins && balance.even > 0 && areProven(laws, ["pins taken"]) ? "pins" : undefined;
}

/** The kinds of probes whose skipped runs the kernel counted. */
function missesOf(
  missed: number | undefined,
  plan: LedgerInput["header"]["plan"],
): Pick<Ledger, "missed" | "missesOf"> {
  if (missed === undefined) return { missed: null, missesOf: "none" };
  const isFentryOnly = plan.pageRef !== true &&
    Object.values(plan.roles).every((role) => role.kind === "absent" || role.attach === "fentry");
  return { missed, missesOf: plan.countsMisses === true || isFentryOnly ? "all" : "fentry" };
}

/**
 * Says what is missing, in sentences; nothing where the ledger is clean.
 *
 * @example
 * ```ts
 * import { complaints, type Ledger } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const ledger: Ledger = {
 *   clean: false, lost: 17, missed: 0, missesOf: "all", unreadable: 0, helperFailures: [], incomplete: 0,
 *   orphans: 0, duplicates: 0, end: { kind: "complete" }, workloadExit: 0,
 *   setAside: { outside: 0, straddling: 0, failed: 0 },
 *   balance: { even: 3, uneven: 0, unsure: 0 }, allMovedSeen: null, laws: [],
 * };
 * assertEquals(complaints(ledger), ["17 events were lost in the tracer's buffer."]);
 * ```
 */
export function complaints(ledger: Ledger): readonly string[] {
  const found: string[] = [];
  const cut = cutShort(ledger);
  if (cut !== undefined) found.push(cut);
  if (ledger.lost > 0) found.push(`${were(ledger.lost, "event")} lost in the tracer's buffer.`);
  if (ledger.missed !== null && ledger.missed > 0 && ledger.accountedBy === undefined) {
    found.push(`${were(ledger.missed, "probe run")} skipped by the kernel.`);
  } else if (ledger.missesOf !== "all" && ledger.allMovedSeen === false) {
    found.push(
      "The calls that were seen do not account for all that the workload moved, and this kernel " +
        "does not count every probe run that it skips.",
    );
  }
  if (ledger.unreadable > 0) {
    found.push(`${were(ledger.unreadable, "line")} not readable.`);
  }
  for (const { helper, code, times } of ledger.helperFailures) {
    found.push(`The BPF helper "${helper}" failed ${counted(times, "time")} with ${code}.`);
  }
  // Those of a thread that ends, such as on a futex, are of nothing that was moved.
  if (
    ledger.incomplete !== null && ledger.incomplete > 0 && ledger.accountedBy === undefined
  ) {
    found.push(`${were(ledger.incomplete, "call")} entered and never returned.`);
  }
  if (ledger.orphans > 0) {
    found.push(`${were(ledger.orphans, "call")} seen in part: the end is not in the recording.`);
  }
  if (ledger.duplicates > 0) {
    found.push(`${were(ledger.duplicates, "call end")} reported more than once.`);
  }
  const { lacking = 0, surplus = 0 } = ledger.parts ?? {};
  if (lacking > 0) {
    found.push(
      `${counted(lacking, "call")} ${lacking === 1 ? "lacks" : "lack"} events that belong to ${
        lacking === 1 ? "it" : "them"
      }.`,
    );
  }
  if (surplus > 0) {
    found.push(
      `${were(surplus, "event")} of calls that were whole without ${
        surplus === 1 ? "it" : "them"
      }.`,
    );
  }
  for (const { name, stream, kernel, holds, why } of ledger.laws) {
    if (holds !== false) continue;
    found.push(
      why === null
        ? `The stream adds up to ${stream} ${name}, the kernel counted ${kernel}.`
        : `The stream and the kernel differ in "${name}" ${why}, though both sums are ${stream}.`,
    );
  }
  if (cut === undefined && ledger.incomplete === null) {
    found.push("The kernel's own sums are missing, so the stream could not be checked.");
  }
  return found;
}

/**
 * Says how the session was cut short; `undefined` where it came to its end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cutShort({ end: { kind: "complete" } }), undefined);
 * assertEquals(
 *   cutShort({ end: { kind: "interrupted", signal: "SIGINT" } }),
 *   "The session was interrupted by SIGINT.",
 * );
 * ```
 */
export function cutShort({ end }: Pick<Ledger, "end">): string | undefined {
  switch (end.kind) {
    case "complete":
      return undefined;
    case "interrupted":
      return `The session was interrupted by ${end.signal}.`;
    case "failed":
      return `The session failed: ${end.what.replace(/\.$/, "")}.`;
    case "cut off":
      return "The recording was cut off: it has no footer.";
  }
}

function were(count: number, noun: string): string {
  return `${counted(count, noun)} ${count === 1 ? "was" : "were"}`;
}
