/**
 * Many small facts of a target, read by one command: over a connection each costs a way there and back.
 *
 * @module
 */

import { collect, type Target } from "./targets/target.ts";

/** Begins a section: a character that no file that is read has. */
const MARK = "\x1e";

/**
 * Runs each piece of shell and returns what it printed, trimmed, by its name. What a piece complains of
 * is dropped: it has nothing to tell then, and is empty.
 *
 * @param words Arguments of every piece, from `$1` on: nothing of them is read as shell.
 */
export async function readSections<Name extends string>(
  target: Target,
  pieces: Readonly<Record<Name, string>>,
  words: readonly string[] = [],
): Promise<Readonly<Record<Name, string>>> {
  const names = Object.keys(pieces) as Name[];
  // Each in a shell of its own: one that exits, or changes its folder, ends none of the others.
  const script = names.map((name) => `printf '\\036'; ( ${pieces[name]} ) 2>/dev/null </dev/null`);
  const command = ["sh", "-c", [...script, "true"].join("\n"), "sh", ...words];
  const { stdout } = await collect(target.exec(command));
  return sectionsIn(new TextDecoder().decode(stdout), names);
}

/**
 * Takes sections apart; one that is not there is empty.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sectionsIn("\x1e0\n\x1e6.1\n", ["uid", "release"]), { uid: "0", release: "6.1" });
 * assertEquals(sectionsIn("", ["uid"]), { uid: "" });
 * ```
 */
export function sectionsIn<Name extends string>(
  text: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const parts = text.split(MARK).slice(1);
  const entries = names.map((name, i) => [name, (parts[i] ?? "").trim()] as const);
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** Lines that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
