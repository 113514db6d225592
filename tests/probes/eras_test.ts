import { assert, assertEquals } from "@std/assert";
import { CANDIDATE_FUNCTIONS, ROLES } from "../../probes/eras.ts";

Deno.test("ROLES has candidates for each role, newest first, from a file of the kernel", () => {
  for (const [role, { candidates, source }] of Object.entries(ROLES)) {
    assert(candidates.length > 0, role);
    assert(/^(mm|include)\/[\w/]+\.[ch]$/.test(source), role);
    const newest = candidates.map(({ era }) => Number(/\d+\.(\d+)/.exec(era)?.[1] ?? 0));
    const major = candidates.map(({ era }) => Number(/(\d+)\.\d+/.exec(era)?.[1] ?? 0));
    const age = major.map((version, i) => version * 100 + (newest[i] ?? 0));
    assertEquals(age, age.toSorted((a, b) => b - a), role);
  }
});

Deno.test("CANDIDATE_FUNCTIONS names each function once", () => {
  assertEquals(CANDIDATE_FUNCTIONS, [...new Set(CANDIDATE_FUNCTIONS)]);
  for (const name of ["try_grab_compound_head", "get_dev_pagemap", "__gup_device_huge"]) {
    assert(CANDIDATE_FUNCTIONS.includes(name), name);
  }
});
