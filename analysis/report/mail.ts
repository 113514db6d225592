/**
 * The block to paste into a mail: the evidence, in a form that mail clients show and quoting does not break.
 *
 * @module
 */

import {
  type CompareOptions,
  compareRecordings,
  type Comparison,
  type Unlike,
} from "../compare/compare.ts";
import { complaints } from "../ledger.ts";
import { lowerFirst } from "../words.ts";
import { wrap } from "./layout.ts";
import { commandParts, shellLines } from "./mail_command.ts";
import { hasUntraced, type Letter, MAIL_WIDTH, reportsOf, ROOM } from "./mail_layout.ts";
import {
  costParagraph,
  countParagraph,
  histogramParagraphs,
  timeParagraphs,
} from "./mail_tables.ts";
import type { Report } from "./report.ts";
import { ascii, costsOf, cpuText, deviceText, kernelText, machineText } from "./sides_text.ts";

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
    ? [
      ["kernel", distinct((it) => kernelText(it, undefined))],
      ["patched", "not measured"],
    ] as const
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
    const all = reports.length === 2 ? "both" : `all ${reports.length}`;
    return reports.length === 1 ? "clean: nothing lost" : `clean in ${all} recordings`;
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
    ...(!withheld && times.length > 0 && !workloads.every(hasUntraced)
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
