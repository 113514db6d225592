import { assert, assertEquals } from "@std/assert";
import { compareTimes, type Report, type SampledTimes } from "headcount";
import { reportOf } from "../../support/fixture.ts";

const REPORT = await reportOf("linux-5.10-2M");

function timed(...times: SampledTimes[]): Report {
  return { ...REPORT, times, callTime: null };
}

function gets(ns: readonly number[], probes = false): Report {
  return timed({ part: "get", probes, runs: [ns] });
}

/** Times around a middle, no two alike. */
function around(middle: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => middle + 10 * i - 5 * n);
}

function compared(baseline: readonly Report[], patched: readonly Report[]) {
  return compareTimes([{ baseline, patched }])[0] ?? [];
}

Deno.test("a time that halves is shorter, the same time is alike", () => {
  const [shorter] = compared([gets(around(2000, 10))], [gets(around(1000, 10))]);
  assertEquals([shorter?.outcome, shorter?.exact], ["shorter", true]);
  assert(shorter !== undefined && shorter.ratio !== null && shorter.ratio.interval !== null);
  const [lo, hi] = shorter.ratio.interval;
  assert(lo < 0.5 && 0.5 < hi && hi < 0.55, `${lo}..${hi}`);
  const [longer] = compared([gets(around(1000, 10))], [gets(around(2000, 10))]);
  assertEquals(longer?.outcome, "longer");
  const [alike] = compared([gets(around(1000, 10))], [gets(around(1003, 10))]);
  assertEquals(alike?.outcome, "alike");
});

Deno.test("three samples a side cannot tell any difference", () => {
  assertEquals(compared([gets([1, 2, 3])], [gets([70, 80, 90])])[0]?.outcome, "untested");
  assertEquals(compared([gets([1, 2, 3, 4])], [gets([70, 80, 90, 95])])[0]?.outcome, "longer");
});

Deno.test("times without probes are taken where both sides have them, else those with", () => {
  const both = timed(
    { part: "get", probes: false, runs: [around(1000, 10)] },
    { part: "get", probes: true, runs: [around(9000, 10)] },
  );
  assertEquals(compared([both], [both]).map(({ probes }) => probes), [false]);
  const traced = gets(around(9000, 10), true);
  assertEquals(compared([both], [traced]).map(({ probes }) => probes), [true]);
  assertEquals(compared([traced], [gets(around(1000, 10))]), []);
});

Deno.test("the more times are compared, the more each must show", () => {
  const weak = [gets(around(1000, 10)), gets(around(1035, 10))] as const;
  const pair = { baseline: [weak[0]], patched: [weak[1]] };
  const [alone] = compareTimes([pair])[0] ?? [];
  assert(alone !== undefined && alone.p < 0.05 && alone.p > 0.0125, String(alone?.p));
  assertEquals([alone.outcome, alone.adjusted], ["longer", alone.p]);
  const four = compareTimes([pair, pair, pair, pair]).flat();
  assertEquals(four.map(({ outcome }) => outcome), ["alike", "alike", "alike", "alike"]);
  assertEquals(four[0]?.p, alone.p);
});

Deno.test("a part with too few samples makes no other harder to tell", () => {
  const pair = { baseline: [gets(around(1000, 10))], patched: [gets(around(1050, 10))] };
  const few = { baseline: [gets([1])], patched: [gets([2])] };
  const [[told] = [], [untested] = []] = compareTimes([pair, few, few]);
  assertEquals([told?.outcome, untested?.outcome], ["longer", "untested"]);
});

Deno.test("several runs of a side: samples are taken together, and what differs between runs is no change", () => {
  const [apart] = compared(
    [gets(around(1000, 10)), gets(around(1200, 10))],
    [gets(around(1200, 10)), gets(around(1250, 10))],
  );
  assertEquals([apart?.baseline.summary.n, apart?.baseline.recordings], [20, 2]);
  assert(apart !== undefined && apart.adjusted < 0.05, String(apart?.adjusted));
  assertEquals([apart.outcome, apart.beyondRuns], ["alike", false]);
  const [told] = compared(
    [gets(around(1000, 10)), gets(around(1020, 10))],
    [gets(around(1200, 10)), gets(around(1210, 10))],
  );
  assertEquals([told?.outcome, told?.beyondRuns], ["longer", true]);
  const [one] = compared([gets(around(1000, 10))], [gets(around(1200, 10))]);
  assertEquals([one?.outcome, one?.beyondRuns], ["longer", null]);
});

Deno.test("rounds of one recording are runs; of six and more the medians are tested", () => {
  const rounds = (...middles: number[]): Report =>
    timed({ part: "get", probes: false, runs: middles.map((it) => around(it, 10)) });
  const before = rounds(1000, 1002, 1004, 1006, 1008, 1010);
  const later = rounds(1007, 1009, 1011, 1012, 1013, 1014);
  assertEquals(compared([before], [later])[0]?.outcome, "alike", "by less than a tenth");
  const apart = rounds(...[1030, 1031, 1032, 1033, 1034, 1035]);
  assertEquals(compared([before], [apart])[0]?.beyondRuns, true);
  const mixed = compared([before], [rounds(1001, 1003, 1050, 1060, 1070, 1080)])[0];
  assert(mixed !== undefined && mixed.adjusted < 0.05, String(mixed?.adjusted));
  assertEquals(
    [mixed.outcome, mixed.beyondRuns],
    ["alike", false],
    "two of the runs are as before",
  );
});

Deno.test("the fewer runs, the farther they must lie apart", () => {
  const rounds = (...middles: number[]): Report =>
    timed({ part: "get", probes: false, runs: middles.map((it) => around(it, 10)) });
  const beyond = (before: number[], after: number[]) =>
    compared([rounds(...before)], [rounds(...after)])[0]?.beyondRuns;
  assertEquals(beyond([1000, 1100], [1200, 1300]), false);
  assertEquals(beyond([1000, 1100], [1400, 1500]), true);
  assertEquals(beyond([1000, 1050, 1100], [1150, 1200, 1250]), false);
  assertEquals(beyond([1000, 1050, 1100], [1250, 1300, 1350]), true);
  assertEquals(beyond([1000, 1030, 1060, 1100], [1150, 1180, 1220, 1260]), true);
});

Deno.test("calls are one sample a recording: those of one recording are not independent", () => {
  const calls = (median: number): Report => ({
    ...REPORT,
    callTime: { count: 300, lower: median - 9, median, upper: median + 9 },
  });
  const [one] = compared([calls(1000)], [calls(500)]);
  assertEquals([one?.part, one?.probes, one?.baseline.summary.n], ["call", true, 1]);
  assertEquals([one?.outcome, one?.baseline.summary.lower], ["untested", 991]);
  const six = (from: number) => around(from, 6).map(calls);
  assertEquals(compared(six(1000), six(500))[0]?.outcome, "shorter");
});

Deno.test("a clock that stood still gives no ratio", () => {
  const [times] = compared([gets([0, 0, 0, 0, 0])], [gets([5, 6, 7, 8, 9])]);
  assertEquals([times?.ratio, times?.outcome], [null, "longer"]);
});
