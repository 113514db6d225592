import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { parseWorkload, workloadBytes } from "../../../probes/workloads/workload.ts";

Deno.test("parseWorkload() reads a name and its options, whatever the blanks", () => {
  assertEquals(parseWorkload(" direct-io "), { wish: { kind: "direct-io" } });
  const { wish, bytes } = parseWorkload("gup-test  -m 4\t-a");
  assertEquals([wish.kind === "gup-test" && wish.command, bytes], ["pin-fast", 2 ** 22]);
});

Deno.test("parseWorkload() refuses a name that there is not, and options of one without", () => {
  assertThrows(() => parseWorkload("gup_test"), RequestError, 'no workload "gup_test"');
  assertThrows(() => parseWorkload(""), RequestError, 'no workload ""');
  assertThrows(() => parseWorkload("direct-io -m 4"), RequestError, 'no option "-m"');
  assertThrows(() => parseWorkload("toString"), RequestError, 'no workload "toString"');
});

Deno.test("workloadBytes() takes -m, or --size, or the workload's default", () => {
  const cases = [
    ["direct-io", undefined, 2 ** 21],
    ["direct-io", 4096, 4096],
    ["direct-io -n 1,512", undefined, 2 ** 21],
    ["direct-io -n 513 -o 1s", undefined, 514 * 4096],
    ["process-vm -n 1 -o 511+1s", 2 ** 22, 2 ** 22],
    ["vmsplice", undefined, 2 ** 21],
    ["gup-test", undefined, 2 ** 27],
    ["gup-test", 4096, 4096],
    ["gup-test -m 4", undefined, 2 ** 22],
    ["gup-test -m 4", 2 ** 22, 2 ** 22],
  ] as const;
  for (const [text, size, bytes] of cases) {
    assertEquals(workloadBytes(parseWorkload(text), size), bytes, `${text} ${size}`);
  }
});

Deno.test("workloadBytes() refuses a --size that the pieces do not fit into", () => {
  const said = "io-uring: its pieces reach over 2101248 bytes of memory, --size 2097152 is less";
  assertThrows(() => workloadBytes(parseWorkload("io-uring -n 513"), 2 ** 21), RequestError, said);
});

Deno.test("workloadBytes() refuses -m and --size that differ", () => {
  const said = '"-m 4" and --size 4096 contradict each other';
  assertThrows(() => workloadBytes(parseWorkload("gup-test -m 4"), 4096), RequestError, said);
});
