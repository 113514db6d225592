import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  compareRecordings,
  type Comparison,
  renderComparison,
  renderUnlike,
  type Report,
  type SampledTimes,
  type Unlike,
} from "headcount";
import { reportOf } from "../../support/fixture.ts";

const BEFORE = await reportOf("linux-5.10-2M");
const AFTER = await reportOf("linux-5.10-rfc-2M");
const PAGE = await reportOf("linux-7.3-4K");

function comparison(compared: Comparison | Unlike): Comparison {
  assert(compared.kind === "comparison", JSON.stringify(compared));
  return compared;
}

function unlike(compared: Comparison | Unlike): Unlike {
  assert(compared.kind === "unlike");
  return compared;
}

/** The same on another machine, with times. */
function timed(report: Report, ns: readonly number[], probes = false): Report {
  const times: readonly SampledTimes[] = [{ part: "get", probes, runs: [ns] }];
  return { ...report, target: { ...report.target, accelerator: "hardware" }, times };
}

const TEN = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map((it) => it * 1000);

Deno.test("unlike recordings are refused with all that differs", () => {
  const { differences } = unlike(compareRecordings([BEFORE], [PAGE]));
  assertEquals(differences, [{ what: "align", baseline: "2 MiB", patched: "4 KiB" }]);
  const text = renderUnlike({ kind: "unlike", differences });
  assertStringIncludes(text, "align  2 MiB     4 KiB");
  assertStringIncludes(text, "--force");
});

Deno.test("a workload that only one side has is told", () => {
  const { differences } = unlike(compareRecordings([BEFORE, PAGE], [AFTER]));
  assertEquals(differences, [{
    what: "workload",
    baseline: "direct-io",
    patched: "not recorded",
  }]);
  assertEquals(compareRecordings([BEFORE, PAGE], [AFTER], { force: true }).kind, "unlike");
});

Deno.test("what is forced is compared, and says so in every output", () => {
  const forced = comparison(compareRecordings([BEFORE], [PAGE], { force: true }));
  assertEquals(forced.workloads[0]?.differences.length, 1);
  const text = renderComparison(forced);
  assertStringIncludes(text, "NOT ALIKE");
  assertStringIncludes(text, "align  2 MiB     4 KiB");
});

Deno.test("recordings of both sides find their like, in whatever order", () => {
  const { workloads } = comparison(compareRecordings([BEFORE, PAGE], [PAGE, AFTER, AFTER]));
  assertEquals(
    workloads.map(({ baseline, patched }) => [baseline.verdict, patched.verdict]),
    [["per-page", "once"], ["once", "once"]],
  );
  assertEquals(workloads.map(({ patched }) => patched.reports.length), [2, 1]);
});

Deno.test("an emulator's times are withheld unless they are asked for", () => {
  const emulated = (report: Report) => ({
    ...timed(report, TEN),
    target: report.target,
  });
  const sides = [[emulated(BEFORE)], [emulated(AFTER)]] as const;
  const without = comparison(compareRecordings(...sides));
  assertEquals([without.withheld, without.workloads[0]?.times], [true, []]);
  assertStringIncludes(renderComparison(without), "Withheld: they are an emulator's");
  const shown = comparison(compareRecordings(...sides, { emulatedTimes: true }));
  assertEquals(shown.withheld, false);
  assertStringIncludes(renderComparison(shown), "Times in us, without probes, EMULATED");
});

Deno.test("what is undecided is said before the counts", async () => {
  const lost = await reportOf("calls-debian-7.3-lost");
  const text = renderComparison(comparison(compareRecordings([lost], [lost])));
  const [first = "", second = ""] = text.split("\n");
  assert(first.startsWith("undecided on both"), first);
  assertStringIncludes(second, "  ! What the baseline does is undecided: ");
});

Deno.test("a side of several kernels, or of several verdicts, is told", () => {
  const [workload] = comparison(compareRecordings([BEFORE, AFTER], [AFTER])).workloads;
  assertEquals(workload?.baseline.verdict, "mixed");
  const other = { ...AFTER, kernel: { ...AFTER.kernel, release: "6.0" } };
  const [kernels] = comparison(compareRecordings([BEFORE], [AFTER, other])).workloads;
  const warnings = [...workload?.warnings ?? [], ...kernels?.warnings ?? []].join("\n");
  assertStringIncludes(warnings, "Recordings of the baseline have different verdicts");
  assertStringIncludes(warnings, "Recordings of the patched kernel are of different kernels");
});

Deno.test("times say what they are: few, with probes, of one recording a side", () => {
  const warnings = (baseline: Report[], patched: Report[]): string =>
    comparison(compareRecordings(baseline, patched)).workloads[0]?.warnings.join("\n") ?? "";
  assertStringIncludes(
    warnings([timed(BEFORE, [1, 2, 3])], [timed(AFTER, TEN)]),
    "Only 3 samples of a time",
  );
  const traced = warnings([timed(BEFORE, TEN, true)], [timed(AFTER, TEN, true)]);
  assertStringIncludes(traced, "Times with probes attached hold what the probes cost");
  assertStringIncludes(traced, "One run a side");
  const plain = warnings([timed(BEFORE, TEN)], [timed(AFTER, TEN)]);
  assertEquals(plain.includes("probes attached"), false);
  const narrow = TEN.map((it) => 10_000 + it / 100);
  const slower = narrow.map((it) => it * 1.3);
  const runs = (report: Report, ...each: number[][]): Report => ({
    ...timed(report, TEN),
    times: [{ part: "get", probes: false, runs: each }],
  });
  const apart = warnings([runs(BEFORE, narrow, slower)], [runs(AFTER, slower, slower)]);
  assertStringIncludes(apart, "One recording a side");
  assertStringIncludes(apart, 'What differs in "get" differs as much between runs');
});

Deno.test("a side without a recording is nothing to compare with", () => {
  assertThrows(() => compareRecordings([], [AFTER]), TypeError, "no recording");
});

Deno.test("no line of a comparison is longer than asked for, of whatever recordings", async () => {
  for (
    const name of ["ways-linux-7.3-io-uring", "sizes-linux-7.3", "calls-linux-5.10-rfc-gup-test"]
  ) {
    const report = await reportOf(name);
    const compared = comparison(compareRecordings([report], [report], { emulatedTimes: true }));
    for (const line of renderComparison(compared).split("\n")) assert(line.length <= 80, line);
  }
});
