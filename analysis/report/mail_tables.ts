/**
 * The tables and histograms of a mail.
 *
 * @module
 */

import type { ComparedWorkload } from "../compare/compare.ts";
import { type ComparedTimes, partName } from "../compare/times.ts";
import type { TimedPart } from "../overhead.ts";
import { lowerFirst } from "../words.ts";
import { countText } from "./compare_text.ts";
import { histogramLines, twoHistograms } from "./histogram_text.ts";
import { wrap } from "./layout.ts";
import { BARS_WIDTH, hasUntraced, type Letter, numbered, reportsOf, ROOM } from "./mail_layout.ts";
import type { Report } from "./report.ts";
import { ascii, costsOf, verdictChange } from "./sides_text.ts";
import { type Column, textTable } from "./table.ts";
import { changeText, timeText, type TimeUnit, unitFor } from "./times_text.ts";

/** Counts that say nothing beside the others. */
const LEFT_OUT: readonly string[] = ["references", "real look-ups"];

/** The verdict and the counts of a workload. */
export function countParagraph(
  workload: ComparedWorkload,
  mail: Letter,
  i: number,
): readonly string[] {
  const counts = workload.counts.filter(({ name }) => !LEFT_OUT.includes(name));
  const [report] = workload.baseline.reports;
  const verdict = mail.isAlone
    ? `${workload.baseline.verdict}: ${lowerFirst(report?.reasons[0] ?? "")}`
    : verdictChange(workload);
  return [
    ...wrap(numbered(ascii(workload.workload), mail, i), ROOM, "    "),
    ...wrap(ascii(verdict), ROOM, "  "),
    ...textTable(
      mail.isAlone ? COUNT_COLUMNS.slice(0, 2) : COUNT_COLUMNS,
      counts.map(({ name, baseline, patched, change }) => [
        name,
        countText(baseline),
        ...(mail.isAlone ? [] : [countText(patched), change]),
      ]),
    ).map((line) => `  ${line}`),
  ];
}

const COUNT_COLUMNS: readonly Column[] = [
  { head: "count, exact" },
  { head: "baseline", right: true },
  { head: "patched", right: true },
  { head: "" },
];

/** Times of all workloads in one table of one unit; of those that tell none without probes, in another. */
export function timeParagraphs(mail: Letter): readonly (readonly string[])[] {
  const { workloads, withheld } = mail;
  const all = workloads.flatMap(({ times }) => times);
  if (withheld || all.length === 0) return [];
  return [false, true].flatMap((probes) => {
    const rows = workloads.flatMap((workload, i) => {
      if (hasUntraced(workload) === probes) return [];
      return workload.times.filter((it) => it.probes === probes).flatMap((it) => {
        const [report] = workload.baseline.reports;
        return report === undefined ? [] : [{ ...it, name: partName(it.part, report), i }];
      });
    });
    if (rows.length === 0) return [];
    const unit = unitFor(
      rows.flatMap(({ baseline, patched }) => [baseline.summary.median, patched.summary.median]),
    );
    const emulated = reportsOf(mail).some(({ target }) => target.accelerator === "tcg");
    return [[
      ...wrap(
        `Times in ${unit.name}, ${probes ? "probes included" : "without probes"}` +
          `${emulated ? "; emulated, NOT hardware's" : ""}; ` +
          `n, median and quartiles${mail.isAlone ? "" : ", change with 95% interval"}:`,
        ROOM,
      ),
      ...timeTable(
        distinctly(rows, mail),
        unit,
        mail.isAlone,
      ),
    ]];
  });
}

function timeTable(
  rows: readonly (ComparedTimes & { readonly name: string })[],
  unit: TimeUnit,
  isAlone: boolean,
): readonly string[] {
  const cells = ({ n, median, lower, upper }: ComparedTimes["baseline"]["summary"]) => {
    const [half, low, high] = [median, lower, upper].map((ns) => timeText(ns, unit));
    return [String(n), half ?? "", n === 1 && lower === upper ? "" : `${low}..${high}`];
  };
  const lines = textTable(
    isAlone ? TIME_COLUMNS.filter(({ head }) => head !== " ") : TIME_COLUMNS,
    rows.flatMap(({ name, baseline, patched }) =>
      isAlone
        ? [[name, ...cells(baseline.summary)]]
        : [[name, "before", ...cells(baseline.summary)], ["", "after", ...cells(patched.summary)]]
    ),
  ).map((line) => `  ${line}`);
  if (isAlone) return lines;
  // The change stands beside what it is after, or below where there is no room.
  return lines.flatMap((line, i) => {
    const row = i > 0 && i % 2 === 0 ? rows[i / 2 - 1] : undefined;
    if (row === undefined) return [line];
    const change = changeText(row);
    return line.length + 2 + change.length <= ROOM
      ? [`${line}  ${change}`]
      : [line, change.padStart(ROOM)];
  });
}

const TIME_COLUMNS: readonly Column[] = [
  { head: "" },
  { head: " " },
  { head: "n", right: true },
  { head: "median", right: true },
  { head: "25%..75%", right: true },
];

/** Histograms of both sides on one axis. */
export function histogramParagraphs(
  workload: ComparedWorkload,
  mail: Letter,
  i: number,
): readonly (readonly string[])[] {
  const { baseline, patched, times } = workload;
  const [before] = baseline.reports;
  const [after] = patched.reports;
  if (before === undefined || after === undefined) return [];
  const both = mail.isAlone ? "" : ", before and after";
  const shown = (title: string, name: keyof Report["histograms"]): readonly string[] => [
    numbered(`${title}${both}:`, mail, i),
    ...(mail.isAlone
      ? histogramLines(before.histograms[name], BARS_WIDTH)
      : twoHistograms(before.histograms[name], after.histograms[name], BARS_WIDTH)),
  ];
  return [
    shown("Grabs by the references that each adds", "refsPerGrab"),
    ...(times.length === 0 || hasUntraced(workload)
      ? []
      : [shown("Calls by their ns, probes included", "callNanoseconds")]),
  ];
}

/** What can be timed without probes. */
const TIMED_PARTS: readonly TimedPart[] = ["get", "put", "system calls"];

/** What the probes cost each part, on each side. */
export function costParagraph(mail: Letter): readonly string[] {
  const { workloads, isAlone } = mail;
  const rows = workloads.flatMap(({ baseline, patched }, i) => {
    const [report] = baseline.reports;
    const [before, after] = [costsOf(baseline), costsOf(patched)];
    return TIMED_PARTS.flatMap((part) => {
      const costs = [before.get(part), after.get(part)];
      if (report === undefined || costs.every((cost) => cost === undefined)) return [];
      const told = costs.map((cost) => cost ?? "not measured");
      return [{ name: partName(part, report), i, cells: isAlone ? told.slice(0, 1) : told }];
    });
  });
  if (rows.length === 0) return [];
  const heads = ["", ...(isAlone ? [" "] : ["before", "after"])];
  return [
    "What the probes cost, times as long as without:",
    ...textTable(
      heads.map((head, i) => ({ head, right: i > 0 })),
      distinctly(rows, mail).map(({ name, cells }) => [name, ...cells]),
    ).map((line) => `  ${line}`).filter((line) => line.trim() !== ""),
  ];
}

/** Rows whose names are told apart by the numbers of their workloads, where they need to be. */
function distinctly<T extends { readonly name: string; readonly i: number }>(
  rows: readonly T[],
  mail: Letter,
): readonly T[] {
  const areClear = new Set(rows.map(({ name }) => name)).size === rows.length;
  return areClear ? rows : rows.map((row) => ({ ...row, name: numbered(row.name, mail, row.i) }));
}
