/**
 * Conservation laws: sums that the stream and the kernel must agree on.
 *
 * @module
 */

import type { Footer } from "../recording/footer.ts";
import type { Scope, TargetSummary } from "../recording/header.ts";
import type { StreamSums } from "./stream_sums.ts";
import type { PutSide } from "./put_side.ts";
import type { Comparison, RefcountWitness } from "./refcounts.ts";
import { counted } from "./words.ts";

/** A sum that must be the same in the event stream and in the kernel. */
export interface Law {
  /** What is added up. */
  readonly name: string;
  /** The sum over the events. */
  readonly stream: number;
  /** What the kernel counted; `null` where it did not say. */
  readonly kernel: number | null;
  /** Whether both agree; `null` where that cannot be judged. */
  readonly holds: boolean | null;
  /** Why it cannot be judged, or in what it fails if the sums do not tell; else `null`. */
  readonly why: string | null;
}

/** The laws that prove what is said of pins taken and put. */
export const PIN_LAWS: readonly string[] = ["pins taken", "pins put"];

/** The laws that prove what is said of gets: the page_ref tracepoints see both sides. */
export const GET_LAWS: readonly string[] = ["refcounts added"];

/**
 * Whether all of some laws were judged and hold.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(areProven([], PIN_LAWS), false);
 * ```
 */
export function areProven(laws: readonly Law[], names: readonly string[]): boolean {
  return names.every((name) => laws.some((law) => law.name === name && law.holds === true));
}

/** What the laws are about. */
export interface LawInput {
  readonly target: Pick<TargetSummary, "kind">;
  /** Whose calls were seen; absent for `buffer`. */
  readonly scope?: Scope | undefined;
  readonly sums: StreamSums;
  readonly footer: Pick<Footer, "totals" | "pins"> | undefined;
  readonly putSide: Pick<PutSide, "pins">;
  /** What the page_ref tracepoints say; `undefined` without them. */
  readonly refcounts: RefcountWitness | undefined;
}

/**
 * Compares the sums of the stream with those of the kernel.
 *
 * @example Without a footer there is nothing to compare with
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [calls] = lawsOf({
 *   target: { kind: "guest" },
 *   sums: {
 *     calls: 3, pages: 512, grabs: 512, refs: 512, lookups: 512, realLookups: 3, puts: 0, putRefs: 0,
 *   },
 *   footer: undefined,
 *   putSide: { pins: { taken: 0, put: null, surplus: 0 } },
 *   refcounts: undefined,
 * });
 * assertEquals(calls, {
 *   name: "calls", stream: 3, kernel: null, holds: null, why: "no kernel sums",
 * });
 * ```
 */
export function lawsOf(
  { target, scope, sums, footer, putSide, refcounts }: LawInput,
): readonly Law[] {
  const totals = footer?.totals;
  const law = (name: string, stream: number, kernel: number | undefined): Law =>
    kernel === undefined
      ? { name, stream, kernel: null, holds: null, why: "no kernel sums" }
      : { name, stream, kernel, holds: stream === kernel, why: null };
  const pinLaw = (name: string, stream: number, kernel: number | undefined): Law => {
    if (kernel === undefined) {
      return { name, stream, kernel: null, holds: null, why: "no pin counter" };
    }
    // The kernel counts for every process: only a guest of our own has no others. Elsewhere there were
    // none where it counted just what was seen.
    if (target.kind === "guest" || (scope !== "machine" && stream === kernel)) {
      return { name, stream, kernel, holds: stream === kernel, why: null };
    }
    const why = scope === "machine" ? "not read at the same moment" : "others pin too";
    return { name, stream, kernel, holds: null, why };
  };
  const { taken, put } = putSide.pins;
  return [
    law("calls", sums.calls, totals?.calls),
    law("pages", sums.pages, totals?.pages),
    law("grabs", sums.grabs, totals?.grabs),
    law("references", sums.refs, totals?.refs),
    law("pgmap look-ups", sums.lookups, totals?.lookups),
    law("real look-ups", sums.realLookups, totals?.realLookups),
    // Puts may be seen in part: of folios only, where the core of all of them is inlined.
    ...(put !== null || totals?.puts !== undefined
      ? [law("puts", sums.puts, totals?.puts), law("references put", sums.putRefs, totals?.putRefs)]
      : []),
    pinLaw("pins taken", taken, footer?.pins?.acquired),
    ...(put === null ? [] : [pinLaw("pins put", put, footer?.pins?.released)]),
    ...(refcounts === undefined ? [] : refcountLaws(refcounts, taken > 0 && put === null)),
  ];
}

function refcountLaws(
  { added, taken, heldGets }: RefcountWitness,
  arePinsPutUnseen: boolean,
): Law[] {
  const law = (name: string, { implied, seen, different }: Comparison): Law => ({
    name,
    stream: implied,
    kernel: seen,
    holds: different === 0,
    why: different > 0 && implied === seen ? `on ${counted(different, "page")}` : null,
  });
  const puts = law("refcounts taken", taken);
  // Gets are put unseen, so what is left of them is a finding, not a law.
  const why = arePinsPutUnseen
    ? "puts of pins are not observed"
    : heldGets > 0 && taken.seen + heldGets === taken.implied
    ? `not put: ${counted(heldGets, "get")}`
    : undefined;
  return [law("refcounts added", added), why === undefined ? puts : { ...puts, holds: null, why }];
}
