/**
 * Doing the same with several things.
 *
 * @module
 */

/** How many things are worked on at once. */
const AT_ONCE = 4;

/** Does something for each item, a few at a time; the first failure is thrown when all is at rest. */
export async function each<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  const workers = Array.from({ length: AT_ONCE }, worker);
  await Promise.allSettled(workers);
  await Promise.all(workers);
}

/** The items that pass a test. */
export async function filter<T>(
  items: readonly T[],
  test: (item: T) => Promise<boolean>,
): Promise<T[]> {
  const kept = await Promise.all(items.map(test));
  return items.filter((_, i) => kept[i]);
}
