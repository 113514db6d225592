/**
 * Applying patches to copies of the files that they touch, so that a patch that does not fit changes
 * nothing else.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { spawnProgram } from "../command.ts";
import { RequestError } from "../failure.ts";
import { bytesOf, type Patch, touchedFiles } from "./mails.ts";

/** A file's content, and who may do what with it. */
export interface FileContent {
  readonly bytes: Uint8Array;
  /** As chmod takes it. */
  readonly mode: number;
}

/** What patches make of a tree: the content of each file that they touch; `null` for one removed. */
export type PatchedFiles = ReadonlyMap<string, FileContent | null>;

/** How patches are applied. */
export interface ApplyOptions {
  /** An empty folder, in which the copies are made. */
  readonly work: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told where a patch fits only nearly. */
  readonly onNote: (text: string) => void;
}

/**
 * Applies patches, one after the other, to what a tree has.
 *
 * @throws {RequestError} when one does not fit; the message says which of its hunks.
 */
export async function applyPatches(
  tree: string,
  patches: readonly Patch[],
  { work, signal, onNote }: ApplyOptions,
): Promise<PatchedFiles> {
  const touched = [...new Set(patches.flatMap(touchedFiles))];
  for (const path of touched) {
    const original = await readContent(join(tree, path));
    if (original === undefined) continue;
    await Deno.mkdir(dirname(join(work, path)), { recursive: true });
    await writeContent(join(work, path), original);
  }
  for (const patch of patches) {
    signal.throwIfAborted();
    const { success, text } = await runPatch(work, patch, signal);
    const report = readPatchOutput(text);
    if (!success) throw misfit(patch, report, text, tree);
    for (const { file, hunk, line, fuzz } of report.hunks) {
      if (fuzz === undefined) continue;
      onNote(
        `"${patch.title}": hunk ${hunk} of ${file} was put at line ${line} though ${fuzz} of the ` +
          `lines around it differ; look whether it belongs there`,
      );
    }
  }
  const patched = new Map<string, FileContent | null>();
  for (const path of touched) patched.set(path, await readContent(join(work, path)) ?? null);
  return patched;
}

/** Reads a file; undefined where there is none. */
export async function readContent(path: string): Promise<FileContent | undefined> {
  try {
    const { mode } = await Deno.stat(path);
    return { bytes: await Deno.readFile(path), mode: (mode ?? 0o644) & 0o777 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a file anew, its time included. */
export async function writeContent(path: string, { bytes, mode }: FileContent): Promise<void> {
  await Deno.writeFile(path, bytes);
  await Deno.chmod(path, mode | 0o200);
}

async function runPatch(
  work: string,
  { text, title }: Patch,
  signal: AbortSignal,
): Promise<{ readonly success: boolean; readonly text: string }> {
  const child = spawnProgram(`Applying "${title}"`, [
    "patch",
    ...["-p1", "--batch", "--forward", "--no-backup-if-mismatch", "--reject-file=-"],
  ], {
    cwd: work,
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal,
  });
  const output = child.output();
  const writer = child.stdin.getWriter();
  // One that does not read on says why.
  await writer.write(bytesOf(text)).then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await output;
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** What became of a hunk. */
export interface HunkOutcome {
  /** The file that it is for. */
  readonly file: string;
  /** Its number in that file, from 1 on. */
  readonly hunk: number;
  /** The line where it is, or was looked for. */
  readonly line: number;
  /** Whether it fitted. */
  readonly fits: boolean;
  /** Lines around it that differed, where some did. */
  readonly fuzz?: number;
}

/** What GNU patch tells. */
export interface PatchReport {
  /** Hunks that did not fit, or not where they were looked for. */
  readonly hunks: readonly HunkOutcome[];
  /** Whether a hunk's change is there already. */
  readonly isThere: boolean;
  /** Whether a file that it changes is not there. */
  readonly lacksFile: boolean;
}

/**
 * Reads what GNU patch prints in the C locale.
 *
 * @example
 * ```ts
 * import { readPatchOutput } from "./patches.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { hunks } = readPatchOutput("patching file mm/gup.c\nHunk #2 FAILED at 2250.\n");
 * assertEquals(hunks, [{ file: "mm/gup.c", hunk: 2, line: 2250, fits: false }]);
 * ```
 */
export function readPatchOutput(text: string): PatchReport {
  const hunks: HunkOutcome[] = [];
  let file = "";
  for (const line of text.split("\n")) {
    const named = /^(?:patching|checking) file (.+)$/.exec(line)?.[1];
    if (named !== undefined) file = withoutRemark(named).replace(/^'(.+)'$/, "$1");
    const [, hunk, outcome, at, fuzz] =
      /^Hunk #(\d{1,9}) (FAILED|ignored|succeeded) at (\d{1,9})(?: with fuzz (\d{1,9}))?/.exec(
        line,
      ) ?? [];
    if (hunk === undefined) continue;
    hunks.push({
      file,
      hunk: Number(hunk),
      line: Number(at),
      fits: outcome === "succeeded",
      ...(fuzz === undefined ? {} : { fuzz: Number(fuzz) }),
    });
  }
  return {
    hunks,
    isThere: /previously applied\) patch detected|already exists/.test(text),
    lacksFile: /can't find file to patch/.test(text),
  };
}

/** A file's name without what is said of it, as in "mm/b.c (renamed from mm/a.c)". */
function withoutRemark(named: string): string {
  const at = named.indexOf(" (");
  return at > 0 && named.endsWith(")") ? named.slice(0, at) : named;
}

function misfit(
  { title, file }: Patch,
  { hunks, isThere, lacksFile }: PatchReport,
  text: string,
  tree: string,
): RequestError {
  const failed = hunks.filter(({ fits }) => !fits)
    .map(({ file, hunk, line }) => `${file}: hunk ${hunk}, for line ${line}`);
  const where = title === file ? `"${file}"` : `"${title}" of "${file}"`;
  const why = isThere
    ? "what it changes is changed already"
    : lacksFile
    ? "a file that it changes is not there"
    : failed.length > 0
    ? "hunks of it do not fit"
    : text.trim().split("\n").at(-1) ?? "";
  const list = failed.map((line) => `\n  ${line}`).join("");
  return new RequestError(
    `Cannot apply ${where} to "${tree}": ${why}; give the tree that it was made for${list}`,
  );
}
