/**
 * Debian's kernels in the cache: a folder for each.
 *
 * @module
 */

import { join } from "node:path";
import { exists, UNFINISHED } from "../cache.ts";
import { filesOf } from "./entry.ts";
import { byAge, type Release } from "./releases.ts";

/** A kernel in the cache. */
export interface CachedKernel extends Release {
  /** Its folder: `vmlinuz`, `config`, `modules`, and `package`, which says where it is from. */
  readonly folder: string;
}

/** Folder of the kernels in a cache. */
export function kernelsFolder(cache: string): string {
  return join(cache, "kernels");
}

/** The kernels in a cache, older ones first. */
export async function cachedKernels(cache: string): Promise<CachedKernel[]> {
  const kernels: CachedKernel[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(kernelsFolder(cache))) {
      const folder = join(kernelsFolder(cache), name);
      if (!isDirectory || name.startsWith(".") || name.endsWith(UNFINISHED)) continue;
      if (!await exists(join(folder, "vmlinuz"))) continue;
      kernels.push({ release: name, version: await versionOf(folder) ?? name, folder });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return kernels.sort(byAge);
}

/** Version of the package that a kernel came in. */
async function versionOf(folder: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(join(folder, "package"))).trim().split(" ")[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const MANIFEST = "manifest";

/** Lists a kernel's files with their sizes in its folder, in the form that `./setup` reads, too. */
export async function writeManifest(folder: string): Promise<void> {
  const lines = await sizes(folder);
  await Deno.writeTextFile(join(folder, MANIFEST), lines.map((line) => `${line}\n`).join(""));
}

/** Whether all files of a kernel are there, with the sizes that they came with. */
export async function isWhole(folder: string): Promise<boolean> {
  try {
    const listed = (await Deno.readTextFile(join(folder, MANIFEST))).trim().split("\n");
    const there = new Set(await sizes(folder));
    return listed.every((line) => there.has(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function sizes(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, info } of filesOf(folder)) {
    if (info.isFile && path !== MANIFEST) lines.push(`${info.size} ${path}`);
  }
  return lines.sort();
}
