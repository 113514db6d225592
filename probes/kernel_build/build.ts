/**
 * Building a test kernel out of a tree of the user's, which is only read.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { digest, exists, UNFINISHED } from "../cache.ts";
import { explainDisk } from "../debian/entry.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { withLock } from "../lock.ts";
import { type BuildPlace, configure, requireOptions } from "./configure.ts";
import { readPatches } from "./mails.ts";
import { runMake } from "./make.ts";
import { localVersion } from "./names.ts";
import { applyPatches } from "./patches.ts";
import { refreshSource } from "./source.ts";
import { checkTools } from "./tools.ts";
import { openTree, type Tree } from "./tree.ts";

/** The steps of a build. */
export type BuildPhase =
  /** Patches are applied to copies, the sources' folder is brought up to date. */
  | "sources"
  /** The tree's defaults and the fragments become a configuration, which is checked. */
  | "configure"
  /** make builds what is not built yet. */
  | "build";

/** Something that happened on the way. */
export type BuildEvent =
  | { readonly kind: "phase"; readonly name: BuildPhase }
  /** How far a phase is. */
  | { readonly kind: "detail"; readonly text: string }
  | { readonly kind: "note"; readonly text: string };

/** What kernel is wanted. */
export interface KernelBuildWish {
  /** Folder of a tree of Linux. */
  readonly tree: string;
  /** Files of patches, in the order in which they apply. */
  readonly patches: readonly string[];
  /** Files of further options; what they say goes before headcount's own. */
  readonly fragments: readonly string[];
  /** End of the kernel's release; by default `-headcount` and the names of the patches. */
  readonly localVersion?: string;
  /** How many things are built at once. */
  readonly jobs: number;
  /** Where the image goes; by default it stays in the build's folder. */
  readonly out?: string;
  /** Folder of the build, kept for the next one; by default in the cache, one for each tree. */
  readonly folder?: string;
  /** Folder of the cache. */
  readonly cache: string;
  /** Ends it, and make with all that it started. */
  readonly signal: AbortSignal;
  /** Told of every step. */
  readonly onEvent: (event: BuildEvent) => void;
}

/** A kernel that was built. */
export interface BuiltKernel {
  /** As `uname -r` will say. */
  readonly release: string;
  /** Path of its bzImage. */
  readonly image: string;
  /** Bytes of the bzImage. */
  readonly imageBytes: number;
  /** Subjects of the patches that are in it. */
  readonly patches: readonly string[];
  /** How many objects were compiled now. */
  readonly compiled: number;
  /** The build's folder. */
  readonly folder: string;
  /** Its configuration. */
  readonly config: string;
  /** All that make printed. */
  readonly log: string;
}

/** Folder of the cache for builds. */
const BUILDS_FOLDER = "builds";

/** Where make puts the image, in its folder. */
const IMAGE = "arch/x86/boot/bzImage";

/**
 * Builds a kernel that headcount can boot and trace. What was built of the same tree before is built
 * anew only where a patch, an option or a file of the tree has changed.
 *
 * @throws {RequestError} when the tree is none, a patch does not fit, or an option of the user's takes
 * one away that is needed.
 * @throws {MachineryError} when a tool is missing, the tree lacks an option that is needed, or make
 * fails.
 */
export async function buildKernel(wish: KernelBuildWish): Promise<BuiltKernel> {
  const { signal, onEvent } = wish;
  const tree = await openTree(wish.tree);
  const patches = (await Promise.all(wish.patches.map(readFile))).flatMap(({ bytes, path }) =>
    readPatches(bytes, path)
  );
  const fragments = await Promise.all(wish.fragments.map(readFile));
  await checkTools(patches.length > 0);
  const folder = await openFolder(wish, tree);
  const place: BuildPlace = {
    source: join(folder, "source"),
    objects: join(folder, "objects"),
    log: join(folder, "build.log"),
  };
  const onWait = (): void => onEvent({ kind: "note", text: `waiting for another build of it` });
  try {
    return await withLock(folder, { exclusive: true, signal, onWait }, async () => {
      await Deno.writeTextFile(join(folder, TREE_FILE), tree.path);
      await Deno.writeTextFile(place.log, "");
      onEvent({ kind: "phase", name: "sources" });
      const patched = await inEmptyFolder(
        join(folder, `patches${UNFINISHED}`),
        (work) =>
          applyPatches(tree.path, patches, {
            work,
            signal,
            onNote: (text) => onEvent({ kind: "note", text }),
          }),
      );
      await refreshSource(place.source, tree, patched, signal);
      onEvent({ kind: "phase", name: "configure" });
      const version = wish.localVersion ?? localVersion(wish.patches);
      const asked = { ...wish, fragments, localVersion: version, version: tree.version };
      await configure(place, asked);
      onEvent({ kind: "phase", name: "build" });
      const compiled = await make(place, wish);
      // make configures once more where it finds reason to.
      await requireOptions(place, asked);
      const releaseFile = join(place.objects, "include/config/kernel.release");
      const release = (await Deno.readTextFile(releaseFile)).trim();
      const image = resolve(wish.out ?? join(folder, `bzImage-${release}`));
      await copyWhole(join(place.objects, IMAGE), image);
      return {
        release,
        image,
        imageBytes: (await Deno.stat(image)).size,
        patches: patches.map(({ title }) => title),
        compiled,
        folder,
        config: join(place.objects, ".config"),
        log: place.log,
      };
    });
  } catch (error) {
    // What make failed of it shows itself.
    throw error instanceof MachineryError
      ? error
      : explainDisk(error, "Cannot build a kernel", folder);
  }
}

