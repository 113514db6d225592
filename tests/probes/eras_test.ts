import { assertEquals } from "@std/assert";
import { CANDIDATE_FUNCTIONS, ROLES } from "../../probes/eras.ts";

Deno.test("ROLES names each role once, in the order of a recording's header", () => {
  assertEquals(ROLES.map(({ role }) => role), [
    "entry",
    "hugeLeaf",
    "grabOne",
    "grabBatch",
    "grabSlow",
    "lookup",
    "slowPath",
  ]);
});

Deno.test("CANDIDATE_FUNCTIONS names each function once", () => {
  assertEquals(CANDIDATE_FUNCTIONS, [
    "gup_fast_fallback",
    "internal_get_user_pages_fast",
    "gup_fast_devmap_leaf",
    "__gup_device_huge",
    "try_grab_page",
    "try_grab_folio_fast",
    "try_grab_folio",
    "try_grab_compound_head",
    "get_dev_pagemap",
    "__get_user_pages",
  ]);
});
