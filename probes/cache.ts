/**
 * What headcount keeps between runs: kernels, unpacked kernels, initramfs and tool images. All of
 * it can be deleted at any time.
 *
 * @module
 */

import { join } from "node:path";
import { RequestError } from "./failure.ts";

/** Ending of what is not finished yet. */
export const UNFINISHED = ".part";

/** What is unfinished for longer than this was left by a run that was killed. */
const ABANDONED_MS: number = 10 * 60 * 1000;

/**
 * The folder of the cache, `$XDG_CACHE_HOME/headcount` or `~/.cache/headcount`.
 *
 * @throws {RequestError} when neither variable is set.
 */
export function cacheFolder(
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): string {
  const base = variable("XDG_CACHE_HOME");
  if (base !== undefined && base.startsWith("/")) return join(base, "headcount");
  const home = variable("HOME");
  if (home === undefined || home === "") {
    throw new RequestError("Cannot find the cache: set HOME or XDG_CACHE_HOME");
  }
  return join(home, ".cache", "headcount");
}

/** A short name for what a file is made of. */
export async function digest(parts: readonly (string | Uint8Array)[]): Promise<string> {
  const bytes = parts.map((part) =>
    typeof part === "string" ? new TextEncoder().encode(`${part}\0`) : part
  );
  const joined = await new Blob(bytes as BlobPart[]).arrayBuffer();
  const hash = await crypto.subtle.digest("SHA-256", joined);
  return new Uint8Array(hash).toHex().slice(0, 16);
}

/** What identifies a file without reading it: path, size and time of change. */
export async function fingerprint(path: string): Promise<string> {
  const info = await Deno.stat(path);
  return `${await Deno.realPath(path)} ${info.size} ${info.mtime?.getTime() ?? 0}`;
}

/**
 * Returns a file of the cache, made by `make` if it is not there. Two runs that make the same file
 * at once do not disturb each other: it appears whole, by a rename.
 */
export async function cached(
  folder: string,
  name: string,
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(folder, name);
  if (await exists(path)) return path;
  await Deno.mkdir(folder, { recursive: true });
  await sweep(folder);
  const unfinished = await Deno.makeTempFile({
    dir: folder,
    prefix: `${name}.`,
    suffix: UNFINISHED,
  });
  try {
    await make(unfinished);
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
  return path;
}

/** Removes what killed runs left. */
async function sweep(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(UNFINISHED)) continue;
    const path = join(folder, name);
    try {
      const changed = (await Deno.stat(path)).mtime?.getTime() ?? 0;
      if (Date.now() - changed > ABANDONED_MS) await Deno.remove(path, { recursive: true });
    } catch (error) {
      // Another run has finished it, or swept it, in the meantime.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Whether there is something at `path`. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
