import { assertEquals } from "@std/assert";
import { LackError } from "../../../probes/failure.ts";
import { workloadFailure } from "../../../probes/workloads/failure.ts";

Deno.test("workloadFailure() keeps what says more than a line beside the message", () => {
  const { message, evidence } = workloadFailure("direct-io", "exited with 134", "fatal\nbacktrace");
  assertEquals([message, evidence], [
    'The workload "direct-io" failed: it exited with 134',
    "fatal\nbacktrace",
  ]);
  assertEquals(
    workloadFailure("direct-io", "exited with 137", "").message,
    'The workload "direct-io" failed: it exited with 137',
  );
});

Deno.test("workloadFailure() does not read what a command of the user's says", () => {
  for (const how of ["exited with 1", "exited with 69"]) {
    const failure = workloadFailure("make", how, "no rule", true);
    assertEquals([failure.message, failure.evidence], [
      `The workload "make" failed: it ${how}`,
      "no rule",
    ]);
    assertEquals(failure instanceof LackError, false);
  }
});

Deno.test("workloadFailure() tells what the kernel cannot do from what went wrong", () => {
  const lacks = (how: string, said: string): boolean =>
    workloadFailure("io-uring", how, said) instanceof LackError;
  assertEquals(lacks("exited with 69", "Cannot make a ring: no CONFIG_IO_URING"), true);
  assertEquals(lacks("exited with 1", "Cannot map 4096 bytes: Cannot allocate memory"), false);
  assertEquals(lacks("exited with 69", "several\nlines"), false);
});
