/**
 * Pieces of a program's text that several probes share.
 *
 * @module
 */

import type { Meaning } from "../eras.ts";
import type { PageFacts } from "../page.ts";
import type { PlannedFunction } from "../choose.ts";

/** Registers that carry arguments of a function; the rest is on its stack. */
const REGISTERS = 6;

/**
 * An argument of a probed function, as a number.
 *
 * @throws {RangeError} when the plan does not read it: the role asks for what its entry lacks.
 */
export function argument(probed: PlannedFunction, meaning: Meaning): string {
  const found = probed.arguments[meaning];
  if (found === undefined) {
    throw new RangeError(
      `Cannot read "${meaning}" of ${probed.symbol}: the plan has no such argument`,
    );
  }
  const { name, index } = found;
  if (probed.attach === "fentry") return `(uint64)args->${name}`;
  return index < REGISTERS ? `(uint64)arg${index}` : `(uint64)sarg${index - REGISTERS}`;
}

/** A number that the function has as an int, as it does not fill its register. */
export function low32(expression: string): string {
  return `${expression} & 0xffffffff`;
}

/** Sets `$vmemmap`, by which {@linkcode pfn} counts. */
export function vmemmap(page: PageFacts): string {
  return `$vmemmap = ${page.vmemmap};`;
}

/** Page frame number of a struct page. */
export function pfn(pointer: string, { structPageBytes }: PageFacts): string {
  return `(${pointer} - $vmemmap) / ${structPageBytes}`;
}

/** Whether the page at `$head` is a compound head: 1 or 0. */
export function isCompound(page: PageFacts): string {
  return `((uint64)((struct page *)$head)->${page.flags} >> ${page.headBit}) & 1`;
}

/** As many zeros of 64 bits, to begin a tuple with; six fit a line. */
export function zeros(count: number): string {
  return Array.from(
    { length: count },
    (_, i) => i > 0 && i % 5 === 0 ? "\n    (uint64)0" : "(uint64)0",
  )
    .join(", ").replaceAll(", \n", ",\n");
}

/** Text with each of its lines moved to the right. */
export function indent(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(columns));
}
