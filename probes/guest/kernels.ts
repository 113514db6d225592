/**
 * Finding the kernel of a guest: a file, or a Debian kernel in the cache.
 *
 * @module
 */

import { isAbsolute, join, resolve } from "node:path";
import { exists } from "../cache.ts";
import { RequestError } from "../failure.ts";

/** A kernel that can be booted. */
export interface Kernel {
  /** Path of the bzImage. */
  readonly image: string;
  /** Its modules folder, like /lib/modules/RELEASE; absent for one with everything built in. */
  readonly modules?: string;
}

/**
 * Finds a kernel.
 *
 * @param wish A path, a release or the beginning of one (`6.1`), or undefined for the kernel that
 * `./setup` fetched.
 * @param modules A modules folder that goes with a kernel of the user's.
 * @throws {RequestError} when there is none such; the message lists those that are cached.
 */
export async function findKernel(
  cache: string,
  wish: string | undefined,
  modules: string | undefined,
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
  const folder = join(cache, "kernels");
  const releases = await cachedReleases(folder);
  const release = wish === undefined ? await defaultRelease(folder) : newest(releases, wish);
  if (release === undefined) {
    const known = releases.length > 0
      ? `in the cache: ${releases.join(", ")}`
      : "the cache is empty";
    throw new RequestError(
      wish === undefined
        ? `Cannot choose a guest kernel: ${known}; "./setup" fetches one, --kernel takes a bzImage`
        : `Cannot find a kernel "${wish}" (${known}); give the path of a bzImage, or "./setup" for Debian's`,
    );
  }
  return {
    image: join(folder, release, "vmlinuz"),
    modules: join(folder, release, "modules"),
    ...own,
  };
}

async function cachedReleases(folder: string): Promise<string[]> {
  const releases: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const whole = entry.isDirectory && await exists(join(folder, entry.name, "vmlinuz"));
      if (whole && !entry.name.startsWith(".")) releases.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return releases.sort(byVersion);
}

async function defaultRelease(folder: string): Promise<string | undefined> {
  try {
    return (await Deno.realPath(join(folder, "default"))).split("/").pop();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The newest of the releases that `wish` is, or begins at a border between numbers. */
function newest(releases: readonly string[], wish: string): string | undefined {
  return releases.findLast((release) =>
    release === wish || (release.startsWith(wish) && /^[.+~-]/.test(release.slice(wish.length)))
  );
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
