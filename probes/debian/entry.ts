/**
 * Folders and files of the cache that are whole or not there at all.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { exists, UNFINISHED } from "../cache.ts";
import { MachineryError } from "../failure.ts";
import { withLock } from "../lock.ts";

/** What is to be made, and how. */
export interface EntryWish {
  /** Folder that it is in. */
  readonly parent: string;
  /** Its name there. */
  readonly name: string;
  /** Whether what is there is good; another headcount may have made it just now. */
  readonly isGood: () => Promise<boolean>;
  /** Makes it: fills the folder `entry`, which is there; `work`, too, is for its use and removed. */
  readonly make: (entry: string, work: string) => Promise<void>;
  /** Ends waiting for another headcount; what makes it has to see to itself. */
  readonly signal?: AbortSignal;
  /** Called when another headcount is making something in the same place. */
  readonly onWait: () => void;
}

/**
 * Makes a folder of the cache. Only a rename puts it in its place, so that what is interrupted
 * anywhere leaves nothing that counts, and the next to come removes it.
 *
 * @returns The folder, and whether it was made now.
 */
export async function makeEntry(wish: EntryWish): Promise<{ folder: string; made: boolean }> {
  const folder = join(wish.parent, wish.name);
  return await locked(wish.parent, wish, async () => {
    if (await wish.isGood()) return { folder, made: false };
    const work = `${folder}${UNFINISHED}`;
    const entry = join(work, "entry");
    try {
      await Deno.mkdir(entry, { recursive: true });
      await wish.make(entry, work);
      if (await exists(folder)) await Deno.rename(folder, join(work, "replaced"));
      await Deno.rename(entry, folder);
    } finally {
      await Deno.remove(work, { recursive: true }).catch(() => {});
    }
    return { folder, made: true };
  });
}

/**
 * What an error says that comes of a cache that cannot be written to; any other error as it is.
 *
 * @param attempt What was attempted, such as `Cannot fetch Debian's 6.1.0-56-amd64`.
 */
export function explainDisk(error: unknown, attempt: string, folder: string): unknown {
  const text = error instanceof MachineryError
    ? `${error.message}\n${error.evidence}`
    : String(error);
  const why = /no space left|wrote only \d+ of/i.test(text)
    ? "there is no space left; free some"
    : /read-only file system|permission denied/i.test(text)
    ? "it cannot be written to; make it writable"
    : undefined;
  if (why === undefined) return error;
  const way = `${why}, or set XDG_CACHE_HOME to a folder elsewhere`;
  return new MachineryError(`${attempt} into "${folder}": ${way}`, "", { cause: error });
}

/** Writes a small file that others may read at any time, and only the user's own. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = await Deno.makeTempFile({ dir: dirname(path), suffix: UNFINISHED });
  await Deno.writeTextFile(unfinished, text);
  await Deno.rename(unfinished, path);
}

/** Removes a folder of the cache; interrupted, it leaves nothing that counts. */
export async function removeEntry(
  parent: string,
  name: string,
  options: Pick<EntryWish, "signal" | "onWait">,
): Promise<void> {
  await locked(parent, options, async () => {
    const doomed = join(parent, `${name}${UNFINISHED}`);
    await Deno.rename(join(parent, name), doomed);
    await Deno.remove(doomed, { recursive: true });
  });
}

/** Bytes that a folder takes on its disk. */
export async function diskBytes(folder: string): Promise<number> {
  let blocks = 0;
  for await (const { info } of filesOf(folder)) blocks += info.blocks ?? 0;
  return blocks * 512;
}

/** A file below a folder. */
export interface FileBelow {
  /** Path relative to the folder. */
  readonly path: string;
  /** What the file system says of it, of a link itself. */
  readonly info: Deno.FileInfo;
}

/** Files in a folder and below it. */
export async function* filesOf(folder: string, below = ""): AsyncGenerator<FileBelow> {
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    if (isDirectory) yield* filesOf(folder, path);
    else yield { path, info: await Deno.lstat(join(folder, path)) };
  }
}

/** Holds the lock of a folder in which, therefore, everything unfinished is left by the killed. */
async function locked<T>(
  parent: string,
  { signal, onWait }: Pick<EntryWish, "signal" | "onWait">,
  work: () => Promise<T>,
): Promise<T> {
  const options = { exclusive: true, onWait, ...(signal === undefined ? {} : { signal }) };
  return await withLock(parent, options, async () => {
    for await (const { name } of Deno.readDir(parent)) {
      if (name.endsWith(UNFINISHED)) await Deno.remove(join(parent, name), { recursive: true });
    }
    return await work();
  });
}
