/**
 * The report as text: for a terminal, or to be pasted into a mail.
 *
 * @module
 */

import type { MemorySummary, Scope } from "../../recording/header.ts";
import { isAccounted, type Ledger } from "../ledger.ts";
import type { PageArrays } from "../page_arrays.ts";
import type { ProcessSums } from "../processes.ts";
import type { PutSide } from "../put_side.ts";
import type { RepeatTimes, Spread } from "../repeats.ts";
import { seenText, takingText } from "../takings.ts";
import { EXIT_CODES } from "../verdict.ts";
import { byteSize, counted, lowerFirst, memoryName, pfnText } from "../words.ts";
import { bars, fields, type Paint, paintWith, wrap } from "./layout.ts";
import { renderOverhead } from "./overhead_text.ts";
import type { Report } from "./report.ts";
import { type Column, textTable } from "./table.ts";

/** How the text is laid out. */
export interface TextOptions {
  /** Columns that a line may have; words longer than that are not broken. Default 80. */
  readonly width?: number;
  /** Whether to colour; NO_COLOR in the environment overrules it. Default false. */
  readonly colour?: boolean;
}

/**
 * The report as lines of ASCII text: the verdict with its arithmetic first, then what it was found
 * on, the counts, the histograms and the ledger.
 *
 * @example
 * ```ts
 * import { renderText, type Report } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const print = (report: Report): string => renderText(report, { width: 72 });
 * assertEquals(typeof print, "function");
 * ```
 */
export function renderText(report: Report, options: TextOptions = {}): string {
  const { width = 80, colour = false } = options;
  const paint = paintWith(colour);
  const section = (title: string, lines: readonly string[], aside = ""): readonly string[] => [
    "",
    paint.title(title) + (aside === "" ? "" : paint.aside(`, ${aside}`)),
    ...lines,
  ];
  const { histograms, putSide } = report;
  return [
    ...verdictLines(report, width, paint),
    ...section("Where", fields(whereRows(report), width)),
    ...section("Probes", fields(probeRows(report), width)),
    ...section("Totals", totalRows(report)),
    ...(report.processes === undefined ? [] : section("Processes", processRows(report.processes))),
    ...(putSide.held.length === 0 ? [] : section("Held at the end", heldRows(putSide))),
    ...section("References per grab", bars(histograms.refsPerGrab, width)),
    ...section("Grabs per head", bars(histograms.grabsPerHead, width), "in one call"),
    ...section("Pages per call", bars(histograms.pagesPerCall, width)),
    ...section("Nanoseconds per call", bars(histograms.callNanoseconds, width), timeNote(report)),
    ...section("Ledger", ledgerLines(report, width, paint)),
    ...(report.overhead === undefined ? [] : overheadLines(report)),
    "",
    paint.verdict(report.verdict, report.verdict) + ` (exit code ${EXIT_CODES[report.verdict]})`,
    "",
  ].join("\n");
}

function verdictLines(report: Report, width: number, paint: Paint): readonly string[] {
  const { verdict, reasons, counterExample, ledger } = report;
  const [decisive = "", ...others] = reasons;
  const [first = "", ...rest] = wrap(`${verdict}: ${lowerFirst(decisive)}`, width, "  ");
  const lines = [paint.verdict(verdict, verdict) + first.slice(verdict.length), ...rest];
  if (!ledger.clean) {
    lines.push(paint.alarm("  The ledger is not clean (see below)."));
  }
  for (const other of others) {
    lines.push(...wrap(other, width - 2).map((line) => `  ${line}`));
  }
  if (counterExample !== null) {
    const { tid, call, address, pages, grabs, refs, leastGrabs } = counterExample;
    const { head, order, headGrabs } = counterExample;
    lines.push("", paint.title("First counter-example"));
    lines.push(...fields([
      ["call", `${call} of thread ${tid}: ${counted(pages, "page")} at ${address}`],
      ["grabs", `${grabs} adding ${counted(refs, "reference")}, where ${leastGrabs} would do`],
      ...(head === null || order === null ? [] : [
        [
          "head",
          `pfn ${pfnText(head)}, order ${order}, grabbed ${counted(headGrabs, "time")}`,
        ] as const,
      ]),
    ], width));
  }
  return lines;
}

