/**
 * Maps by kernel stack, as bpftrace prints them: a key is the stack, a line for each frame, and after
 * it the thread and its name.
 *
 * @module
 */

/** Where calls come from. */
export interface StackKey {
  /** Name of the thread. */
  readonly comm: string;
  /** Frames of the kernel, innermost first. */
  readonly frames: readonly string[];
}

/**
 * Reads a map of sums by stack, thread and name, and adds up those of the same stack and name; undefined
 * if it is none.
 *
 * 0.17 and 0.27 print lines, 0.23 escapes their ends once more than JSON asks for; in 0.27 frames are
 * not indented.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const key = { comm: "dd", frames: ["vfs_read+1", "ksys_read+107"] };
 * assertEquals(readStackMap({ "\n    vfs_read+1\n    ksys_read+107\n,412,dd": 6 }), [[key, 6]]);
 * assertEquals(readStackMap({ "\\n  vfs_read+1\\n  ksys_read+107\\n,412,dd": 6 }), [[key, 6]]);
 * assertEquals(readStackMap({ "412": 6 }), undefined);
 * ```
 */
export function readStackMap(
  map: Readonly<Record<string, unknown>>,
): readonly (readonly [key: StackKey, sum: number])[] | undefined {
  const sums = new Map<string, readonly [StackKey, number]>();
  for (const [text, sum] of Object.entries(map)) {
    const key = readKey(text);
    if (key === undefined || !isCount(sum)) return undefined;
    const place = JSON.stringify(key);
    const total = sum + (sums.get(place)?.[1] ?? 0);
    if (!isCount(total)) return undefined;
    sums.set(place, [key, total]);
  }
  return [...sums.values()];
}

function readKey(text: string): StackKey | undefined {
  // A thread's name may hold anything, a frame no comma.
  const [, stack, comm] = /^([^,]*),\d+,(.*)$/s.exec(text) ?? [];
  if (stack === undefined || comm === undefined) return undefined;
  const frames = stack.split(/\n|\\n/).map((frame) => frame.trim()).filter((frame) => frame !== "");
  return { comm, frames };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
