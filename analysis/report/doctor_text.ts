/**
 * What the doctor found, as text.
 *
 * @module
 */

import { paintWith, wrap } from "./layout.ts";
import type { TextOptions } from "./text.ts";

/** What is shown of one target. */
export interface DoctorView {
  /** Where. */
  readonly target: string;
  /** Release of its kernel. */
  readonly release?: string;
  /** Whether `trace` would run there. */
  readonly runs: boolean;
  /** Every check. */
  readonly checks: readonly {
    readonly name: string;
    readonly state: "ok" | "warn" | "fail" | "skip";
    readonly found: string;
    readonly remedy?: string;
  }[];
}

/**
 * Targets with their checks, as lines of ASCII text; what is to be done stands under each check after
 * an arrow.
 *
 * @example
 * ```ts
 * import { renderDoctor } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const checks = [{ name: "BTF", state: "fail", found: "none", remedy: "another kernel" }] as const;
 * assertEquals(renderDoctor([{ target: "local", release: "6.1", runs: false, checks }]), [
 *   "This machine, 6.1: trace would not run (1 check fails)",
 *   "",
 *   "  fail  BTF  none",
 *   "             -> another kernel",
 *   "",
 * ].join("\n"));
 * ```
 */
export function renderDoctor(views: readonly DoctorView[], options: TextOptions = {}): string {
  const { width = 80, colour = false } = options;
  const paint = paintWith(colour);
  return views.map((view) => {
    const column = Math.max(...view.checks.map(({ name }) => name.length)) + 10;
    const lines = view.checks.flatMap(({ name, state, found, remedy }) => {
      const word = state === "fail"
        ? paint.verdict(state, "per-page")
        : state === "ok"
        ? state
        : state === "warn"
        ? paint.alarm(state)
        : paint.aside(state);
      const [first = "", ...rest] = [
        ...wrap(found, width - column),
        ...(remedy === undefined ? [] : wrap(`-> ${remedy}`, width - column, "   ")),
      ];
      return [
        `  ${word}${" ".repeat(6 - state.length)}${name.padEnd(column - 8)}${first}`,
        ...rest.map((line) => " ".repeat(column) + line),
      ];
    });
    return [paint.title(titleOf(view)), "", ...lines, ""].join("\n");
  }).join("\n");
}

function titleOf({ target, release, runs, checks }: DoctorView): string {
  const place = target === "local" ? "This machine" : target === "guest" ? "A guest" : target;
  const count = (state: string): number => checks.filter((it) => it.state === state).length;
  const fails = count("fail");
  const warns = count("warn");
  const how = runs
    ? `trace runs (${
      warns === 0 ? "all is well" : `${warns} ${warns === 1 ? "warning" : "warnings"}`
    })`
    : `trace would not run (${fails} ${fails === 1 ? "check fails" : "checks fail"})`;
  return `${place}${release === undefined ? "" : `, ${release}`}: ${how}`;
}
