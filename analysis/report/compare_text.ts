/**
 * A comparison as text, for a terminal.
 *
 * @module
 */

import type { ComparedSide, ComparedWorkload, Comparison, Unlike } from "../compare/compare.ts";
import type { ComparedCount, CountValue } from "../compare/counts.ts";
import { type ComparedTimes, partName } from "../compare/times.ts";
import type { Histogram } from "../histogram.ts";
import { twoHistograms } from "./histogram_text.ts";
import { fields, type Paint, paintWith, wrap } from "./layout.ts";
import type { Report } from "./report.ts";
import {
  costsOf,
  cpuText,
  deviceText,
  kernelText,
  machineText,
  sampleText,
  verdictChange,
} from "./sides_text.ts";
import { type Column, textTable } from "./table.ts";
import type { TextOptions } from "./text.ts";
import { changeText, pText, timeText, unitFor } from "./times_text.ts";

/**
 * A comparison as lines of ASCII text: for each workload what became of the verdict, the kernels, the counts,
 * the times and the histograms of both.
 *
 * @example
 * ```ts
 * import { analyze, compareRecordings, decodeItems, renderComparison, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const read = async (name: string) => {
 *   const file = await Deno.open(`tests/fixtures/recordings/${name}/recording.jsonl`);
 *   return await analyze(decodeItems(splitLines(file.readable)));
 * };
 * const [before, after] = [await read("linux-5.10-2M"), await read("linux-5.10-rfc-2M")];
 * const comparison = compareRecordings([before], [after]);
 * assertEquals(
 *   comparison.kind === "comparison" && renderComparison(comparison).split("\n")[0],
 *   "per-page -> once: 512 -> 3 grabs for 512 pages (171x fewer)",
 * );
 * ```
 */
export function renderComparison(comparison: Comparison, options: TextOptions = {}): string {
  const { width = 80, colour = false } = options;
  const paint = paintWith(colour);
  return comparison.workloads
    .map((workload) => workloadLines(workload, comparison.withheld, width, paint).join("\n"))
    .join("\n\n\n") + "\n";
}

/**
 * Why recordings are not compared, as text.
 *
 * @example
 * ```ts
 * import { renderUnlike } from "headcount";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const text = renderUnlike({
 *   kind: "unlike",
 *   differences: [{ what: "align", baseline: "2 MiB", patched: "1 GiB" }],
 * });
 * assertStringIncludes(text, "align  2 MiB     1 GiB");
 * ```
 */
export function renderUnlike({ differences }: Pick<Unlike, "kind" | "differences">): string {
  return [
    "These recordings are not alike: what differs between them need not be the kernel.",
    "",
    ...differenceLines(differences),
    "",
    "--force compares them all the same, and says so.",
    "",
  ].join("\n");
}

function differenceLines(differences: Unlike["differences"]): readonly string[] {
  return textTable(
    ["", "baseline", "patched"].map((head) => ({ head })),
    differences.map(({ what, baseline, patched }) => [what, baseline, patched]),
  ).map((line) => `  ${line}`.trimEnd());
}

function workloadLines(
  workload: ComparedWorkload,
  withheld: boolean,
  width: number,
  paint: Paint,
): readonly string[] {
  const { baseline, patched, counts, times, warnings, differences } = workload;
  const [before] = baseline.reports;
  const [after] = patched.reports;
  if (before === undefined || after === undefined) return [];
  const section = (title: string, lines: readonly string[], aside = ""): readonly string[] => [
    "",
    paint.title(title) + (aside === "" ? "" : paint.aside(`, ${aside}`)),
    ...lines,
  ];
  return [
    paint.title(verdictChange(workload)),
    ...(differences.length === 0 ? [] : [
      paint.alarm("  NOT ALIKE, and compared all the same:"),
      ...differenceLines(differences).map((line) => `  ${line}`),
    ]),
    ...warnings.flatMap((warning) =>
      wrap(warning, width - 4).map((line, i) => paint.alarm(`${i === 0 ? "  ! " : "    "}${line}`))
    ),
    ...section(
      "What was compared",
      fields([
        ["workload", workload.workload],
        ["memory", deviceText(before)],
        ["baseline", kernelText(before, after) + recordingsText(baseline.reports)],
        ["patched", kernelText(after, before) + recordingsText(patched.reports)],
        ["processor", cpuText(before)],
        ["machine", machineText(before)],
      ], width),
    ),
    ...section("Counts", countLines(counts), "exact"),
    ...timeSections(workload, withheld, width, section),
    ...(costsOf(baseline).size + costsOf(patched).size === 0 ? [] : section(
      "What the probes cost",
      fields([
        ["baseline", costText(baseline, before)],
        ["patched", costText(patched, after)],
      ], width),
      "times as long as without",
    )),
    ...section(
      "References per grab",
      histogramLines(before, after, (report) => report.histograms.refsPerGrab, width),
      "baseline and patched, each by its own greatest",
    ),
    ...section(
      "Grabs per head",
      histogramLines(before, after, (report) => report.histograms.grabsPerHead, width),
      "in one call",
    ),
    ...(withheld || times.length === 0 ? [] : section(
      "Nanoseconds per call",
      histogramLines(before, after, (report) => report.histograms.callNanoseconds, width),
      "probes included",
    )),
  ];
}

