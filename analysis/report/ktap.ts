/**
 * Tests as KTAP version 1, as Documentation/dev-tools/ktap.rst of the kernel defines it.
 *
 * @module
 */

import type { TestPoint, TestSuite } from "./test_points.ts";

/**
 * Suites as KTAP: each is a test with subtests. What was skipped has `# SKIP`, what broke before there was
 * an answer `# ERROR`.
 *
 * @example
 * ```ts
 * import { renderKtap } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const why = "no CONFIG_GUP_TEST";
 * const text = renderKtap([
 *   { name: "6.12", points: [{ name: "align 2M, batch 512", outcome: "skip", why }] },
 * ]);
 * assertEquals(text, `KTAP version 1
 * 1..1
 *   KTAP version 1
 *   # Subtest: 6.12
 *   1..1
 *   ok 1 align 2M, batch 512 # SKIP no CONFIG_GUP_TEST
 * ok 1 6.12 # SKIP
 * `);
 * ```
 */
export function renderKtap(suites: readonly TestSuite[]): string {
  const lines = suites.flatMap(({ name, points }, i) => {
    const isOk = points.every(({ outcome }) => outcome === "ok" || outcome === "skip");
    const isSkipped = points.every(({ outcome }) => outcome === "skip");
    const subtests = [
      "KTAP version 1",
      `# Subtest: ${plain(name)}`,
      `1..${points.length}`,
      ...points.flatMap(pointLines),
    ];
    return [
      ...subtests.map((line) => `  ${line}`),
      `${isOk ? "ok" : "not ok"} ${i + 1} ${plain(name)}${isSkipped ? " # SKIP" : ""}`,
    ];
  });
  return ["KTAP version 1", `1..${suites.length}`, ...lines, ""].join("\n");
}

/** Diagnostic lines come before the result that they are about. */
function pointLines({ name, outcome, why, measured }: TestPoint, i: number): readonly string[] {
  const number = `${i + 1} ${plain(name)}`;
  const about = [...(measured === undefined ? [] : [measured]), why].map((text) =>
    `# ${line(text)}`
  );
  switch (outcome) {
    case "ok":
      return [...about, `ok ${number}`];
    case "not ok":
      return [...about, `not ok ${number}`];
    case "skip":
      return [`ok ${number} # SKIP ${line(why)}`];
    case "error":
      return [...about.slice(0, -1), `not ok ${number} # ERROR ${line(why)}`];
  }
}

/** A description: any characters but # and the end of a line. */
function plain(text: string): string {
  return line(text).replaceAll("#", "");
}

/** Text on one line, without what terminals and parsers might take for more than text. */
function line(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
