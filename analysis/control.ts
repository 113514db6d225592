/**
 * Reports on several kinds of memory -> one row each, and whether devdax is treated like the others.
 *
 * @module
 */

import type { Level, WorkloadReport } from "../recording/event.ts";
import type { Accelerator, MemoryKind } from "../recording/header.ts";
import { type Spread, spread } from "./repeats.ts";
import type { Report, ReportTotals } from "./report/report.ts";
import type { VerdictKind } from "./verdict.ts";
import { counted, lowerFirst } from "./words.ts";

/** What a kernel did with one kind of memory. */
export interface TracedMemory {
  /** What it is. */
  readonly kind: "traced";
  /** The memory. */
  readonly memory: MemoryKind;
  /** The kernel's release. */
  readonly release: string;
  /** What ran its instructions. */
  readonly accelerator: Accelerator["kind"];
  /** Level of its leaves. */
  readonly leaf: Level;
  /** Sums over the judged calls. */
  readonly totals: ReportTotals;
  /** Nanoseconds that 2 MiB took without probes; `null` where the workload tells no times. */
  readonly nsPer2MiB: Spread | null;
  /** The answer. */
  readonly verdict: VerdictKind;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
}

/** A kind of memory that gave no report. */
export interface FailedMemory {
  /** What it is. */
  readonly kind: "failed";
  /** The memory. */
  readonly memory: MemoryKind;
  /** What went wrong. */
  readonly why: string;
}

/** A row of the control experiment. */
export type ControlRow = TracedMemory | FailedMemory;

/** How a kernel treats devdax. */
export interface Treatment {
  /** Like other memory that is mapped by leaves of its level, unlike it, or not to be told. */
  readonly kind: "alike" | "apart" | "unknown";
  /** That in words, with the numbers. */
  readonly sentence: string;
}

/** Bytes that times are told for: those behind a PMD. */
const UNIT_BYTES: number = 2 * 1024 ** 2;

/**
 * Takes from a report what the control experiment shows of it.
 *
 * @param untraced What the workload said in each run without probes.
 * @throws {TypeError} for a report on any memory, of which no kind is known.
 *
 * @example
 * ```ts
 * import { analyze, controlRow, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * const row = controlRow("devdax", report, []);
 * assertEquals([row.leaf, row.verdict, row.nsPer2MiB], ["pmd", "once", null]);
 * ```
 */
export function controlRow(
  memory: MemoryKind,
  report: Report,
  untraced: readonly (readonly WorkloadReport[])[],
): TracedMemory {
  const { level } = report.leafLevel;
  if (level === null) throw new TypeError("Cannot compare memory of which no kind is known");
  return {
    kind: "traced",
    memory,
    release: report.kernel.release,
    accelerator: report.target.accelerator,
    leaf: level,
    totals: report.totals,
    nsPer2MiB: spread(untraced.flatMap(nsPerUnit)) ?? null,
    verdict: report.verdict,
    reasons: report.reasons,
  };
}

/** Nanoseconds for 2 MiB in one run: what getting took where that is told, else system calls. */
function nsPerUnit(reports: readonly WorkloadReport[]): number[] {
  let ns = 0;
  let bytes = 0;
  for (const report of reports) {
    const took = report.step === "repeat"
      ? report.getNs
      : report.step === "syscall"
      ? report.ns
      : undefined;
    if (took === undefined || !("result" in report) || report.result <= 0) continue;
    ns += took;
    bytes += report.result;
  }
  return bytes === 0 ? [] : [ns / bytes * UNIT_BYTES];
}

/**
 * Compares devdax with the memory that is mapped by leaves of the same level.
 *
 * @example
 * ```ts
 * import { compareDevdax } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(compareDevdax([{ kind: "failed", memory: "devdax", why: "no NVDIMM" }]), {
 *   kind: "unknown",
 *   sentence: "Whether devdax is treated like other memory cannot be told: no NVDIMM.",
 * });
 * ```
 */
export function compareDevdax(rows: readonly ControlRow[]): Treatment {
  const unknown = (why: string): Treatment => ({
    kind: "unknown",
    sentence: `Whether devdax is treated like other memory cannot be told: ${
      lowerFirst(why).replace(/\.$/, "")
    }.`,
  });
  const devdax = rows.find(({ memory }) => memory === "devdax");
  if (devdax === undefined) return unknown("it was not traced");
  if (devdax.kind === "failed") return unknown(devdax.why);
  if (devdax.verdict === "undecided") return unknown(devdax.reasons[0] ?? "it is undecided");
  const others = rows.filter((row) => row.kind === "traced")
    .filter((row) => row !== devdax && row.leaf === devdax.leaf && row.verdict !== "undecided");
  if (others.length === 0) {
    return unknown(`no other memory that is mapped by ${devdax.leaf} leaves gave a verdict`);
  }
  const apart = others.filter(({ verdict }) => verdict !== devdax.verdict);
  const like = others.filter(({ verdict }) => verdict === devdax.verdict);
  const itself = `takes ${HOW[devdax.verdict]} (${counted(devdax.totals.grabs, "grab")} for ` +
    `${counted(devdax.totals.pages, "page")}`;
  const where = `On ${devdax.release} devdax is`;
  if (apart.length === 0) {
    const sentence = `${where} treated like ${namesOf(like)}: each ${itself}).`;
    return { kind: "alike", sentence };
  }
  const unlike = [...new Set(apart.map(({ verdict }) => verdict))].map((verdict) => {
    const rows = apart.filter((row) => row.verdict === verdict);
    const grabs = rows.map(({ totals }) => totals.grabs).join(" and ");
    return `${namesOf(rows)} ${rows.length > 1 ? "take" : "takes"} ${HOW[verdict]} (${grabs})`;
  });
  return {
    kind: "apart",
    sentence: `${where} not treated like ${namesOf(apart)}: it ${itself}, where ` +
      `${devdax.totals.leastGrabs} would do), ${unlike.join(", ")}` +
      `${like.length === 0 ? "" : `; it is treated like ${namesOf(like)}`}.`,
  };
}

/** What memory with a verdict takes. */
const HOW: Readonly<Record<VerdictKind, string>> = {
  once: "one grab for each leaf of each call",
  "per-page": "one grab for each page",
  repeated: "more grabs than needed",
  unbalanced: "references that do not match its pages",
  undecided: "what is not known",
};

function namesOf(rows: readonly TracedMemory[]): string {
  const names = rows.map(({ memory }) => memory);
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
