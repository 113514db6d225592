/**
 * Counts of two kernels, side by side. They are exact: there is nothing to test.
 *
 * @module
 */

import type { Report } from "../report/report.ts";
import { values } from "../report/table.ts";
import { counted } from "../words.ts";

/** A count of one side: a number, several values, or what recordings of that side do not agree in. */
export type CountValue = number | string | null;

/** A count on both sides. */
export interface ComparedCount {
  /** What is counted. */
  readonly name: string;
  /** Of the baseline; `null` where it is not observed. */
  readonly baseline: CountValue;
  /** Of the patched kernel. */
  readonly patched: CountValue;
  /** What becomes of it, in words; empty where that cannot be said. */
  readonly change: string;
}

/** A count in which the recordings of one side differ. */
export interface Disagreement {
  /** Which side. */
  readonly side: "baseline" | "patched";
  /** What is counted. */
  readonly name: string;
  /** What each recording has. */
  readonly values: readonly CountValue[];
}

/** What is counted: of each recording, and whether it is left out where neither side has any. */
interface Count {
  readonly name: string;
  readonly of: (report: Report) => CountValue;
  readonly isOptional?: true;
}

const COUNTS: readonly Count[] = [
  { name: "calls", of: ({ totals }) => totals.calls },
  { name: "pages", of: ({ totals }) => totals.pages },
  { name: "pages by slow path", of: ({ totals }) => totals.slowPages, isOptional: true },
  { name: "slow calls", of: ({ totals }) => totals.slowCalls, isOptional: true },
  { name: "grabs", of: ({ totals }) => totals.grabs },
  { name: "fewest grabs", of: ({ totals }) => totals.leastGrabs },
  { name: "pages per grab", of: ({ totals }) => listed(totals.refsPerGrab) },
  { name: "grabs per head", of: ({ totals }) => listed(totals.grabsPerHead) },
  { name: "heads", of: ({ totals }) => totals.heads },
  { name: "order of heads", of: ({ totals }) => orders(totals.headOrders) },
  { name: "references", of: ({ totals }) => totals.refs },
  { name: "pgmap look-ups", of: ({ totals }) => totals.pgmapLookups },
  { name: "real look-ups", of: ({ totals }) => totals.pgmapRealLookups },
  { name: "puts", of: putsOf },
  { name: "grabs undone", of: ({ totals }) => totals.undoneGrabs, isOptional: true },
  { name: "grabs refused", of: ({ totals }) => totals.refused, isOptional: true },
];

/** Puts of gets by an inline function are not seen: then none that were seen are none that were made. */
function putsOf({ putSide: { puts, pins, gets } }: Report): CountValue {
  if (puts === null) return null;
  return puts === 0 && pins.taken === 0 && gets.taken > 0 ? null : puts;
}

function listed(weighted: Report["totals"]["refsPerGrab"]): CountValue {
  const [only, ...others] = weighted;
  if (only === undefined) return null;
  return others.length === 0 ? only[0] : values(weighted);
}

function orders(headOrders: Report["totals"]["headOrders"]): CountValue {
  const found = Object.entries(headOrders).filter(([, heads]) => heads > 0).map(([order]) => order);
  return found.length === 0 ? null : found.join(", ");
}

/**
 * Compares the counts of two sides, each of one recording or of several of the same.
 *
 * @returns The counts of both, and those in which the recordings of one side differ.
 *
 * @example The RFC's change, on the kernel that it was made for
 * ```ts
 * import { analyze, compareCounts, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const read = async (name: string) => {
 *   const file = await Deno.open(`tests/fixtures/recordings/${name}/recording.jsonl`);
 *   return await analyze(decodeItems(splitLines(file.readable)));
 * };
 * const { counts } = compareCounts([await read("linux-5.10-2M")], [await read("linux-5.10-rfc-2M")]);
 * const grabs = counts.find(({ name }) => name === "grabs");
 * assertEquals(grabs, { name: "grabs", baseline: 512, patched: 3, change: "171x fewer" });
 * ```
 */
