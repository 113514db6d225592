/**
 * What a tree's Kconfig files say of an option.
 *
 * @module
 */

/**
 * Looks for an option's definitions in Kconfig files.
 *
 * @returns What they depend on, in Kconfig's words; undefined where none defines it.
 *
 * @example
 * ```ts
 * import { dependenciesOf } from "./kconfig.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = "config DEV_DAX\n\ttristate\n\tdepends on TRANSPARENT_HUGEPAGE\n\nconfig DEV_DAX_PMEM\n";
 * assertEquals(dependenciesOf("DEV_DAX", [file]), ["TRANSPARENT_HUGEPAGE"]);
 * assertEquals(dependenciesOf("DEV_DAX_KMEM", [file]), undefined);
 * ```
 */
export function dependenciesOf(option: string, files: readonly string[]): string[] | undefined {
  const definition = new RegExp(`^[ \\t]*(?:menu)?config[ \\t]+${option}[ \\t]*$`, "m");
  const bodies = files.flatMap((text) => {
    const found = definition.exec(text);
    if (found === null) return [];
    const rest = text.slice(found.index + found[0].length);
    // An entry ends where a line at the left margin begins something else.
    return [rest.slice(0, /\n[a-z]/.exec(rest)?.index)];
  });
  if (bodies.length === 0) return undefined;
  return bodies.flatMap((body) =>
    [...body.matchAll(/^[ \t]+depends on[ \t]+(.*)$/gm)].map(([, condition = ""]) =>
      condition.trim()
    )
  );
}
