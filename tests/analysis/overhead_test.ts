import { assertEquals, assertStringIncludes } from "@std/assert";
import { overheadOf, renderOverhead, type WorkloadReport } from "headcount";

const ADDRESS = "0x7f0000200000";

function repeat(getNs: number, putNs: number): WorkloadReport {
  return {
    ...{ step: "repeat", name: "pin-fast", repeat: 1, thread: 1, address: ADDRESS },
    ...{ bytes: 4096, result: 4096, getNs, putNs },
  };
}

function write(ns: number): WorkloadReport {
  return { step: "syscall", name: "pwrite", address: ADDRESS, bytes: 4096, result: 4096, ns };
}

const READY: WorkloadReport = { step: "ready", pid: 7, address: ADDRESS, bytes: 4096 };

Deno.test("overheadOf() compares medians round by round, get and put apart", () => {
  const overheads = overheadOf([
    { untraced: [READY, repeat(100, 10), repeat(300, 10)], traced: [repeat(400, 10)] },
    { untraced: [repeat(100, 10)], traced: [repeat(1000, 40)] },
  ]);
  assertEquals(overheads.map(({ part, factor }) => [part, factor]), [
    ["get", { min: 2, median: 6, max: 10 }],
    ["put", { min: 1, median: 2.5, max: 4 }],
  ]);
  assertEquals(overheads[0]?.untracedNs, { min: 100, median: 100, max: 300 });
});

Deno.test("overheadOf() leaves out what was not timed", () => {
  assertEquals(overheadOf([]), []);
  const { ns: _, ...untimed } = write(1) as Extract<WorkloadReport, { step: "syscall" }>;
  assertEquals(overheadOf([{ untraced: [untimed], traced: [untimed] }]), []);
  // A clock that stood still gives no factor.
  assertEquals(overheadOf([{ untraced: [write(0)], traced: [write(9)] }]), []);
});

Deno.test("renderOverhead() says whose factor it is, and where there are no times", () => {
  const overheads = overheadOf([{ untraced: [write(2000)], traced: [write(9000)] }]);
  assertStringIncludes(renderOverhead(overheads, true), "an emulator's: hardware has another");
  assertStringIncludes(renderOverhead(overheads, false), "took turns");
  assertStringIncludes(
    renderOverhead(overheads, false),
    "system calls  1 x 1  2.0 (2.0..2.0)   9.0 (9.0..9.0)  4.5 (4.5..4.5)",
  );
  assertStringIncludes(renderOverhead([], false), "The workload told no times.");
});
