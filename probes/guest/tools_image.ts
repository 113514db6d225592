/**
 * The programs that a guest runs, with their libraries, on a small read-only disk.
 *
 * bpftrace with its LLVM starts in 4.0 to 4.5 s from it, in 4.6 to 6.1 s over 9p (an empty program,
 * two fresh guests each, Debian 6.1 under TCG).
 *
 * @module
 */

import { basename, join } from "node:path";
import { cached, digest, fingerprint, UNFINISHED } from "../cache.ts";
import { findProgram, runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";

/** Programs that headcount itself runs in a guest. */
const PROGRAMS = ["bpftrace", "ndctl"] as const;

const MIB = 1 << 20;

/** Makes, or finds in the cache, the image of tools. */
export async function makeToolsImage(cache: string): Promise<string> {
  const programs = [...await Promise.all(PROGRAMS.map(findProgram)), Deno.execPath()];
  const libraries = [...new Set((await Promise.all(programs.map(librariesOf))).flat())].sort();
  const files = [...programs, ...libraries];
  const prints = await Promise.all(files.map(fingerprint));
  const folder = join(cache, "tools");
  return await cached(folder, `${await digest(prints)}.ext4`, async (image) => {
    const tree = await Deno.makeTempDir({ dir: folder, prefix: "tree-", suffix: UNFINISHED });
    try {
      await Deno.mkdir(join(tree, "bin"));
      await Deno.mkdir(join(tree, "lib"));
      let bytes = 0;
      for (const file of files) {
        const folder = programs.includes(file) ? "bin" : "lib";
        const copy = join(tree, folder, basename(file));
        await Deno.copyFile(file, copy);
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

async function librariesOf(program: string): Promise<string[]> {
  const listing = new TextDecoder().decode(
    await runProgram(`Listing the libraries of "${program}"`, ["ldd", program]),
  );
  const missing = /^\s*(\S+) => not found/m.exec(listing)?.[1];
  if (missing !== undefined) {
    throw new MachineryError(`"${program}" does not run here: its library "${missing}" is missing`);
  }
  // The loader itself ("/lib64/ld-linux…", without an arrow) is named inside each program by its
  // full path, which the guest finds under the host's root.
  return [...listing.matchAll(/=> (\/\S+)/g)].map((match) => match[1] ?? "");
}
