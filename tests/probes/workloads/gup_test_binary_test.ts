import { assertEquals } from "@std/assert";
import { readGupTestLine } from "../../../probes/workloads/gup_test_binary.ts";

const TIMES = { times: { getNs: 4_217_000, putNs: 905_000 } };

/** What printf(3) makes of the formats of tools/testing/selftests, in 5.10, 6.1 and 6.12. */
const LINES = [
  ["Time: get:4217 put:905 us", TIMES],
  ["Time: get:4217 put:905 us, truncated (size: 8192)", { ...TIMES, size: 8192 }],
  ["GUP_FAST_BENCHMARK: Time: get:4217 put:905 us", { name: "get-fast", ...TIMES }],
  [
    "PIN_LONGTERM_BENCHMARK: Time: get:4217 put:905 us, truncated (size: 8192)",
    { name: "pin-longterm", ...TIMES, size: 8192 },
  ],
  ["# PIN_FAST_BENCHMARK: Time: get:4217 put:905 us# ", { name: "pin-fast", ...TIMES }],
  [
    "# PIN_FAST_BENCHMARK: Time: get:4217 put:905 us# , truncated (size: 8192)# ",
    { name: "pin-fast", ...TIMES, size: 8192 },
  ],
  ["PIN_BASIC_TEST: done", { name: "pin-basic" }],
] as const;

for (const [line, told] of LINES) {
  Deno.test(`readGupTestLine() reads "${line}"`, () => assertEquals(readGupTestLine(line), told));
}

Deno.test("readGupTestLine() leaves alone what tells of no repeat", () => {
  for (const line of ["", "TAP version 13", "ok 1 ioctl status 0", "done", "all done", "open: x"]) {
    assertEquals(readGupTestLine(line), undefined, line);
  }
});

Deno.test("readGupTestLine() takes no name that JavaScript has, and no number past 2^53", () => {
  const lines = ["constructor: done", "toString: done", `Time: get:${"9".repeat(16)} put:1 us`];
  lines.push(`Time: get:1 put:1 us, truncated (size: ${"9".repeat(400)})`);
  for (const line of lines) assertEquals(readGupTestLine(line), undefined, line);
});
