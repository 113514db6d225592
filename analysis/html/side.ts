/**
 * What a page shows of one recording.
 *
 * @module
 */

import type { Picture } from "../picture.ts";
import type { Report } from "../report/report.ts";

/** One recording. */
export interface PageSide {
  /** What it is called, such as the path that it was read from. */
  readonly name: string;
  /** Its report. */
  readonly report: Report;
  /** What of it is drawn. */
  readonly picture: Picture;
  /** The program that lies beside it. */
  readonly script?: {
    readonly text: string;
    /** Whether its hash is the one that the recording tells. */
    readonly isAsRun: boolean;
  };
}

/** A side with what it is called beside the others, and its colour. */
export interface NamedSide extends PageSide {
  /** Empty where it is the only one. */
  readonly label: string;
  /** Class of its marks: `s0`, `s1`, and so on. */
  readonly colour: string;
}

/** Colours that there are for sides. */
const COLOURS = 6;

/**
 * Names sides, so that each can be told from the others.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nameSides([]), []);
 * ```
 */
export function nameSides(sides: readonly PageSide[]): readonly NamedSide[] {
  return sides.map((side, i) => ({ ...side, label: labelOf(i, sides), colour: `s${i % COLOURS}` }));
}

function labelOf(i: number, sides: readonly PageSide[]): string {
  if (sides.length === 1) return "";
  const release = sides[i]?.report.kernel.release ?? "";
  if (sides.length === 2) return `${i === 0 ? "baseline" : "patched"} ${release}`;
  return `${i + 1}: ${release}`;
}

/** Whether times of any of the sides are an emulator's. */
export function isEmulated(sides: readonly PageSide[]): boolean {
  return sides.some(({ report }) => report.target.accelerator === "tcg");
}
