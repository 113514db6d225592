/**
 * The block to paste into a mail: the evidence, in a form that mail clients show and quoting does not break.
 *
 * @module
 */

import {
  type ComparedWorkload,
  type CompareOptions,
  compareRecordings,
  type Comparison,
  type Unlike,
} from "../compare/compare.ts";
import { type ComparedTimes, partName } from "../compare/times.ts";
import type { TimedPart } from "../overhead.ts";
import { complaints } from "../ledger.ts";
import { lowerFirst } from "../words.ts";
import { countText } from "./compare_text.ts";
import { bars, twoBars, wrap } from "./layout.ts";
import { commandParts, shellLines } from "./mail_command.ts";
import type { Report } from "./report.ts";
import {
  ascii,
  costsOf,
  cpuText,
  deviceText,
  kernelText,
  machineText,
  verdictChange,
} from "./sides_text.ts";
import { type Column, textTable } from "./table.ts";
import { changeText, timeText, type TimeUnit, unitFor } from "./times_text.ts";

/** Columns of a mail's line: quoted twice more, a line of it has no more than 80. */
export const MAIL_WIDTH = 72;

/** Columns of a histogram. */
const BARS_WIDTH = 64;

/** What is left to a line after the blank that it begins with. */
const ROOM = MAIL_WIDTH - 1;

/** What can be timed without probes. */
const TIMED_PARTS: readonly TimedPart[] = ["get", "put", "system calls"];

/** What is in a mail. */
interface Letter {
  readonly workloads: readonly ComparedWorkload[];
  /** Whether it tells of one kernel only. */
  readonly isAlone: boolean;
  /** Whether times are an emulator's, and not asked for. */
  readonly withheld: boolean;
}

/**
 * The block for a mail: of recordings of one kernel, or of two. Printable ASCII, at most 72 columns; the command
 * first, what it ran on, counts before times, and what was not measured.
 *
 * @param patched Recordings of the patched kernel; `undefined` where there is one kernel only.
 * @returns The text, or in what the recordings are not alike.
 * @throws {TypeError} where a side has no recording.
 *
 * @example
 * ```ts
 * import { analyze, checkMail, decodeItems, renderMail, splitLines } from "headcount";
 * import { assert, assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const read = async (name: string) => {
 *   const file = await Deno.open(`tests/fixtures/recordings/${name}/recording.jsonl`);
 *   return await analyze(decodeItems(splitLines(file.readable)));
 * };
 * const mail = renderMail([await read("linux-5.10-2M")], [await read("linux-5.10-rfc-2M")]);
 * assert(typeof mail === "string");
 * assertStringIncludes(mail, " per-page -> once: 512 -> 3 grabs for 512 pages (171x fewer)");
 * assertEquals(checkMail(mail), []);
 * ```
 */
export function renderMail(
  baseline: readonly Report[],
  patched: readonly Report[] | undefined,
  options: CompareOptions = {},
): string | Unlike {
  const compared = compareRecordings(baseline, patched ?? baseline, options);
  return compared.kind === "unlike" ? compared : letter(compared, patched === undefined);
}

function letter({ workloads, withheld }: Comparison, isAlone: boolean): string {
  const mail: Letter = { workloads, isAlone, withheld };
  const paragraphs = [
    commandParagraph(mail),
    factsParagraph(mail),
    warningParagraph(mail),
    ...workloads.map((workload, i) => countParagraph(workload, mail, i)),
    ...timeParagraphs(mail),
    ...workloads.flatMap((workload, i) => histogramParagraphs(workload, mail, i)),
    costParagraph(mail),
    lackParagraph(mail),
  ];
  return paragraphs.filter((lines) => lines.length > 0)
    .map((lines) => lines.map(fitted).join("\n"))
    .join("\n\n") + "\n";
}

