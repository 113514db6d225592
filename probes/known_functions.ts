/**
 * Telling bpftrace which functions there are to trace, so that it does not ask the kernel.
 *
 * @module
 */

/**
 * Puts its first argument into a file for bpftrace and becomes the rest. The variable is there for tests
 * of bpftrace's own; a version that does not know it asks the kernel, as all do without it.
 */
const TELL = `printf '%s\\n' "$0" >/tmp/functions &&
  BPFTRACE_AVAILABLE_FUNCTIONS_TEST=/tmp/functions exec "$@"`;

/**
 * The beginning of a command that runs bpftrace with the functions of its program as all that there are
 * to trace. bpftrace reads the names of all functions that the kernel can trace, 40,000 of them, which
 * an emulated guest takes half a second to list; the plan has asked for these already.
 *
 * @param program A program; all that it attaches to can be traced.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const program = "BEGIN\n{\n}\n\nkfunc:gup_put_folio\n{\n}\n\nkretprobe:__get_user_pages\n{\n}\n";
 * assertEquals(tellFunctions(program).at(-1), "gup_put_folio\n__get_user_pages");
 * ```
 */
export function tellFunctions(program: string): readonly string[] {
  const names = [...program.matchAll(/^\w+:([\w.]+)$/gm)].map(([, name]) => name);
  return ["sh", "-c", TELL, [...new Set(names)].join("\n")];
}