export function compareCounts(
  baseline: readonly Report[],
  patched: readonly Report[],
): {
  readonly counts: readonly ComparedCount[];
  readonly disagreements: readonly Disagreement[];
} {
  const disagreements: Disagreement[] = [];
  const counts = COUNTS.flatMap(({ name, of, isOptional }): readonly ComparedCount[] => {
    const merged = (side: Disagreement["side"], reports: readonly Report[]): CountValue => {
      const found = reports.map(of);
      if (new Set(found).size > 1) disagreements.push({ side, name, values: found });
      return mergedCount(found);
    };
    const before = merged("baseline", baseline);
    const after = merged("patched", patched);
    if (isOptional && !before && !after) return [];
    return [{ name, baseline: before, patched: after, change: changeOf(before, after) }];
  });
  return { counts, disagreements };
}

/** One value where all agree, else from the least to the greatest. */
function mergedCount(found: readonly CountValue[]): CountValue {
  const different = [...new Set(found)];
  const [only = null, ...others] = different;
  if (others.length === 0) return only;
  const numbers = different.filter((value) => typeof value === "number");
  return numbers.length === different.length
    ? `${Math.min(...numbers)}..${Math.max(...numbers)}`
    : "differs";
}

/**
 * What becomes of a count, in words.
 *
 * @example
 * ```ts
 * import { changeOf } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(changeOf(512, 1), "512x fewer");
 * assertEquals(changeOf(1, 512), "512x more");
 * assertEquals(changeOf(512, 480), "32 fewer");
 * assertEquals(changeOf(512, 0), "none any more");
 * assertEquals(changeOf(9, 9), "same");
 * assertEquals(changeOf(3, null), "");
 * assertEquals(changeOf("256, 255, 1", 1), "up to 256x fewer");
 * ```
 */
export function changeOf(baseline: CountValue, patched: CountValue): string {
  if (baseline === null || patched === null) return "";
  if (baseline === patched) return "same";
  if (typeof baseline !== "number" || typeof patched !== "number") {
    const [before, after] = [greatestOf(baseline), greatestOf(patched)];
    return before === undefined || after === undefined || before === after
      ? "differs"
      : `up to ${changeOf(before, after)}`;
  }
  if (patched === 0) return "none any more";
  if (baseline === 0) return "none before";
  const factor = Math.max(baseline / patched, patched / baseline);
  const word = patched < baseline ? "fewer" : "more";
  return factor < 1.5 ? `${Math.abs(patched - baseline)} ${word}` : `${timesText(factor)} ${word}`;
}

/** The greatest of several values, which stands first. */
function greatestOf(value: number | string): number | undefined {
  if (typeof value === "number") return value;
  return /^\d+(, \d+)+$|^\d+ to \d+$/.test(value) ? Number.parseInt(value) : undefined;
}

/**
 * A factor in as many digits as are of use.
 *
 * @example
 * ```ts
 * import { timesText } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([512, 170.67, 2.25, 12.34].map(timesText), ["512x", "171x", "2.3x", "12.3x"]);
 * ```
 */
export function timesText(factor: number): string {
  const digits = Number.isInteger(factor) || factor >= 100 ? 0 : 1;
  return `${factor.toFixed(digits)}x`;
}

/**
 * A disagreement in a sentence.
 *
 * @example
 * ```ts
 * import { disagreementText } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   disagreementText({ side: "baseline", name: "grabs", values: [512, 3] }),
 *   "The 2 recordings of the baseline differ in grabs: 512, 3.",
 * );
 * ```
 */
export function disagreementText({ side, name, values }: Disagreement): string {
  const whose = side === "baseline" ? "the baseline" : "the patched kernel";
  const found = values.map((value) => value ?? "not observed").join(", ");
  return `The ${counted(values.length, "recording")} of ${whose} differ in ${name}: ${found}.`;
}