/** A line as a mail has it; what no line has room for is cut. */
function fitted(line: string): string {
  const text = ascii(` ${line}`).trimEnd();
  return text.length <= MAIL_WIDTH ? text : `${text.slice(0, MAIL_WIDTH - 3)}...`;
}

function reportsOf({ workloads, isAlone }: Letter): readonly Report[] {
  return workloads.flatMap(({ baseline, patched }) => [
    ...baseline.reports,
    ...(isAlone ? [] : patched.reports),
  ]);
}

/** The first recording's command, and what those of the others have that it has not. */
function commandParagraph(mail: Letter): readonly string[] {
  const [first = [], ...others] = reportsOf(mail).map(commandParts);
  const known = new Set(first);
  const different = [...new Set(others.flat())].filter((part) => !known.has(part));
  return [...shellLines(first, ROOM), ...different.map((part) => `  and with ${part}`)];
}

function factsParagraph(mail: Letter): readonly string[] {
  const [workload] = mail.workloads;
  const before = workload?.baseline.reports[0];
  const after = workload?.patched.reports[0];
  if (before === undefined || after === undefined) return [];
  const reports = reportsOf(mail);
  const distinct = (text: (report: Report) => string, of = reports): string =>
    [...new Set(of.map(text))].join("; ");
  const [baseline, patched] = (["baseline", "patched"] as const).map((side) =>
    mail.workloads.flatMap((it) => it[side].reports)
  );
  const kernels = mail.isAlone
    ? [["kernel", distinct((it) => kernelText(it, undefined))], [
      "patched",
      "not measured",
    ]] as const
    : [
      ["baseline", distinct((it) => kernelText(it, after), baseline)],
      ["patched", distinct((it) => kernelText(it, before), patched)],
    ] as const;
  return [
    ...kernels,
    ["cpu", distinct(cpuText)] as const,
    ["machine", distinct(machineText)] as const,
    ["device", distinct(deviceText)] as const,
    [
      "traced by",
      distinct(({ recording }) =>
        `headcount ${recording.headcount}, bpftrace ${recording.bpftrace}`
      ),
    ] as const,
    ["ledger", ledgerText(reports)] as const,
  ].flatMap(([name, value]) =>
    wrap(ascii(value), ROOM - FACT_COLUMN).map((line, i) =>
      (i === 0 ? `${name}:` : "").padEnd(FACT_COLUMN) + line
    )
  );
}

const FACT_COLUMN = 11;

function ledgerText(reports: readonly Report[]): string {
  const unclean = reports.filter(({ ledger }) => !ledger.clean);
  const [first] = unclean;
  if (first === undefined) {
    return reports.length === 1
      ? "clean: nothing lost"
      : `clean in all ${reports.length} recordings`;
  }
  const why = complaints(first.ledger)[0];
  const where = reports.length === 1 ? "" : ` in ${unclean.length} of ${reports.length} recordings`;
  return `NOT CLEAN${where}${why === undefined ? "" : `: ${lowerFirst(why)}`}`;
}

function warningParagraph({ workloads, isAlone }: Letter): readonly string[] {
  const unlike = workloads.flatMap(({ differences }) => differences)
    .map(({ what, baseline, patched }) => `NOT ALIKE: ${what}: ${baseline} and ${patched}.`);
  const undecided = isAlone
    ? workloads.flatMap(({ baseline }) =>
      baseline.reports.filter(({ verdict }) => verdict === "undecided")
    ).map(({ reasons }) => `Undecided: ${lowerFirst(reasons[0] ?? "no reason told.")}`)
    : workloads.flatMap(({ warnings }) => warnings);
  const notes = [...new Set(undecided)].map((note) => `NOTE: ${note}`);
  return [...unlike, ...notes].flatMap((line) => wrap(ascii(line), ROOM, "  "));
}

/** Where there are several workloads they are numbered. */
function numbered(text: string, { workloads }: Letter, i: number): string {
  return workloads.length === 1 ? text : `(${i + 1}) ${text}`;
}

