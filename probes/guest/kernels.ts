/**
 * Finding the kernel of a guest: a file, or one of Debian's, in the cache or fetched into it.
 *
 * @module
 */

import { isAbsolute, join, resolve } from "node:path";
import { exists } from "../cache.ts";
import type { ArchiveEvent } from "../debian/archive.ts";
import { diskBytes, explainDisk } from "../debian/entry.ts";
import { type CachedKernel, cachedKernels } from "../debian/kernel_cache.ts";
import { DebianKernels, type KernelSource } from "../debian/kernels.ts";
import { chooseKernel, LATEST, newestOfSeries, seriesOf } from "../debian/releases.ts";
import { isCandidate } from "../debian/version.ts";
import { MachineryError, RequestError } from "../failure.ts";

/** The kernel of a guest where none is asked for. */
export const DEFAULT_KERNEL = "6.1";

/** A kernel that can be booted. */
export interface Kernel {
  /** Path of the bzImage. */
  readonly image: string;
  /** Its modules folder, like /lib/modules/RELEASE; absent for one with everything built in. */
  readonly modules?: string;
  /** Its release where it is one of Debian's, such as `6.1.0-56-amd64`. */
  readonly release?: string;
}

/** How kernels are fetched. */
export interface FetchOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Told of what takes time. */
  readonly onEvent?: (event: ArchiveEvent) => void;
  /** Where from; default Debian's archive. */
  readonly source?: KernelSource;
}

/**
 * Finds a kernel, and fetches it where it is one of Debian's that is not in the cache.
 *
 * @param wish A path, or a release, the beginning of one (`6.1`) or `latest`; default
 * {@linkcode DEFAULT_KERNEL}.
 * @param modules A modules folder that goes with a kernel of the user's.
 * @throws {RequestError} when there is none such; the message lists those that there are.
 * @throws {MachineryError} when it cannot be fetched.
 */
export async function findKernel(
  cache: string,
  wish: string | undefined,
  modules: string | undefined,
  options: FetchOptions = {},
): Promise<Kernel> {
  if (modules !== undefined && !(await exists(modules))) {
    throw new RequestError(`Cannot use --modules "${modules}": there is no such folder`);
  }
  const own = modules === undefined ? {} : { modules: resolve(modules) };
  if (wish !== undefined && (isAbsolute(wish) || wish.includes("/"))) {
    if (!(await exists(wish))) {
      throw new RequestError(`Cannot boot "${wish}": there is no such file`);
    }
    if (!(await Deno.stat(wish)).isFile) {
      throw new RequestError(`Cannot boot "${wish}": it is not a file; give a bzImage`);
    }
    return { image: resolve(wish), ...own };
  }
  const wished = wish ?? DEFAULT_KERNEL;
  const { release, folder } = inCache(await cachedKernels(cache), wished) ??
    (await fetchKernel(cache, wished, options)).kernel;
  return { image: join(folder, "vmlinuz"), modules: join(folder, "modules"), release, ...own };
}

/** A kernel of the cache that leaves nothing to ask Debian for. */
function inCache(kernels: readonly CachedKernel[], wish: string): CachedKernel | undefined {
  const kernel = wish === LATEST ? undefined : chooseKernel(kernels, wish);
  // Debian may have what this was a candidate for.
  const isGuess = kernel !== undefined && kernel.release !== wish && isCandidate(kernel.version);
  return isGuess ? undefined : kernel;
}

/** A kernel that was asked for. */
export interface FetchedKernel {
  /** Where it is now. */
  readonly kernel: CachedKernel;
  /** Bytes that were downloaded; 0 where it was in the cache. */
  readonly downloadedBytes: number;
  /** Bytes that it takes in the cache. */
  readonly cachedBytes: number;
}

/**
 * Brings the newest of Debian's kernels that a wish means into the cache.
 *
 * @param wish A release, the beginning of one (`6.1`) or `latest`.
 * @throws {RequestError} when Debian has none such; the message lists what it has.
 * @throws {MachineryError} when it cannot be fetched.
 */
export async function fetchKernel(
  cache: string,
  wish: string,
  options: FetchOptions = {},
): Promise<FetchedKernel> {
  const cached = await cachedKernels(cache);
  const inTheCache = cached.length === 0
    ? "the cache is empty"
    : `in the cache: ${cached.map(({ release }) => release).join(", ")}`;
  if (wish !== LATEST && !/^\d/.test(wish)) {
    throw new RequestError(
      `Cannot find a kernel "${wish}" (${inTheCache}); give the path of a bzImage, or one of Debian's by its version, such as 6.1`,
    );
  }
  const source = options.source ?? new DebianKernels({ ...options, cache });
  const { kernel, known, unasked } = await source.choose(wish).catch((error) => {
    const explained = explainDisk(error, `Cannot fetch a kernel "${wish}"`, cache);
    if (explained !== error || !(error instanceof MachineryError)) throw explained;
    throw new MachineryError(
      `Cannot fetch a kernel "${wish}": ${error.message} (${inTheCache}); --kernel also takes the path of a bzImage`,
      error.evidence,
    );
  });
  if (kernel === undefined) {
    const series = newestOfSeries(known).map(({ release }) => seriesOf(release)).join(", ");
    if (unasked !== undefined) {
      throw new MachineryError(
        `Cannot find a kernel "${wish}": ${unasked} (${inTheCache}; Debian's other lists have ${series}); try again, or give the path of a bzImage`,
      );
    }
    throw new RequestError(
      `Cannot find a kernel "${wish}" (${inTheCache}; Debian has ${series}); give the path of a bzImage, or one of these`,
    );
  }
  const made = await source.fetch(kernel);
  const there = chooseKernel(await cachedKernels(cache), kernel.release);
  if (there === undefined) {
    throw new MachineryError(`The kernel ${kernel.release} was removed while it was fetched`);
  }
  return {
    kernel: there,
    downloadedBytes: made ? kernel.bytes : 0,
    cachedBytes: await diskBytes(there.folder),
  };
}
