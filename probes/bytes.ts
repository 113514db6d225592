/**
 * Sizes as people write them.
 *
 * @module
 */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

const MIB: number = 1024 ** 2;

/**
 * Reads a size: bytes, or a number with K, M or G (powers of 1024; a following iB or B is allowed).
 *
 * @returns undefined for anything else.
 *
 * @example
 * ```ts
 * import { parseBytes } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseBytes("2M"), 2_097_152);
 * assertEquals(parseBytes("two"), undefined);
 * ```
 */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)([KMG]?)(?:iB|B)?$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const value = Number(digits) * (UNITS[unit.toUpperCase()] ?? NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Writes a size for people to read, in whole MiB.
 *
 * @example
 * ```ts
 * import { mebibytes } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mebibytes(70_550_672), "67 MiB");
 * ```
 */
export function mebibytes(bytes: number): string {
  return bytes < MIB ? "< 1 MiB" : `${Math.round(bytes / MIB)} MiB`;
}

/**
 * Writes a size as a command line takes it: in the greatest unit of which it is a whole number.
 *
 * @example
 * ```ts
 * import { shortBytes } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([shortBytes(4096), shortBytes(2 ** 21), shortBytes(3 * 2 ** 30)], ["4K", "2M", "3G"]);
 * ```
 */
export function shortBytes(bytes: number): string {
  const units = Object.entries(UNITS).reverse();
  const [unit, factor] = units.find(([, factor]) => bytes >= factor && bytes % factor === 0) ??
    ["", 1];
  return `${bytes / factor}${unit}`;
}