/** Counts that say nothing beside the others. */
const LEFT_OUT: readonly string[] = ["references", "real look-ups"];

function countParagraph(workload: ComparedWorkload, mail: Letter, i: number): readonly string[] {
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

/** Times of all workloads, in one table of one unit: those without probes if there are any, else those with. */
function timeParagraphs(mail: Letter): readonly (readonly string[])[] {
  const { workloads, withheld } = mail;
  const all = workloads.flatMap(({ times }) => times);
  if (withheld || all.length === 0) return [];
  return [!hasUntraced(mail)].flatMap((probes) => {
    const rows = workloads.flatMap(({ times, baseline }, i) =>
      times.filter((it) => it.probes === probes).flatMap((it) => {
        const [report] = baseline.reports;
        return report === undefined ? [] : [{ ...it, name: partName(it.part, report), i }];
      })
    );
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

/** Whether there are times without probes. */
function hasUntraced({ workloads }: Letter): boolean {
  return workloads.some(({ times }) => times.some(({ probes }) => !probes));
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

function histogramParagraphs(
  { baseline, patched, times }: ComparedWorkload,
  mail: Letter,
  i: number,
): readonly (readonly string[])[] {
  const [before] = baseline.reports;
  const [after] = patched.reports;
  if (before === undefined || after === undefined) return [];
  const both = mail.isAlone ? "" : ", before and after";
  const shown = (title: string, name: keyof Report["histograms"]): readonly string[] => [
    numbered(`${title}${both}:`, mail, i),
    ...(mail.isAlone
      ? bars(before.histograms[name], BARS_WIDTH)
      : twoBars(before.histograms[name], after.histograms[name], BARS_WIDTH)),
  ];
  return [
    shown("Grabs by the references that each adds", "refsPerGrab"),
    ...(times.length === 0 || hasUntraced(mail)
      ? []
      : [shown("Calls by their ns, probes included", "callNanoseconds")]),
  ];
}

/** What the probes cost each part, on each side. */
function costParagraph(mail: Letter): readonly string[] {
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

/** What a reader might look for and does not find. */
function lackParagraph(mail: Letter): readonly string[] {
  const reports = reportsOf(mail);
  const { workloads, isAlone, withheld } = mail;
  const some = (test: (report: Report) => boolean): boolean => reports.some(test);
  const counts = workloads.flatMap(({ counts }) => counts);
  const isUnseen = (name: string): boolean =>
    counts.some((count) =>
      count.name === name && (count.baseline === null || (!isAlone && count.patched === null))
    );
  const times = workloads.flatMap(({ times }) => times);
  const isEmulated = some(({ target }) => target.accelerator === "tcg");
  const lacks = [
    ...(some(({ recording }) => recording.arguments === undefined)
      ? ["the options of the command (older recordings lack them)"]
      : []),
    ...(isAlone ? ["the patched kernel"] : []),
    ...(isUnseen("puts") ? ["puts of gets (an inline function makes them)"] : []),
    ...(isUnseen("pgmap look-ups") ? ["pgmap look-ups (not observable on this kernel)"] : []),
    ...(isEmulated ? [`times on hardware${withheld ? " (emulated ones are left out)" : ""}`] : []),
    ...(!isEmulated && times.length === 0 ? ["times (the workload tells none)"] : []),
    ...(!withheld && times.length > 0 && times.every(({ probes }) => probes)
      ? ["times without probes"]
      : []),
    ...(workloads.every(({ baseline, patched }) =>
        costsOf(baseline).size === 0 && costsOf(patched).size === 0
      )
      ? ["what the probes cost"]
      : []),
    ...(some(({ target }) => target.processor === undefined) ? ["the model of the cpu"] : []),
  ];
  return lacks.length === 0 ? [] : wrap(`Not measured: ${lacks.join("; ")}.`, ROOM, "  ");
}
