/**
 * What a machine needs to build a kernel.
 *
 * @module
 */

import { findProgram, spawnProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";

/** Something that is needed, and the Debian package that has it. */
interface Tool {
  readonly kind: "program" | "header";
  readonly name: string;
  readonly debian: string;
}

/** What the builds of 5.10 to 7.3 use that not each machine has. */
const TOOLS: readonly Tool[] = [
  { kind: "program", name: "make", debian: "make" },
  { kind: "program", name: "gcc", debian: "gcc" },
  { kind: "program", name: "ld", debian: "binutils" },
  { kind: "program", name: "flex", debian: "flex" },
  { kind: "program", name: "bison", debian: "bison" },
  { kind: "program", name: "bc", debian: "bc" },
  { kind: "program", name: "perl", debian: "perl" },
  { kind: "program", name: "python3", debian: "python3" },
  { kind: "program", name: "gzip", debian: "gzip" },
  // Without it there is no BTF, and without BTF headcount cannot read a kernel's types.
  { kind: "program", name: "pahole", debian: "pahole" },
  // objtool and resolve_btfids.
  { kind: "header", name: "gelf.h", debian: "libelf-dev" },
  { kind: "header", name: "zlib.h", debian: "zlib1g-dev" },
];

/** The one that only patches need. */
const PATCH: Tool = { kind: "program", name: "patch", debian: "patch" };

/**
 * Looks whether all is there to build a kernel.
 *
 * @param withPatches Whether patches are to be applied, too.
 * @throws {MachineryError} when something is not; the message names it all, and Debian's packages.
 */
export async function checkTools(withPatches: boolean): Promise<void> {
  const tools = withPatches ? [...TOOLS, PATCH] : TOOLS;
  const there = await Promise.all(tools.map(isThere));
  const missing = tools.filter((_, i) => !there[i]);
  // Without a compiler no header is found, which says nothing of the header.
  const isBlind = missing.some(({ name }) => name === "gcc");
  const certain = missing.filter(({ kind }) => kind === "program" || !isBlind);
  if (certain.length === 0) return;
  throw new MachineryError(
    `Cannot build a kernel: there is no ${certain.map(({ name }) => name).join(", ")}; on Debian ` +
      `"apt-get install --no-install-recommends ${
        certain.map(({ debian }) => debian).join(" ")
      }" ` +
      `installs what is missing${isBlind ? " (headers were not looked for)" : ""}`,
  );
}

async function isThere({ kind, name }: Tool): Promise<boolean> {
  try {
    if (kind === "program") {
      await findProgram(name);
      return true;
    }
    const child = spawnProgram(`Looking for ${name}`, [
      "gcc",
      ...["-include", name, "-fsyntax-only", "-x", "c", "/dev/null"],
    ], { stdin: "null", stdout: "null", stderr: "null" });
    return (await child.status).success;
  } catch (error) {
    if (error instanceof MachineryError) return false;
    throw error;
  }
}
