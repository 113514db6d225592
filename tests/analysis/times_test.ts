import { assertEquals } from "@std/assert";
import { startAnalysis, type WorkloadReport } from "headcount";
import { Runs } from "../../analysis/times.ts";
import { HEADER } from "./support.ts";

const ADDRESS = "0x7f0000200000";

function repeat(getNs: number, putNs: number): WorkloadReport {
  return {
    ...{ step: "repeat", name: "get-fast", repeat: 1, thread: 1, address: ADDRESS },
    ...{ bytes: 4096, result: 4096, getNs, putNs },
  };
}

function write(ns: number, result = 4096): WorkloadReport {
  return { step: "syscall", name: "pwrite", address: ADDRESS, bytes: 4096, result, ns };
}

Deno.test("Runs: repeats are samples of their own, of all rounds", () => {
  const runs = new Runs();
  runs.add(repeat(30, 3));
  runs.addRound({ kind: "round", round: 1, probes: false, report: repeat(10, 1) });
  runs.addRound({ kind: "round", round: 2, probes: false, report: repeat(20, 2) });
  runs.addRound({ kind: "round", round: 2, probes: true, report: repeat(40, 4) });
  assertEquals(runs.times(), [
    { part: "get", probes: false, runs: [[10], [20]] },
    { part: "put", probes: false, runs: [[1], [2]] },
    { part: "get", probes: true, runs: [[30], [40]] },
    { part: "put", probes: true, runs: [[3], [4]] },
  ]);
  assertEquals(runs.rounds().map(({ traced }) => traced.length), [1, 1]);
});

Deno.test("Runs: the system calls of a run are one sample, without those that failed", () => {
  const runs = new Runs();
  for (const report of [write(5), write(7), write(100, -14)]) runs.add(report);
  assertEquals(runs.times(), [{ part: "system calls", probes: true, runs: [[12]] }]);
  assertEquals(runs.rounds(), []);
});

Deno.test("Runs: a round that was not ended has no factor", () => {
  const runs = new Runs();
  runs.add(write(9));
  for (const round of [1, 2]) {
    runs.addRound({ kind: "round", round, probes: false, report: write(3) });
  }
  assertEquals(runs.rounds(), [{ untraced: [write(3)], traced: [write(9)] }]);
});

Deno.test("a report has the times and what the probes cost, where the recording tells", () => {
  const analysis = startAnalysis();
  analysis.add(HEADER);
  analysis.add({ kind: "workload", report: repeat(90, 9) });
  analysis.add({ kind: "round", round: 1, probes: false, report: repeat(30, 9) });
  const { times, overhead, workload } = analysis.report();
  assertEquals(times?.[0], { part: "get", probes: false, runs: [[30]] });
  assertEquals(overhead?.map(({ part, factor }) => [part, factor.median]), [["get", 3], [
    "put",
    1,
  ]]);
  assertEquals(workload.syscalls, 1, "other runs are not the recording's");
  const without = startAnalysis();
  without.add(HEADER);
  const report = without.report();
  assertEquals(["times" in report, "overhead" in report, report.callTime], [false, false, null]);
});
