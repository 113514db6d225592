/**
 * A kernel's sources, as the user has them. They are only read.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { exists } from "../cache.ts";
import { RequestError } from "../failure.ts";

/** A tree that a kernel can be built from. */
export interface Tree {
  /** Its folder, without symbolic links. */
  readonly path: string;
  /** Its version by its Makefile, such as `5.10.223` or `6.19.0-rc3`. */
  readonly version: string;
  /** What of it is built, not source, by git's account; paths without a slash at their end. */
  readonly ignored: ReadonlySet<string>;
}

/** What a build in the tree itself leaves, and what the kernel's Makefile takes as a sign of one. */
const CONFIGURED: readonly string[] = [
  ".config",
  "include/config",
  "arch/x86/include/generated",
];

/** Merges fragments; only Linux has it there. */
export const MERGE_SCRIPT = "scripts/kconfig/merge_config.sh";

/**
 * Looks at a tree.
 *
 * @throws {RequestError} when it is none, or one that cannot be built from.
 */
export async function openTree(folder: string): Promise<Tree> {
  const makefile = await Deno.readTextFile(join(folder, "Makefile")).catch(() => "");
  const version = readVersion(makefile);
  if (version === undefined || !(await exists(join(folder, MERGE_SCRIPT)))) {
    throw new RequestError(
      `Cannot build a kernel from "${folder}": ${
        await exists(folder)
          ? "it is no tree of Linux (a Makefile with its version, and scripts/kconfig)"
          : "there is no such folder"
      }; give one to --tree, such as a clone, or Debian's linux-source unpacked`,
    );
  }
  const path = await Deno.realPath(resolve(folder));
  const ignored = await ignoredByGit(path);
  if (ignored !== undefined) return { path, version, ignored };
  const found = await Promise.all(CONFIGURED.map((name) => exists(join(path, name))));
  const sign = CONFIGURED.find((_, i) => found[i]);
  if (sign !== undefined) {
    throw new RequestError(
      `Cannot build a kernel from "${folder}": it was configured or built in place ("${sign}" is ` +
        `there), and without git it does not show which of its files are sources; "make mrproper" ` +
        `in it removes the others, its .config too, or unpack it once more`,
    );
  }
  return { path, version, ignored: new Set() };
}

/**
 * A tree's version, as its Makefile tells it.
 *
 * @example
 * ```ts
 * import { readVersion } from "./tree.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const makefile = "VERSION = 6\nPATCHLEVEL = 19\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n";
 * assertEquals(readVersion(makefile), "6.19.0-rc3");
 * assertEquals(readVersion("all:\n"), undefined);
 * ```
 */
export function readVersion(makefile: string): string | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name} *=[ \\t]*(\\S*)`, "m").exec(makefile)?.[1];
  const [version, level, sub] = [field("VERSION"), field("PATCHLEVEL"), field("SUBLEVEL")];
  if (!version || !level) return undefined;
  return `${version}.${level}.${sub || "0"}${field("EXTRAVERSION") ?? ""}`;
}

/** What git ignores in a tree; undefined where the tree is not git's, or git is not there. */
async function ignoredByGit(path: string): Promise<ReadonlySet<string> | undefined> {
  if (!(await exists(join(path, ".git")))) return undefined;
  const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", path, ...args],
      // Nothing of the tree is written, the index included.
      env: { GIT_OPTIONAL_LOCKS: "0" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const names = new TextDecoder().decode(stdout).split("\0");
    return new Set(names.filter((name) => name !== "").map((name) => name.replace(/\/$/, "")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A file of a folder, or a symbolic link. */
export interface Entry {
  /** Path relative to the folder. */
  readonly path: string;
  readonly kind: "file" | "link";
}

/**
 * Files and links below a folder, and its folders as `folders`.
 *
 * @param skip What is passed over, with all below it.
 */
export async function listFiles(
  folder: string,
  skip: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ readonly files: ReadonlyMap<string, Entry["kind"]>; readonly folders: string[] }> {
  const files = new Map<string, Entry["kind"]>();
  const folders: string[] = [];
  const walk = async (below: string): Promise<void> => {
    signal.throwIfAborted();
    for await (const entry of Deno.readDir(join(folder, below))) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (skip.has(path)) continue;
      if (entry.isDirectory) {
        folders.push(path);
        await walk(path);
      } else if (entry.isFile) files.set(path, "file");
      else if (entry.isSymlink) files.set(path, "link");
    }
  };
  await walk("");
  return { files, folders };
}
