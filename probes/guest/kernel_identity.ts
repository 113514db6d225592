/**
 * What a kernel's image is told from others by, without booting it.
 *
 * @module
 */

import { type FetchOptions, findKernel } from "./kernels.ts";

/** A kernel that can be booted, and what its image holds. */
export interface KernelIdentity {
  /** Path of the bzImage. */
  readonly image: string;
  /** SHA-256 of it, in hex: another build has another, since the time of the build is in it. */
  readonly sha256: string;
  /** Its release where it is one of Debian's, such as `6.1.0-56-amd64`. */
  readonly release?: string;
}

/**
 * Finds a kernel as a guest would boot it, and fetches it where it is one of Debian's that is not in the
 * cache.
 *
 * @param wish A path, or a release, the beginning of one (`6.1`) or `latest`.
 * @param modules A modules folder that goes with a kernel of the user's.
 * @throws {RequestError} when there is none such.
 * @throws {MachineryError} when it cannot be fetched.
 */
export async function identifyKernel(
  cache: string,
  wish: string,
  modules?: string,
  options: FetchOptions = {},
): Promise<KernelIdentity> {
  const { image, release } = await findKernel(cache, wish, modules, options);
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(image));
  return {
    image,
    sha256: new Uint8Array(hash).toHex(),
    ...(release === undefined ? {} : { release }),
  };
}
