/**
 * Debian's kernels: which packages are one, and which of them a wish means.
 *
 * @module
 */

import type { Package } from "./packages.ts";
import { beginsWith, compareVersions, isCandidate } from "./version.ts";

/** The wish for the newest kernel of all. */
export const LATEST = "latest";

/** What a kernel is chosen by. */
export interface Release {
  /** What `uname -r` says in it, such as `6.1.0-56-amd64`. */
  readonly release: string;
  /** Version of its package, such as `6.1.192-2`. */
  readonly version: string;
}

/** A kernel that can be had from Debian. */
export interface DebianKernel extends Release {
  /** The suite that has it. */
  readonly suite: string;
  /** The packages that it is in, newer ones in four. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Bytes to download. */
  readonly bytes: number;
}

const IMAGE = /^linux-image-(\d+\.\d+[^-]*(?:-[^-]+)?-amd64)$/;
const FLAVOUR = /-(cloud|rt)-amd64$/;

/**
 * Finds the kernels among a suite's packages: not those with debug symbols or of a special flavour,
 * and not those that only depend on the newest one.
 */
export function findKernels(suite: string, packages: readonly Package[]): DebianKernel[] {
  return packages.flatMap((image) => {
    const release = IMAGE.exec(image.name)?.[1];
    if (release === undefined || FLAVOUR.test(release)) return [];
    if (image.depends.some((name) => name.startsWith("linux-image-"))) return [];
    const others = ["base", "binary", "modules"].map((part) => `linux-${part}-${release}`)
      .filter((name) => image.depends.includes(name));
    const parts = others.flatMap((name) =>
      packages.find((part) => part.name === name && part.version === image.version) ?? []
    );
    // Of superseded kernels a suite may keep the part that is signed and lose the others.
    if (parts.length < others.length) return [];
    const all = [image, ...parts];
    return [{
      release,
      version: image.version,
      suite,
      packages: all.map(({ name, version }) => ({ name, version })),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    }];
  });
}

/** The series that a kernel belongs to, such as `6.1`. */
export function seriesOf(release: string): string {
  return /^\d+\.\d+/.exec(release)?.[0] ?? release;
}

/** Orders kernels from older to newer ones. */
export function byAge(a: Release, b: Release): number {
  return compareVersions(a.version, b.version) || compareVersions(a.release, b.release);
}

/**
 * The kernel that a wish means: the newest of those that fit, and a release candidate only where
 * it is named in full or nothing else fits.
 *
 * @param wish `latest`, a release with or without `-amd64`, or what a release or its package's
 * version begins with, up to a border between numbers: `6.1` is not `6.12`.
 */
export function chooseKernel<T extends Release>(
  kernels: readonly T[],
  wish: string,
): T | undefined {
  const exact = kernels.find(({ release }) => release === wish) ??
    kernels.find((one) => one.release === `${wish}-amd64` && !isCandidate(one.version));
  if (exact !== undefined) return exact;
  const start = wish.replace(/-amd64$/, "");
  const fitting = kernels.filter(({ release, version }) =>
    wish === LATEST || beginsWith(release, start) || beginsWith(version, start)
  ).toSorted(byAge);
  return fitting.findLast(({ version }) => !isCandidate(version)) ?? fitting.at(-1);
}

/** The newest kernel of each series, older series first. */
export function newestOfSeries<T extends Release>(kernels: readonly T[]): T[] {
  const series = new Set(kernels.map(({ release }) => seriesOf(release)));
  return [...series].flatMap((one) => {
    const newest = chooseKernel(kernels.filter(({ release }) => seriesOf(release) === one), LATEST);
    return newest === undefined ? [] : [newest];
  }).toSorted(byAge);
}
