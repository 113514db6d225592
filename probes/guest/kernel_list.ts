/**
 * The kernels that there are, in the cache and at Debian's, and removing them from the cache.
 *
 * @module
 */

import { join } from "node:path";
import { diskBytes, removeEntry } from "../debian/entry.ts";
import { type CachedKernel, cachedKernels, kernelsFolder } from "../debian/kernel_cache.ts";
import { DebianKernels } from "../debian/kernels.ts";
import { byAge, newestOfSeries, seriesOf } from "../debian/releases.ts";
import { beginsWith } from "../debian/version.ts";
import { RequestError } from "../failure.ts";
import { INITRAMFS_FOLDER, initramfsName } from "./initramfs.ts";
import { UNPACKED_FOLDER, unpackedName } from "./kernel_image.ts";
import type { FetchOptions } from "./kernels.ts";

/** A kernel of the list. */
export interface ListedKernel {
  /** What `uname -r` says in it, such as `6.1.0-56-amd64`. */
  readonly release: string;
  /** Its series, such as `6.1`. */
  readonly series: string;
  /** Version of its package, such as `6.1.192-2`. */
  readonly version: string;
  /** Debian's suite that has it; absent where none does, or none was asked. */
  readonly suite?: string;
  /** Bytes that it takes in the cache; absent where it is not there. */
  readonly cachedBytes?: number;
  /** Bytes to download; absent where no suite has it. */
  readonly downloadBytes?: number;
}

/** What is to be listed, and how it is asked for. */
export interface ListOptions extends FetchOptions {
  /** Which of Debian's kernels are listed beside those in the cache. */
  readonly available: "none" | "newest of each series" | "all";
}

/**
 * Lists kernels, older ones first.
 *
 * @throws {MachineryError} when Debian's archive is to be asked and cannot.
 */
export async function listKernels(cache: string, options: ListOptions): Promise<ListedKernel[]> {
  const source = options.source ?? new DebianKernels({ ...options, cache });
  const available = options.available === "none" ? [] : await source.available();
  const kernels = new Map<string, ListedKernel>();
  for (const { release, version, folder } of await cachedKernels(cache)) {
    const series = seriesOf(release);
    kernels.set(release, { release, series, version, cachedBytes: await diskBytes(folder) });
  }
  const shown = options.available === "all" ? available : newestOfSeries(available);
  for (const { release, version, suite, bytes } of available) {
    const cached = kernels.get(release);
    if (cached === undefined && !shown.some((one) => one.release === release)) continue;
    const series = seriesOf(release);
    kernels.set(release, { release, series, version, ...cached, suite, downloadBytes: bytes });
  }
  return [...kernels.values()].sort(byAge);
}

/** A kernel that was removed. */
export interface RemovedKernel {
  /** What it was. */
  readonly release: string;
  /** Bytes that its folder, and what was made of it, took. */
  readonly freedBytes: number;
}

/**
 * Removes kernels from the cache, and what was made of them there.
 *
 * @param wish A release, or what the releases to be removed begin with.
 * @throws {RequestError} when there are none such.
 */
export async function removeKernels(
  cache: string,
  wish: string,
  options: Pick<FetchOptions, "signal" | "onEvent"> = {},
): Promise<RemovedKernel[]> {
  const cached = await cachedKernels(cache);
  const exact = cached.filter(({ release }) => [wish, `${wish}-amd64`].includes(release));
  const doomed = exact.length > 0
    ? exact
    : cached.filter(({ release }) => beginsWith(release, wish));
  if (doomed.length === 0) {
    const known = cached.map(({ release }) => release).join(", ");
    throw new RequestError(
      `Cannot remove the kernel "${wish}": it is not in the cache (${known || "which is empty"})`,
    );
  }
  const removed: RemovedKernel[] = [];
  for (const kernel of doomed) {
    const derived = await derivedFiles(cache, kernel);
    let freedBytes = await diskBytes(kernel.folder);
    await removeEntry(kernelsFolder(cache), kernel.release, {
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onWait: () =>
        options.onEvent?.({
          kind: "note",
          text: "waiting for another headcount that fetches a kernel",
        }),
    });
    for (const path of derived) freedBytes += await removeFile(path);
    removed.push({ release: kernel.release, freedBytes });
  }
  return removed;
}

/** Files of the cache that were made of a kernel; some may not be there. */
async function derivedFiles(cache: string, { folder }: CachedKernel): Promise<string[]> {
  const names = await Promise.allSettled([
    unpackedName(join(folder, "vmlinuz")).then((name) => join(cache, UNPACKED_FOLDER, name)),
    initramfsName(join(folder, "modules")).then((name) => join(cache, INITRAMFS_FOLDER, name)),
  ]);
  // What is too damaged to tell a name by never had anything made of it.
  return names.flatMap((name) => name.status === "fulfilled" ? [name.value] : []);
}

async function removeFile(path: string): Promise<number> {
  try {
    const { size } = await Deno.stat(path);
    await Deno.remove(path);
    return size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
