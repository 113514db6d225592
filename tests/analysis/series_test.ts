import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  cellOutcome,
  type MeasuredCell,
  type SeriesRow,
  seriesRow,
} from "../../analysis/series.ts";
import { renderSeries, renderSeriesMarkdown } from "../../analysis/report/series_text.ts";
import { seriesSuites } from "../../analysis/report/test_points.ts";
import type { Report } from "headcount";
import { EVENTS_6_1, EVENTS_7_3, HEADER_7_3, reportOf } from "./support.ts";

const CELL = { kernel: "base", alignBytes: 2 ** 21, batch: 512 };

async function measured(
  kernel: "base" | "rfc",
  options: Parameters<typeof seriesRow>[2] = {},
): Promise<MeasuredCell> {
  const report = kernel === "base"
    ? await reportOf(EVENTS_6_1)
    : await reportOf(EVENTS_7_3, { header: HEADER_7_3 });
  return seriesRow({ ...CELL, kernel }, report, options);
}

async function rows(): Promise<SeriesRow[]> {
  return [
    await measured("base", { expected: ["per-page"] }),
    await measured("rfc", { expected: ["per-page"] }),
    { ...CELL, kernel: "6.12", kind: "lacking", why: "No CONFIG_GUP_TEST." },
    { ...CELL, kernel: "v3", kind: "failed", why: "The guest did not come up: kernel panic" },
    { ...CELL, kernel: "v3", batch: 1, kind: "open", why: "Stopped by SIGINT" },
  ];
}

Deno.test("renderSeries() has a line for each cell, and one for each that is not as it should be", async () => {
  assertEquals(
    renderSeries(await rows(), { workload: "gup-test -m 4 -a" }),
    `gup-test -m 4 -a, of devdax memory

kernel  align  batch  verdict   pages/grab  grabs/head  look-ups  puts  expected
base    2M       512  per-page  1           256 to 1         512     -  yes
rfc     2M       512  once      256 to 1    1                  0     -  no, per-page
6.12    2M       512  skipped   -           -                  -     -  -
v3      2M       512  failed    -           -                  -     -  -
v3      2M         1  not run   -           -                  -     -  -

Why
  rfc 2M 512: 6.1.0-41-amd64: once, not per-page: 3 grabs for 512 pages
    in 3 calls, one for each leaf of each call: the fewest possible.
  6.12 2M 512: no CONFIG_GUP_TEST.
  v3 2M 512: the guest did not come up: kernel panic
  v3 2M 1: stopped by SIGINT

Kernels
  base: 6.1.0-41-amd64, on tcg
  rfc: 6.1.0-41-amd64, on tcg

batch: pages of a call; look-ups: of get_dev_pagemap, for 2 MiB; puts:
for 2 MiB, of pins. Times are left out: under tcg they are the
emulator's, --emulated-times shows them.
`,
  );
});

Deno.test("renderSeries() keeps to ASCII and, without what is expected, to 72 columns", async () => {
  const plain = [await measured("base"), await measured("rfc"), ...(await rows()).slice(2)];
  for (const line of renderSeries(plain, { workload: "gup-test -a" }).split("\n")) {
    assert(/^[\x20-\x7e]*$/.test(line), line);
    assert(line.length <= 72, line);
  }
});

Deno.test("renderSeries() shows times for 2 MiB, and whose they are under emulation", async () => {
  const repeats = (ns: number): number[] => [ns, ns * 3, ns * 2];
  // The workload of these recordings has 2 MiB.
  const times: Report["times"] = [
    { part: "get", probes: false, runs: [repeats(10_000)] },
    { part: "put", probes: false, runs: [repeats(4_000)] },
    { part: "get", probes: true, runs: [repeats(900_000)] },
  ];
  const report = { ...await reportOf(EVENTS_6_1), times };
  const row = seriesRow(CELL, report, { emulatedTimes: true });
  assertEquals(seriesRow(CELL, report).times, null);
  assertEquals(row.times?.getNs, { min: 10_000, median: 20_000, max: 30_000 });
  const text = renderSeries([row], { workload: "gup-test -a" });
  assertStringIncludes(text, "puts  get us  put us\n");
  assertStringIncludes(text, "   -    20.0     8.0\n");
  assertStringIncludes(
    text.replaceAll(/\s+/g, " "),
    "for 2 MiB without probes, the median of 3 repeats; under tcg they are the emulator's and say " +
      "nothing of hardware.",
  );
  const real = renderSeries([{ ...row, accelerator: "kvm" }], { workload: "gup-test -a" });
  assert(!real.includes("emulator"));
});

Deno.test("renderSeries() says of puts what can be known", async () => {
  const row = await measured("base");
  const shown = (putSide: Partial<MeasuredCell["putSide"]>): string => {
    const side = { ...row.putSide, ...putSide };
    const text = renderSeries([{ ...row, putSide: side }], { workload: "gup-test -a" });
    return (text.split("\n")[3] ?? "").split(/ {2,}/).at(-1) ?? "";
  };
  const pins = { taken: 512, put: 512, surplus: 0 };
  assertEquals(shown({ puts: 3, pins }), "3");
  const none = { taken: 0, put: 0, surplus: 0 };
  assertEquals(shown({ puts: 0, pins: none, gets: { taken: 512, put: null } }), "unseen");
  assertEquals(shown({ puts: 0, pins: none, gets: { taken: 512, put: 512 } }), "512 refs");
});

Deno.test("renderSeriesMarkdown() is a table, and a list of what is not as it should be", async () => {
  const lines = renderSeriesMarkdown(await rows(), { workload: "gup-test -a" }).split("\n");
  assertEquals(lines.slice(2, 5), [
    "| kernel | align | batch | verdict | pages/grab | grabs/head | look-ups | puts | expected |",
    "| --- | --- | ---: | --- | --- | --- | ---: | ---: | --- |",
    "| base | 2M | 512 | per-page | 1 | 256 to 1 | 512 | - | yes |",
  ]);
  assert(lines.includes("- v3 2M 512: the guest did not come up: kernel panic"));
});

Deno.test("cellOutcome() expects nothing but once where nothing can be batched", async () => {
  const row = await measured("rfc", { expected: ["per-page"] });
  assertEquals(cellOutcome(row), "unexpected");
  const { pages } = row.totals;
  const moot = { ...row, totals: { ...row.totals, leastGrabs: pages } };
  assertEquals(cellOutcome(moot), "ok");
  assertMatch(renderSeries([moot], { workload: "direct-io" }), /^rfc .* once .* -$/m);
  assertEquals(cellOutcome({ ...row, verdict: "undecided" }), "undecided");
  assertEquals(cellOutcome({ ...row, expected: ["per-page", "once"] }), "ok");
});

Deno.test("seriesSuites() has a suite for each kernel, whose tests are its cells", async () => {
  const open = { ...await measured("rfc"), verdict: "undecided" } as const;
  const suites = seriesSuites([...await rows(), open]);
  assertEquals(suites.map(({ name, points }) => [name, points.map(({ outcome }) => outcome)]), [
    ["base", ["ok"]],
    ["rfc", ["not ok", "error"]],
    ["6.12", ["skip"]],
    ["v3", ["error", "error"]],
  ]);
  assertEquals(
    suites[0]?.points[0]?.measured,
    "verdict per-page, pages/grab 1, grabs/head 256 to 1, look-ups 512, puts -",
  );
});
