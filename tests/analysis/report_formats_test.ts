/** KTAP and JUnit XML: what is written is what parsers of these formats read. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { DOMParser, type Element } from "@xmldom/xmldom";
import fc from "fast-check";
import { renderJunit } from "../../analysis/report/junit.ts";
import { renderKtap } from "../../analysis/report/ktap.ts";
import type { TestPoint, TestSuite } from "../../analysis/report/test_points.ts";
import { readKtap } from "../support/ktap.ts";

const SUITES: readonly TestSuite[] = [
  {
    name: "base",
    points: [
      { name: "align 4K, batch 1", outcome: "ok", why: "5.10: once.", measured: "verdict once" },
      {
        name: "align 2M, batch 1",
        outcome: "not ok",
        why: "5.10: once.",
        measured: "verdict once",
      },
    ],
  },
  { name: "6.12", points: [{ name: "align 2M, batch 1", outcome: "skip", why: "no GUP_TEST" }] },
  {
    name: "v3",
    points: [{ name: "align 2M, batch 1", outcome: "error", why: "panic:\n# <oops>" }],
  },
];

/** Any suites, of names that kernels can have, and of any text at all. */
const ANY_SUITES = fc.array(
  fc.record({
    name: fc.stringMatching(/^[\w.+~-]{1,12}$/),
    points: fc.array(
      fc.record<TestPoint>({
        name: fc.string({ minLength: 1, unit: "binary" }),
        outcome: fc.constantFrom("ok", "not ok", "skip", "error"),
        why: fc.string({ unit: "binary" }),
        measured: fc.string({ unit: "binary" }),
      }, { requiredKeys: ["name", "outcome", "why"] }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

Deno.test("renderKtap() writes what KTAP version 1 allows", () => {
  assertEquals(
    renderKtap(SUITES),
    `KTAP version 1
1..3
  KTAP version 1
  # Subtest: base
  1..2
  # verdict once
  # 5.10: once.
  ok 1 align 4K, batch 1
  # verdict once
  # 5.10: once.
  not ok 2 align 2M, batch 1
not ok 1 base
  KTAP version 1
  # Subtest: 6.12
  1..1
  ok 1 align 2M, batch 1 # SKIP no GUP_TEST
ok 2 6.12 # SKIP
  KTAP version 1
  # Subtest: v3
  1..1
  not ok 1 align 2M, batch 1 # ERROR panic: # <oops>
not ok 3 v3
`,
  );
});

Deno.test("renderKtap() writes what readKtap() reads, whatever is said", () => {
  fc.assert(fc.property(ANY_SUITES, (suites) => {
    const results = readKtap(renderKtap(suites));
    assertEquals(results.map(({ name }) => name), suites.map(({ name }) => name));
    const outcomes = results.map(({ subtests }) =>
      subtests.map(({ ok, directive }) => directive ?? ok)
    );
    const expected = { ok: true, "not ok": false, skip: "SKIP", error: "ERROR" } as const;
    assertEquals(outcomes, suites.map(({ points }) => points.map((it) => expected[it.outcome])));
  }));
});

Deno.test("readKtap() refuses what is no KTAP", () => {
  const bad = [
    "1..1\nok 1 a\n",
    "KTAP version 1\nok 1 a\n",
    "KTAP version 1\n1..2\nok 1 a\n",
    "KTAP version 1\n1..1\nok 2 a\n",
    "KTAP version 1\n1..1\nok 1 a # ERROR x\n",
    "KTAP version 1\n1..1\nok 1 a\nok 2 b\n",
    "KTAP version 1\n1..1\nok 1 a # MAYBE\n",
  ];
  for (const text of bad) assertThrows(() => readKtap(text), Error, undefined, text);
});

/** The document, of a parser that forgives nothing. */
function parse(xml: string): Element {
  const parser = new DOMParser({
    onError: (level, message) => {
      // That one was there before.
      if (/^Unicode replacement character/.test(message)) return;
      throw new Error(`${level}: ${message}`);
    },
  });
  const root = parser.parseFromString(xml, "text/xml").documentElement;
  assert(root !== null);
  return root;
}

function attributes(element: Element): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(element.attributes, ({ name, value }) => [name, value]),
  );
}

Deno.test("renderJunit() writes suites, cases and their counts", () => {
  const root = parse(renderJunit(SUITES, "series"));
  assertEquals([root.tagName, attributes(root)], ["testsuites", {
    ...{ name: "series", tests: "4", failures: "1", errors: "1", skipped: "1" },
  }]);
  const suites = [...root.getElementsByTagName("testsuite")];
  assertEquals(attributes(suites[0] ?? root), {
    ...{ name: "base", tests: "2", failures: "1", errors: "0", skipped: "0" },
  });
  const cases = [...root.getElementsByTagName("testcase")].map((element) => [
    attributes(element)["classname"],
    [...element.childNodes].filter(({ nodeType }) => nodeType === 1).map(({ nodeName }) =>
      nodeName
    ),
  ]);
  assertEquals(cases, [
    ["base", ["system-out"]],
    ["base", ["failure", "system-out"]],
    ["6.12", ["skipped"]],
    ["v3", ["error"]],
  ]);
  const [error] = root.getElementsByTagName("error");
  assertEquals(error && attributes(error), { message: "panic:\n# <oops>" });
});

/** What XML 1.0 can hold of a text: the rest is replaced. */
function held(text: string): string {
  const isHeld = (code: number): boolean =>
    [0x9, 0xa, 0xd].includes(code) || (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
  return Array.from(text, (one) => isHeld(one.codePointAt(0) ?? 0) ? one : "?").join("");
}

Deno.test("renderJunit() writes what a parser reads back, whatever is said", () => {
  fc.assert(fc.property(ANY_SUITES, (suites) => {
    const xml = renderJunit(suites, "any");
    // The parser lets these through, others do not.
    assertEquals(xml, held(xml));
    assert(!/&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(xml));
    const cases = [...parse(xml).getElementsByTagName("testcase")];
    const points = suites.flatMap(({ points }) => points);
    assertEquals(cases.map((it) => it.getAttribute("name")), points.map(({ name }) => held(name)));
    for (const [i, { outcome, why }] of points.entries()) {
      if (outcome === "ok") continue;
      const tag = { "not ok": "failure", error: "error", skip: "skipped" }[outcome];
      const [element] = cases[i]?.getElementsByTagName(tag) ?? [];
      assertEquals(element?.getAttribute("message"), held(why));
    }
  }));
});