async function make({ source, objects, log }: BuildPlace, wish: KernelBuildWish): Promise<number> {
  let compiled = 0;
  const command = ["make", "-C", source, `O=${objects}`, `-j${wish.jobs}`, "bzImage"];
  await runMake("Building the kernel", command, {
    cwd: objects,
    log,
    signal: wish.signal,
    onLine: (line) => {
      const [, what, object] = /^ {2}([A-Z]+)\s+(\S+)/.exec(line) ?? [];
      if (what === undefined) return;
      if (what === "CC" || what === "AS") compiled++;
      // Host programs are told by their whole paths.
      const name = object?.replace(`${objects}/`, "") ?? "";
      wish.onEvent({ kind: "detail", text: `${compiled} compiled, ${name}` });
    },
  });
  return compiled;
}

/** Name, in a build's folder, of the file that tells its tree. */
const TREE_FILE = "tree";

/** Finds or makes the folder of a build. */
async function openFolder(wish: KernelBuildWish, tree: Tree): Promise<string> {
  const name = `${basename(tree.path)}-${await digest([tree.path])}`;
  const folder = resolve(wish.folder ?? join(wish.cache, BUILDS_FOLDER, name));
  if (`${folder}/`.startsWith(`${tree.path}/`)) {
    throw new RequestError(
      `Cannot build in "${folder}": it is in the tree, which is only read; give another --build-dir`,
    );
  }
  if (/[\s:]/.test(folder)) {
    throw new RequestError(
      `Cannot build in "${folder}": make takes no path with a space or a colon; give another --build-dir`,
    );
  }
  await Deno.mkdir(folder, { recursive: true }).catch((error) => {
    throw explainDisk(error, "Cannot make a folder to build in", folder);
  });
  const of = await Deno.readTextFile(join(folder, TREE_FILE)).catch(() => undefined);
  if (of !== undefined && of !== tree.path) {
    throw new RequestError(
      `Cannot build in "${folder}": it is the folder of "${of}"; give each tree its own --build-dir`,
    );
  }
  const isForeign = of === undefined && !(await isEmpty(folder));
  if (!isForeign) return folder;
  throw new RequestError(
    `Cannot build in "${folder}": there are files that no build made; give an empty --build-dir`,
  );
}

async function isEmpty(folder: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name !== ".lock") return false;
  }
  return true;
}

async function readFile(
  path: string,
): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
  try {
    return { path, bytes: await Deno.readFile(path) };
  } catch (error) {
    throw new RequestError(`Cannot read "${path}": ${String(error)}`);
  }
}

/** Does something in a folder that is empty before and gone afterwards. */
async function inEmptyFolder<T>(
  folder: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const remove = async (): Promise<void> => {
    if (await exists(folder)) await Deno.remove(folder, { recursive: true });
  };
  await remove();
  await Deno.mkdir(folder);
  try {
    return await work(folder);
  } finally {
    await remove();
  }
}

/** Copies a file so that it is whole or not there. */
async function copyWhole(from: string, to: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(to), { recursive: true });
    const unfinished = `${to}${UNFINISHED}`;
    await Deno.copyFile(from, unfinished);
    await Deno.rename(unfinished, to);
  } catch (error) {
    throw new MachineryError(
      `Cannot write the kernel's image to "${to}": ${String(error)}; the build has it as "${from}"`,
    );
  }
}
