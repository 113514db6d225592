import { assertEquals } from "@std/assert";
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