function whereRows(report: Report): readonly (readonly [string, string])[] {
  const { kernel, target, workload, recording } = report;
  return [
    ["kernel", `${kernel.release}, ${kernel.machine}, ${kernel.version}`],
    [
      "target",
      `${target.kind} on ${target.accelerator} (${target.why}), ${counted(target.cpus, "cpu")}, ` +
      byteSize(target.memoryBytes),
    ],
    ...memoryRows(report),
    workload.scope === undefined
      ? ["workload", workloadText(workload)]
      : ["observed", observedText(workload.name, workload.scope)],
    ...(workload.repeats === undefined
      ? []
      : [["times", timesText(workload.repeats, target.accelerator)] as const]),
    ...(workload.expected === undefined ? [] : [
      [
        "expected",
        `${takingText(workload.expected)}; seen: ${seenText(workload.seen ?? [])}`,
      ] as const,
    ]),
    ["command", workload.command.join(" ")],
    ...workload.buffers.map(({ address, bytes }) =>
      ["buffer", `${address}, ${byteSize(bytes)}`] as const
    ),
    [
      "recorded",
      `${recording.created}, headcount ${recording.headcount}, bpftrace ${recording.bpftrace}`,
    ],
  ];
}

/** Whose memory was pinned, where that is known. */
function memoryRows(
  { device, memory, leafLevel, kernel }: Report,
): readonly (readonly [string, string])[] {
  if (device === null) return [];
  if (memory === undefined || memory.kind === "devdax") {
    const pfn = device.pfn === null ? "" : `, from pfn ${pfnText(device.pfn)}`;
    return [[
      "device",
      `${device.path}, align ${byteSize(device.alignBytes)}, size ${byteSize(device.bytes)}${pfn}` +
      mapText(memory),
    ]];
  }
  const leaves = leafLevel.source === "heads"
    ? ""
    : `, mapped by ${byteSize(leafLevel.pages * kernel.pageBytes)}`;
  const place = device.path === memory.kind ? "" : `, at ${device.path}`;
  return [["memory", `${memoryName(memory)}${leaves}${place}${mapText(memory)}`]];
}

/** Whose calls were seen, in words. */
function observedText(name: string, scope: Scope): string {
  switch (scope) {
    case "buffer":
      return `${name}, on its buffers`;
    case "command":
      return `${printable(name)}, and what it started`;
    case "process":
      return `${printable(name)}, and what it started meanwhile`;
    case "machine":
      return "all processes but headcount and bpftrace";
  }
}

function workloadText(
  { name, bytes, repeats, bytesMoved, syscalls, failedSyscalls }: Report["workload"],
): string {
  const verb = repeats === undefined ? "moved" : "took";
  const moved = bytesMoved === null ? "did not end" : `${verb} ${byteSize(bytesMoved)}`;
  const failed = failedSyscalls > 0 ? `, ${failedSyscalls} failed` : "";
  return `${name}, ${byteSize(bytes)}: ${counted(syscalls, "system call")}${failed}, ${moved}`;
}

/** What the level is known from, where it is not the heads. */
function levelSource({ memory }: Report, { source }: Report["leafLevel"]): string {
  if (source === "function") return "leaf function";
  return memory === undefined || memory.kind === "devdax" ? "device's mapping size" : "mapping";
}

/** Where the struct pages are, where that is told. */
function mapText(memory: MemorySummary | undefined): string {
  if (memory?.map === undefined) return "";
  return `, struct pages ${
    memory.map === "dev" ? "on the device" : "in memory"
  } (map ${memory.map})`;
}

/** Times by the kernel's clock, which counts whole microseconds. */
function timesText(
  { count, getNs, putNs }: RepeatTimes,
  accelerator: Report["target"]["accelerator"],
): string {
  const us = (ns: number): string => String(Math.round(ns / 100) / 10);
  const text = ({ min, median, max }: Spread): string =>
    `${us(median)} us (${us(min)}..${us(max)})`;
  const where = accelerator === "tcg" ? "emulated, probes attached" : "probes attached";
  return `get ${text(getNs)}, put ${text(putNs)}; n ${count}, median (min..max), ${where}`;
}

