import { assertEquals, assertThrows } from "@std/assert";
import type { TypeFacts } from "../../probes/btf.ts";
import { CANDIDATE_FUNCTIONS } from "../../probes/eras.ts";
import { answeredTypes, askTypes } from "../../probes/types.ts";

const TYPES: TypeFacts = {
  structBytes: (name) => name === "page" ? 64 : undefined,
  hasField: (...path) => path.join(".") === "page.flags.f",
  enumerator: (name) => name === "PG_head" ? 6 : undefined,
  function: (name) =>
    name === "get_dev_pagemap" ? { parameters: ["pfn"], returns: "pointer" } : undefined,
};

Deno.test("askTypes() asks for every candidate, and its answers survive JSON", () => {
  const answers = askTypes(TYPES);
  assertEquals(Object.keys(answers.functions), CANDIDATE_FUNCTIONS);
  const types = answeredTypes(JSON.parse(JSON.stringify(answers)));
  assertEquals(types.structBytes("page"), 64);
  assertEquals([types.hasField("page", "flags", "f"), types.hasField("page", "compound_info")], [
    true,
    false,
  ]);
  assertEquals([types.enumerator("PG_head"), types.enumerator("FOLL_PIN")], [6, undefined]);
  assertEquals(types.function("get_dev_pagemap"), { parameters: ["pfn"], returns: "pointer" });
  assertEquals(types.function("try_grab_page"), undefined);
});

Deno.test("answeredTypes() knows not having from not knowing", () => {
  const types = answeredTypes(askTypes(TYPES));
  const message = 'Cannot tell "no_such_struct": it was not asked';
  assertThrows(() => types.structBytes("no_such_struct"), RangeError, message);
  assertThrows(() => types.hasField("page", "constructor"), RangeError);
  assertThrows(() => types.enumerator("toString"), RangeError);
});
