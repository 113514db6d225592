/**
 * The sources that a kernel is built from: links to the user's files, and files of their own where
 * patches change them. All builds of a tree have the same sources' folder, so that make builds anew
 * only what a patch, or its absence, changes.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { type FileContent, type PatchedFiles, readContent, writeContent } from "./patches.ts";
import { listFiles, type Tree } from "./tree.ts";

/** What of a tree is no source, whatever git says. */
const NO_SOURCES: readonly string[] = [".git"];

/**
 * Brings a folder of sources up to date with a tree and patches.
 *
 * A file that was patched once stays a file of its own, with a new time when its content changes:
 * of a link make would see the time of the user's file, which is older than what was built of the
 * patched one.
 */
export async function refreshSource(
  source: string,
  tree: Tree,
  patched: PatchedFiles,
  signal: AbortSignal,
): Promise<void> {
  await Deno.mkdir(source, { recursive: true });
  const [wanted, present] = [
    await listFiles(tree.path, new Set([...NO_SOURCES, ...tree.ignored]), signal),
    await listFiles(source, new Set(), signal),
  ];
  const isWanted = (path: string): boolean => {
    const content = patched.get(path);
    return content === undefined ? wanted.files.has(path) : content !== null;
  };
  for (const [path] of present.files) {
    if (!isWanted(path)) await Deno.remove(join(source, path));
  }
  const folders = new Set(wanted.folders);
  for (const [path] of patched) addFolders(path, folders);
  // Those below come after those that they are in.
  for (const path of present.folders.reverse()) {
    if (!folders.has(path)) await Deno.remove(join(source, path));
  }
  for (const path of folders) await Deno.mkdir(join(source, path), { recursive: true });
  const links: Promise<void>[] = [];
  for (const [path, kind] of wanted.files) {
    if (patched.has(path)) continue;
    const [from, to] = [join(tree.path, path), join(source, path)];
    const is = present.files.get(path);
    if (is === "file") await writeIfOther(to, await readContent(from));
    else if (is === undefined) links.push(link(from, to, kind));
    if (links.length < AT_ONCE) continue;
    signal.throwIfAborted();
    await Promise.all(links.splice(0));
  }
  await Promise.all(links);
  for (const [path, content] of patched) {
    if (content === null) continue;
    // Writing through a link would change the user's file.
    if (present.files.get(path) === "link") await Deno.remove(join(source, path));
    await writeIfOther(join(source, path), content);
  }
}

/** Links that are made at once. */
const AT_ONCE = 256;

/** A link of the tree's own leads to what is beside it here, which may be patched. */
async function link(from: string, to: string, kind: "file" | "link"): Promise<void> {
  const target = kind === "link" ? await Deno.readLink(from) : from;
  await Deno.symlink(target, to);
}

function addFolders(path: string, folders: Set<string>): void {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) folders.add(folder);
}

async function writeIfOther(path: string, content: FileContent | undefined): Promise<void> {
  // A file that vanished meanwhile: the next build goes without it.
  if (content === undefined) return;
  const there = await readContent(path);
  const isSame = there?.bytes.length === content.bytes.length &&
    there.bytes.every((byte, i) => byte === content.bytes[i]);
  if (!isSame) await writeContent(path, content);
}
