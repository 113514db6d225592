/**
 * Conservation laws: sums that the stream and the kernel must agree on.
 *
 * @module
 */

import type { Footer } from "../recording/footer.ts";
import type { PlanFlags, TargetSummary } from "../recording/header.ts";
import type { Collected } from "./calls.ts";
import { refsIn } from "./runs.ts";

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
  /** Why it cannot be judged; `null` where it can. */
  readonly why: string | null;
}

/** What of the header the laws depend on. */
export interface LawContext {
  readonly target: Pick<TargetSummary, "kind">;
  readonly plan: { readonly flags: PlanFlags };
}

/**
 * Compares the sums of the stream with those of the kernel.
 *
 * @example Without a footer there is nothing to compare with
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [calls] = lawsOf(
 *   { target: { kind: "guest" }, plan: { flags: { get: 4, pin: 0x40000, write: 1, longterm: 0x10000 } } },
 *   {
 *     calls: [],
 *     sums: { calls: 3, pages: 512, grabs: 512, refs: 512, lookups: 512, realLookups: 3 },
 *   },
 *   undefined,
 * );
 * assertEquals(calls, {
 *   name: "calls", stream: 3, kernel: null, holds: null, why: "no kernel sums",
 * });
 * ```
 */
export function lawsOf(
  header: LawContext,
  collected: Pick<Collected, "calls" | "sums">,
  footer: Pick<Footer, "totals" | "pins"> | undefined,
): readonly Law[] {
  const { sums } = collected;
  const totals = footer?.totals;
  const law = (name: string, stream: number, kernel: number | undefined): Law =>
    kernel === undefined
      ? { name, stream, kernel: null, holds: null, why: "no kernel sums" }
      : { name, stream, kernel, holds: stream === kernel, why: null };
  return [
    law("calls", sums.calls, totals?.calls),
    law("pages", sums.pages, totals?.pages),
    law("grabs", sums.grabs, totals?.grabs),
    law("references", sums.refs, totals?.refs),
    law("pgmap look-ups", sums.lookups, totals?.lookups),
    law("real look-ups", sums.realLookups, totals?.realLookups),
    pinLaw(header, collected, footer),
  ];
}

/** Pins are counted by the kernel itself, for every process: only a guest of our own has no others. */
function pinLaw(
  header: LawContext,
  collected: Pick<Collected, "calls">,
  footer: Pick<Footer, "pins"> | undefined,
): Law {
  const stream = collected.calls.reduce(
    (sum, { event, runs }) =>
      event !== undefined && hasFlag(event.flags, header.plan.flags.pin) ? sum + refsIn(runs) : sum,
    0,
  );
  const law = { name: "pins", stream, kernel: footer?.pins?.acquired ?? null };
  if (law.kernel === null) return { ...law, holds: null, why: "no pin counter" };
  return header.target.kind === "guest"
    ? { ...law, holds: stream === law.kernel, why: null }
    : { ...law, holds: null, why: "others pin too" };
}

function hasFlag(flags: number, bit: number): boolean {
  // FOLL_* flags fill 32 bits at most, so the sign that `&` may give does not matter here.
  return (flags & bit) !== 0;
}