function probeRows(report: Report): readonly (readonly [string, string])[] {
  const { leafLevel } = report;
  return [
    ...Object.entries(report.roles).map(([name, role]) =>
      [
        name,
        role.function === null
          ? `not probed: ${role.why}; ${role.cost}`
          : `${role.function} (${role.attach})`,
      ] as const
    ),
    [
      "leaf level",
      leafLevel.source === "heads"
        ? `any, known call by call from the heads: ${leafLevel.why}`
        : `${leafLevel.level}, known from the ${levelSource(report, leafLevel)}: ${leafLevel.why}`,
    ],
  ];
}

function totalRows({ totals, putSide, pageArrays }: Report): readonly string[] {
  const orders = parts(totals.headOrders, "order ", " of ");
  const leaves = parts(totals.leaves, "", " ");
  const { pgmapLookups, pgmapRealLookups } = totals;
  const looked = pgmapLookups === null || pgmapRealLookups === null
    ? "not observed"
    : `${pgmapRealLookups} real, ${pgmapLookups - pgmapRealLookups} reused a pgmap`;
  const slow = totals.slowPages === 0
    ? "all by the fast walk"
    : `${totals.slowPages} by the slow path, ${counted(totals.slowGrabs, "grab")} in ` +
      counted(totals.fellBack, "call");
  const rows: readonly (readonly [string, number | null, string])[] = [
    ["calls", totals.calls, ""],
    ["pages", totals.pages, slow],
    ["grabs", totals.grabs, `${totals.leastGrabs} would do`],
    ...optional("grabs undone", totals.undoneGrabs, "given back by the fast walk"),
    ...optional("grabs refused", totals.refused, "nothing was taken"),
    ["references", totals.refs, ""],
    ["heads", totals.heads, orders],
    ["leaves", sum(Object.values(totals.leaves)), leaves && `${leaves}, counted anew in each call`],
    ["get_dev_pagemap", pgmapLookups, looked],
    ["puts", putSide.puts, putNote(putSide)],
    ...(pageArrays === undefined
      ? []
      : [["page arrays", pageArrays.calls, arrayNote(pageArrays)] as const]),
    ...optional(
      "slow calls",
      totals.slowCalls,
      `${counted(totals.slowCallPages, "page")} by the slow path alone, left out above`,
    ),
  ];
  return rows.map(([name, count, note]) =>
    `  ${name.padEnd(16)} ${String(count ?? "-").padStart(10)}  ${note}`.trimEnd()
  );
}

function arrayNote({ pages, wrong, inPlace }: PageArrays): string {
  const place = inPlace === null ? "" : `, ${inPlace ? "" : "not "}the device's at the offsets`;
  return wrong === 0
    ? `${counted(pages, "page")} looked at, as grabbed${place}`
    : `${counted(wrong, "call")} handed back others than were grabbed`;
}

function putNote({ puts, putsByOthers, pins, gets }: PutSide): string {
  const notes: string[] = [];
  if (puts === null) {
    notes.push("not observed");
  } else if (pins.taken > 0 || pins.put !== 0) {
    notes.push(`${known(pins.put)} of ${pins.taken} pins put`);
    if (putsByOthers > 0) notes.push(`${counted(putsByOthers, "put")} by other threads`);
  }
  if (gets.taken > 0 && gets.put !== null) {
    notes.push(`${gets.put} of ${gets.taken} gets put, by page_ref`);
  } else if (gets.taken > 0 && notes.length === 0) {
    notes.push("gets are put unseen, by an inline function");
  }
  return notes.join(", ");
}

/** How many heads or processes are listed; the JSON report has all. */
const LISTED = 10;

function processRows(processes: readonly ProcessSums[]): readonly string[] {
  const rows = processes.slice(0, LISTED).map(({ pid, comm, ...sums }) => [
    String(pid ?? "unknown"),
    printable(comm ?? "unknown"),
    ...[sums.calls, sums.pages, sums.slowPages, sums.grabs, sums.leastGrabs].map(String),
  ]);
  const more = processes.length - rows.length;
  const table = textTable(PROCESS_COLUMNS, rows).map((line) => `  ${line}`);
  return more > 0 ? [...table, `  and ${more} more processes`] : table;
}

const PROCESS_COLUMNS: readonly Column[] = [
  { head: "pid", right: true },
  { head: "name" },
  ...["calls", "pages", "slow", "grabs", "least"].map((head) => ({ head, right: true })),
];

/** A name that a process gave itself may hold anything. */
function printable(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, "?");
}