function costText(side: ComparedSide, report: Report): string {
  const costs = [...costsOf(side)].map(([part, cost]) => `${partName(part, report)} ${cost}`);
  return costs.length === 0 ? "not measured" : costs.join(", ");
}

function recordingsText(reports: readonly Report[]): string {
  return reports.length === 1 ? "" : `; ${reports.length} recordings`;
}

/** Of several recordings of the same, the first one's: counts agree, or it is said. */
function histogramLines(
  before: Report,
  after: Report,
  of: (report: Report) => Histogram,
  width: number,
): readonly string[] {
  return twoHistograms(of(before), of(after), width);
}

function countLines(counts: readonly ComparedCount[]): readonly string[] {
  const rows = counts.map(({ name, baseline, patched, change }) => [
    name,
    countText(baseline),
    countText(patched),
    change,
  ]);
  return textTable(COUNT_COLUMNS, rows).map((line) => `  ${line}`.trimEnd());
}

const COUNT_COLUMNS: readonly Column[] = [
  { head: "" },
  { head: "baseline", right: true },
  { head: "patched", right: true },
  { head: "" },
];

/**
 * A count as a cell.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([countText(3), countText(null)], ["3", "unseen"]);
 * ```
 */
export function countText(value: CountValue): string {
  return value === null ? "unseen" : String(value);
}

/** Times without probes and with have tables of their own. */
function timeSections(
  { times, baseline }: ComparedWorkload,
  withheld: boolean,
  width: number,
  section: (title: string, lines: readonly string[], aside?: string) => readonly string[],
): readonly string[] {
  const [report] = baseline.reports;
  if (withheld) {
    const why =
      "Withheld: they are an emulator's, which says nothing of hardware. --emulated-times shows them.";
    return section("Times", wrap(why, width - 2).map((line) => `  ${line}`));
  }
  if (report === undefined || times.length === 0) {
    return section("Times", ["  Not measured: the workload tells none on both kernels."]);
  }
  const emulated = report.target.accelerator === "tcg" ? ", EMULATED: not hardware's" : "";
  return [false, true].flatMap((probes) => {
    const some = times.filter((it) => it.probes === probes);
    if (some.length === 0) return [];
    const unit = unitFor(some.flatMap(({ baseline, patched }) => [
      baseline.summary.median,
      patched.summary.median,
    ]));
    const samples = [...new Set(some.map(({ part }) => sampleText(part)))].join("; ");
    return section(
      `Times in ${unit.name}, ${probes ? "with probes attached" : "without probes"}${emulated}`,
      [
        ...timeTable(some, report, unit),
        ...wrap(
          `${samples}; ~ is no difference beyond chance and what runs of one kernel differ by`,
          width - 2,
        )
          .map((line) => `  ${line}`),
      ],
    );
  });
}

function timeTable(
  times: readonly ComparedTimes[],
  report: Report,
  unit: ReturnType<typeof unitFor>,
): readonly string[] {
  const rows = times.flatMap((it) => {
    const cells = (side: "baseline" | "patched"): readonly string[] => {
      const { n, median, lower, upper } = it[side].summary;
      const [half, low, high] = [median, lower, upper].map((ns) => timeText(ns, unit));
      return [side, String(n), half ?? "", n === 1 && lower === upper ? "" : `${low}..${high}`];
    };
    return [
      [partName(it.part, report), ...cells("baseline"), "", ""],
      [
        "",
        ...cells("patched"),
        changeText(it),
        it.outcome === "untested" ? "" : pText(it.adjusted),
      ],
    ];
  });
  return textTable(TIME_COLUMNS, rows).map((line) => `  ${line}`);
}

const TIME_COLUMNS: readonly Column[] = [
  { head: "" },
  { head: "" },
  { head: "n", right: true },
  { head: "median", right: true },
  { head: "25%..75%", right: true },
  { head: "change, 95% interval" },
  { head: "p", right: true },
];
