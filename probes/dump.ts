/**
 * What bpftrace prints of its maps while it goes on tracing, each time that SIGUSR1 asks for it.
 *
 * @module
 */

/** What a line of bpftrace's output was for a dump. */
export type DumpStep = "none" | "begun" | "taken" | "whole";

/**
 * Maps as they are printed, one a line. That all have come shows when one of them comes again: for
 * that, bpftrace is asked once more. Before it answers it reads what its probes had printed until
 * then, so that after a dump that is whole no event of before is still to come.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const dump = new Dump();
 * const total = '{"type": "map", "data": {"@total": {"0": [0, 0]}}}';
 * const put = '{"type": "map", "data": {"@put": {}}}';
 * const event = '{"type": "printf", "data": "put 1"}';
 * assertEquals([put, event, total, put].map((line) => dump.add(line)), [
 *   "begun", "none", "taken", "whole",
 * ]);
 * assertEquals(dump.lines, [put, total]);
 * ```
 */
export class Dump {
  readonly #lines = new Map<string, string>();

  /** The lines so far. */
  get lines(): readonly string[] {
    return [...this.#lines.values()];
  }

  /** Takes a line if it is a map's. */
  add(line: string): DumpStep {
    const [, map] = /^\{"type": ?"map", ?"data": ?\{"(@\w*)"/.exec(line) ?? [];
    if (map === undefined) return "none";
    if (this.#lines.has(map)) return "whole";
    this.#lines.set(map, line);
    return this.#lines.size === 1 ? "begun" : "taken";
  }
}
