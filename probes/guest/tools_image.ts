/**
 * The programs that a guest runs, with their libraries, on a small read-only disk, and a root for a
 * guest that does not have the host's.
 *
 * bpftrace with its LLVM starts in 4.0 to 4.5 s from it, in 4.6 to 6.1 s over 9p (an empty program,
 * two fresh guests each, Debian 6.1 under TCG).
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { cached, digest, fingerprint, UNFINISHED } from "../cache.ts";
import { findProgram, runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";

/** Programs that headcount itself runs in a guest. */
const PROGRAMS = ["bpftrace", "ndctl"] as const;

/** The folders of a root in which more of them are looked for. All others are busybox's. */
const PROGRAMS_OF_ROOT = [["getconf", "usr/bin"], ["mke2fs", "sbin"]] as const;

/** Other folders of such a root. init.sh mounts on most of them. */
const FOLDERS_OF_ROOT = ["bin", "dev", "etc", "proc", "run", "sys", "tmp", "var/tmp"] as const;

/** The shell of such a root, which init.sh puts there. */
const SHELL = "/run/headcount/bin/busybox";

const MIB = 1 << 20;

/** Makes, or finds in the cache, the image of tools. */
export async function makeToolsImage(cache: string): Promise<string> {
  const files = await filesOfImage();
  const prints = await Promise.all(
    files.map(async ({ from, to }) => `${await fingerprint(from)} ${to}`),
  );
  const folder = join(cache, "tools");
  return await cached(folder, `${await digest(prints)}.ext4`, async (image) => {
    const tree = await Deno.makeTempDir({ dir: folder, prefix: "tree-", suffix: UNFINISHED });
    try {
      for (const name of FOLDERS_OF_ROOT) {
        await Deno.mkdir(join(tree, "root", name), { recursive: true });
      }
      await Deno.symlink(SHELL, join(tree, "root/bin/sh"));
      let bytes = 0;
      for (const { from, to } of files) {
        const copy = join(tree, to);
        await Deno.mkdir(dirname(copy), { recursive: true });
        await Deno.copyFile(from, copy);
        await Deno.chmod(copy, 0o755);
        bytes += (await Deno.stat(copy)).size;
      }
      const size = Math.ceil(bytes * 1.05 / MIB) + 16;
      await runProgram("Making the guest's image of tools", [
        "mke2fs",
        ...["-q", "-F", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d", tree],
        ...[image, `${size}M`],
      ]);
    } finally {
      await Deno.remove(tree, { recursive: true });
    }
  });
}

/** A file of this machine, and its place in the image. */
interface Copy {
  readonly from: string;
  readonly to: string;
}

async function filesOfImage(): Promise<readonly Copy[]> {
  const found = await Promise.all(PROGRAMS.map(findProgram));
  const tools = [...found, Deno.execPath()].map((from) => ({ from, to: `bin/${basename(from)}` }));
  const ofRoot = await Promise.all(
    PROGRAMS_OF_ROOT.map(async ([name, folder]) => ({
      from: await findProgram(name),
      to: `root/${folder}/${name}`,
    })),
  );
  const programs = [...tools, ...ofRoot];
  const listings = await Promise.all(programs.map(({ from }) => listLibraries(from)));
  const copies = listings.flatMap((listing) => [
    ...librariesIn(listing).map((from) => ({ from, to: `lib/${basename(from)}` })),
    ...loadersIn(listing).map((from) => ({ from, to: `root${from}` })),
  ]);
  const byPlace = new Map([...programs, ...copies].map((copy) => [copy.to, copy]));
  return [...byPlace.values()].toSorted((a, b) => a.to < b.to ? -1 : 1);
}

async function listLibraries(program: string): Promise<string> {
  const listing = new TextDecoder().decode(
    await runProgram(`Listing the libraries of "${program}"`, ["ldd", program]),
  );
  const missing = /^\s*(\S+) => not found/m.exec(listing)?.[1];
  if (missing !== undefined) {
    throw new MachineryError(`"${program}" does not run here: its library "${missing}" is missing`);
  }
  return listing;
}

/**
 * The libraries that `ldd` lists.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(librariesIn("\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\t/lib64/ld.so (0x7e)\n"), [
 *   "/lib/libc.so.6",
 * ]);
 * ```
 */
export function librariesIn(listing: string): readonly string[] {
  return [...listing.matchAll(/=> (\/\S+)/g)].map((match) => match[1] ?? "");
}

/**
 * The loader that `ldd` lists, without an arrow. It is named inside each program by its full path: the
 * guest finds it in its root.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(loadersIn("\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\t/lib64/ld.so (0x7e)\n"), [
 *   "/lib64/ld.so",
 * ]);
 * ```
 */
export function loadersIn(listing: string): readonly string[] {
  return [...listing.matchAll(/^\s*(\/\S+) \(0x/gm)].map((match) => match[1] ?? "");
}
