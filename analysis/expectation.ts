/**
 * Whether a verdict is the one that was expected, and whether that can be told at all.
 *
 * @module
 */

import type { Report } from "./report/report.ts";
import type { VerdictKind } from "./verdict.ts";
import { lowerFirst } from "./words.ts";

/** A verdict that can be expected: that there will be none cannot. */
export type ExpectedVerdict = Exclude<VerdictKind, "undecided">;

/** The verdicts that can be expected. */
export const EXPECTED_VERDICTS: readonly ExpectedVerdict[] = [
  "once",
  "per-page",
  "repeated",
  "unbalanced",
];

/** What came of an expectation. */
export interface Expectation {
  /**
   * - `met`: the verdict is an expected one.
   * - `unmet`: it is another.
   * - `moot`: each page was a leaf or a call of its own, so that `once`, which was not expected, is
   *   all that any kernel can do.
   * - `unknown`: there is no verdict.
   */
  readonly kind: "met" | "unmet" | "moot" | "unknown";
  /** That in a line: the kernel, the verdict, and what it rests on. */
  readonly sentence: string;
}

/** What of a report an expectation is about. */
export type Expectable = Pick<Report, "verdict" | "reasons"> & {
  /** The kernel. */
  readonly kernel: Pick<Report["kernel"], "release">;
  /** How many pages there were, and grabs that would have done. */
  readonly totals: Pick<Report["totals"], "leastGrabs" | "pages">;
};

/** The exit code for each, as `git bisect run` takes them: 125 is a commit that cannot be tested. */
export const BISECT_CODES: Readonly<Record<Expectation["kind"], 0 | 1 | 125>> = {
  met: 0,
  unmet: 1,
  moot: 125,
  unknown: 125,
};

/**
 * Compares a verdict with the expected ones.
 *
 * @example
 * ```ts
 * import { analyze, BISECT_CODES, decodeItems, expectVerdict, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * const { kind, sentence } = expectVerdict(["per-page"], report);
 * assertEquals([kind, BISECT_CODES[kind]], ["unmet", 1]);
 * assertEquals(
 *   sentence,
 *   "7.3.4: once, not per-page: 3 grabs for 512 pages in 3 calls, one for each leaf of each call: " +
 *     "the fewest possible.",
 * );
 * ```
 */
export function expectVerdict(
  expected: readonly ExpectedVerdict[],
  { verdict, reasons, kernel, totals }: Expectable,
): Expectation {
  const saw = (how: string): string =>
    `${kernel.release}: ${verdict}, ${how}: ${lowerFirst(reasons[0] ?? "")}`;
  const kind = kindOf(expected, verdict, totals);
  switch (kind) {
    case "met":
      return { kind, sentence: saw("as expected") };
    case "unmet":
      return { kind, sentence: saw(`not ${expected.join(" or ")}`) };
    case "moot":
      return { kind, sentence: saw("which any kernel is where nothing can be batched") };
    case "unknown":
      return { kind, sentence: saw("cannot tell") };
  }
}

function kindOf(
  expected: readonly ExpectedVerdict[],
  verdict: VerdictKind,
  { leastGrabs, pages }: Expectable["totals"],
): Expectation["kind"] {
  if (verdict === "undecided") return "unknown";
  if (expected.includes(verdict)) return "met";
  return verdict === "once" && leastGrabs === pages ? "moot" : "unmet";
}