function heldRows({ held }: PutSide): readonly string[] {
  const rows = held.slice(0, LISTED).map(({ kind, pfn, heads, order, refs }) =>
    `  ${kind}  ${counted(refs, "reference")} on pfn ${pfnText(pfn)}, order ${order}` +
    (heads > 1 ? `, and on each of ${heads - 1} after it` : "")
  );
  const more = held.length - rows.length;
  return more > 0 ? [...rows, `  and ${more} more of such rows`] : rows;
}

function timeNote({ target }: Report): string {
  return target.accelerator === "tcg"
    ? "probes included; emulated, not hardware's time"
    : "probes included";
}

function ledgerLines(
  { ledger, workload }: Report,
  width: number,
  paint: Paint,
): readonly string[] {
  const { setAside, balance } = ledger;
  const helpers = sum(ledger.helperFailures.map(({ times }) => times));
  const state = ledger.clean ? "clean" : paint.alarm("not clean");
  return [
    `  ${state}: session ${ledger.end.kind}, workload exit ${known(ledger.workloadExit)}`,
    ...fields([
      [
        "events",
        `${ledger.lost} lost, ${ledger.unreadable} unreadable, ${ledger.duplicates} repeated`,
      ],
      ["probes", `${missedText(ledger)}, ${counted(helpers, "helper failure")}`],
      ["calls", callsText(ledger)],
      ...sumsRows(ledger),
      [
        "aside",
        (workload.scope === undefined
          ? `${setAside.outside} outside the buffer, ${setAside.straddling} across its border, `
          : "") + `${setAside.failed} failed`,
      ],
      [
        "balance",
        `references = pages in ${balance.even} of ` +
        counted(balance.even + balance.uneven + balance.unsure, "call"),
      ],
    ], width),
    "",
    `  ${"sum".padEnd(16)} ${"stream".padStart(10)} ${"kernel".padStart(10)}`,
    ...ledger.laws.map(({ name, stream, kernel, holds, why }) =>
      `  ${name.padEnd(16)} ${String(stream).padStart(10)} ${
        String(kernel ?? "-").padStart(10)
      }  ` +
      (holds === null
        ? `not judged: ${why}`
        : holds
        ? "equal"
        : paint.alarm(why === null ? "DIFFERENT" : `DIFFERENT ${why}`))
    ),
  ];
}

/** What the probes cost, after a blank line. */
function overheadLines({ overhead = [], target }: Report): readonly string[] {
  return renderOverhead(overhead, target.accelerator === "tcg").trimEnd().split("\n");
}

function callsText(ledger: Ledger): string {
  const { incomplete, orphans, parts } = ledger;
  const isExcused = incomplete !== null && incomplete > 0 && isAccounted(ledger);
  const excuse = isExcused ? " (none of what was moved)" : "";
  const { lacking = 0, surplus = 0 } = parts ?? {};
  const odd = lacking + surplus === 0
    ? ""
    : `, ${lacking} lacking events, ${counted(surplus, "event")} too many`;
  return `${known(incomplete)} incomplete${excuse}, ${orphans} seen in part${odd}`;
}

function sumsRows({ unlisted }: Ledger): readonly (readonly [string, string])[] {
  if (unlisted === undefined) return [];
  const { calls, grabs, refs } = unlisted;
  return [[
    "sums only",
    `${counted(grabs, "grab")} of ${counted(calls, "call")}, adding ${counted(refs, "reference")}`,
  ]];
}

function missedText(ledger: Ledger): string {
  const { missed, missesOf } = ledger;
  if (missed === null) return "unknown how many missed";
  const kind = missesOf === "fentry" ? " of fentry, of others unknown" : "";
  const excuse = missed > 0 && isAccounted(ledger) ? " (no grab: all that was moved is seen)" : "";
  return `${missed} missed${kind}${excuse}`;
}

function known(count: number | null): string {
  return count === null ? "unknown" : String(count);
}

/** A row that is left out where there is nothing to say. */
function optional(
  name: string,
  count: number,
  note: string,
): readonly (readonly [string, number, string])[] {
  return count === 0 ? [] : [[name, count, note]];
}

/** Counts by name, those above 0; just the name where there is only one. */
function parts(
  counts: Readonly<Record<string, number>>,
  prefix: string,
  between: string,
): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 1
    ? some.map(([name]) => prefix + name).join("")
    : some.map(([name, count]) => count + between + prefix + name).join(", ");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
