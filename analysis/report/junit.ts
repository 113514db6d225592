/**
 * Tests as JUnit's XML, which CI systems read.
 *
 * @module
 */

import type { TestPoint, TestSuite } from "./test_points.ts";

/**
 * Suites as JUnit XML. What is not ok is a failure, what broke before there was an answer an error.
 *
 * @param name What all of them are called.
 *
 * @example
 * ```ts
 * import { renderJunit } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const points = [{ name: "align 2M", outcome: "error", why: "<panic> & \"oops\"" }] as const;
 * assertStringIncludes(
 *   renderJunit([{ name: "6.12", points }], "series"),
 *   '<error message="&lt;panic&gt; &amp; &quot;oops&quot;"/>',
 * );
 * ```
 */
export function renderJunit(suites: readonly TestSuite[], name: string): string {
  const all = suites.flatMap(({ points }) => points);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(name)}" ${countsOf(all)}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${escape(suite.name)}" ${countsOf(suite.points)}>`,
      ...suite.points.flatMap((point) => caseLines(point, suite.name)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function countsOf(points: readonly TestPoint[]): string {
  const count = (wanted: TestPoint["outcome"]): number =>
    points.filter(({ outcome }) => outcome === wanted).length;
  return `tests="${points.length}" failures="${count("not ok")}" errors="${count("error")}" ` +
    `skipped="${count("skip")}"`;
}

const ELEMENTS = { "not ok": "failure", error: "error", skip: "skipped" } as const;

function caseLines(
  { name, outcome, why, measured }: TestPoint,
  suite: string,
): readonly string[] {
  const lines = [
    ...(outcome === "ok" ? [] : [`      <${ELEMENTS[outcome]} message="${escape(why)}"/>`]),
    ...(measured === undefined ? [] : [
      `      <system-out>${
        escape(outcome === "ok" ? `${measured}\n${why}` : measured)
      }</system-out>`,
    ]),
  ];
  return [
    `    <testcase classname="${escape(suite)}" name="${escape(name)}">`,
    ...lines,
    "    </testcase>",
  ];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // In attributes a parser would read each of these as a blank, or as the end of a line.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\u0085": "&#133;",
  "\u2028": "&#8232;",
  "\u2029": "&#8233;",
};

/** Text as content or as an attribute's value; what XML 1.0 has no way to write becomes a question mark. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "?")
    .replaceAll(/[&<>"'\t\n\r\u0085\u2028\u2029]/g, (character) => ENTITIES[character] ?? "");
}
