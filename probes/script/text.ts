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

/** What every kernel hands on as an unsigned long. */
const UNSIGNED_LONG: ReadonlySet<Meaning> = new Set(["start", "address", "end", "pfn"]);

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
  // bpftrace 0.17 looks through all of the kernel's types for each cast: none is made in vain.
  if (probed.attach === "fentry") {
    return UNSIGNED_LONG.has(meaning) ? `args->${name}` : `(uint64)args->${name}`;
  }
  return index < REGISTERS ? `arg${index}` : `sarg${index - REGISTERS}`;
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
  return `(((struct page *)$head)->${page.flags} >> ${page.headBit}) & 1`;
}

/** As many zeros of 64 bits; `$zero` is one in the program's beginning. */
export function zeros(count: number, zero = "(uint64)0"): string {
  return Array<string>(count).fill(zero).join(", ");
}

/** Text with each of its lines moved to the right. */
export function indent(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(columns));
}
