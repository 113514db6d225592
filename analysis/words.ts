/**
 * Words for numbers.
 *
 * @module
 */

/**
 * A number and its noun, in the plural where there is not exactly one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(counted(1, "grab"), "1 grab");
 * assertEquals(counted(0, "call"), "0 calls");
 * ```
 */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A size in the largest binary unit that divides it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(byteSize(2 ** 21), "2 MiB");
 * assertEquals(byteSize(1000), "1000 B");
 * ```
 */
export function byteSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = bytes;
  let unit = 0;
  while (size !== 0 && size % 1024 === 0 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${units[unit]}`;
}

/**
 * A page frame number as the kernel prints one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pfnText(1051136), "0x100a00");
 * ```
 */
export function pfnText(pfn: number): string {
  return `0x${pfn.toString(16)}`;
}

/**
 * A sentence to go on with after a colon.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lowerFirst("Nothing was pinned."), "nothing was pinned.");
 * ```
 */
export function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
