/**
 * Orders that owe nothing to the one in which things came.
 *
 * @module
 */

/**
 * Which of two comes first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["b", "a"].sort(compare), ["a", "b"]);
 * ```
 */
export function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * By page frame number.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([{ pfn: 2 }, { pfn: 1 }].sort(byPage), [{ pfn: 1 }, { pfn: 2 }]);
 * ```
 */
export function byPage<T extends { readonly pfn: number }>(a: T, b: T): number {
  // Those that differ in anything else are rare: the text decides, so that equal sets sort alike.
  return a.pfn - b.pfn || compare(JSON.stringify(a), JSON.stringify(b));
}

/**
 * Items in order: mostly the same array, since mostly there are few and in order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sorted(["b", "a"], compare), ["a", "b"]);
 * ```
 */
export function sorted<T>(items: readonly T[], by: (a: T, b: T) => number): readonly T[] {
  for (let i = 1; i < items.length; i++) {
    const before = items[i - 1];
    const item = items[i];
    if (before !== undefined && item !== undefined && by(before, item) > 0) {
      return items.toSorted(by);
    }
  }
  return items;
}
