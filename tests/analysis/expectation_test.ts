import { assertEquals } from "@std/assert";
import { BISECT_CODES, type Expectable, expectVerdict } from "../../analysis/expectation.ts";
import type { VerdictKind } from "../../analysis/verdict.ts";

function saw(verdict: VerdictKind, { leastGrabs = 3, pages = 512 } = {}): Expectable {
  const reasons = ["Seen so.", "And otherwise."];
  return { verdict, reasons, kernel: { release: "6.1" }, totals: { leastGrabs, pages } };
}

Deno.test("expectVerdict() is met by any of the expected verdicts, and unmet by others", () => {
  assertEquals(expectVerdict(["once"], saw("once")), {
    kind: "met",
    sentence: "6.1: once, as expected: seen so.",
  });
  assertEquals(expectVerdict(["per-page", "repeated"], saw("repeated")).kind, "met");
  assertEquals(expectVerdict(["per-page", "repeated"], saw("unbalanced")), {
    kind: "unmet",
    sentence: "6.1: unbalanced, not per-page or repeated: seen so.",
  });
});

Deno.test("expectVerdict() takes neither what is undecided nor what cannot be batched for an answer", () => {
  const told = [
    expectVerdict(["once"], saw("undecided")),
    expectVerdict(["per-page"], saw("once", { leastGrabs: 512 })),
    // That it is balanced can be expected of any memory.
    expectVerdict(["per-page"], saw("unbalanced", { leastGrabs: 512 })),
    expectVerdict(["once"], saw("once", { leastGrabs: 512 })),
  ].map(({ kind }) => [kind, BISECT_CODES[kind]]);
  assertEquals(told, [["unknown", 125], ["moot", 125], ["unmet", 1], ["met", 0]]);
});
