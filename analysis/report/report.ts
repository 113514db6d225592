/**
 * The report: plain data, the same whether it is printed as text or as JSON.
 *
 * @module
 */

import type { HexAddress, Level } from "../../recording/event.ts";
import type { AttachKind, MemorySummary, RoleName, Scope, Taking } from "../../recording/header.ts";
import type { Histogram, Weighted } from "../histogram.ts";
import type { LeafLevel } from "../leaves.ts";
import type { Ledger } from "../ledger.ts";
import type { PageArrays } from "../page_arrays.ts";
import type { ProcessSums } from "../processes.ts";
import type { PutSide } from "../put_side.ts";
import type { Overhead } from "../overhead.ts";
import type { RepeatTimes } from "../repeats.ts";
import type { Quartiles } from "../steps.ts";
import type { SampledTimes } from "../times.ts";
import type { SeenTaking } from "../takings.ts";
import type { CounterExample, VerdictKind } from "../verdict.ts";

/** The format of the reports that this version makes. */
export const REPORT_FORMAT = "headcount.report/1";

/** A role and the function that was found for it. */
export interface ReportRole {
  /** `null` where the role is absent. */
  readonly function: string | null;
  /** How it is probed; `null` where the role is absent. */
  readonly attach: AttachKind | null;
  /** Why this function, or why none. */
  readonly why: string;
  /** What cannot be told without it; `null` where it is probed. */
  readonly cost: string | null;
}

/** Sums over the judged calls. */
export interface ReportTotals {
  /** Calls in the workload's buffer that succeeded. */
  readonly calls: number;
  /** Pages that the calls returned. */
  readonly pages: number;
  /** Grabs of the fast walk that stayed. */
  readonly grabs: number;
  /** References that they added. */
  readonly refs: number;
  /** Distinct head pages behind them, each counted once in all calls. */
  readonly heads: number;
  /** The same by order of the head. */
  readonly headOrders: Readonly<Record<string, number>>;
  /** The fewest grabs that could have taken the same pages. */
  readonly leastGrabs: number;
  /** References that a grab added, and how many grabs added that many; ascending. */
  readonly refsPerGrab: readonly Weighted[];
  /** Grabs of a head in one call, and how many heads were grabbed that often; ascending. */
  readonly grabsPerHead: readonly Weighted[];
  /** Leaves that the fast pages were reached through, once for each call, by level. */
  readonly leaves: Readonly<Record<Level, number>>;
  /** `get_dev_pagemap()` calls; `null` where they are not observed. */
  readonly pgmapLookups: number | null;
  /** Those of them that were real look-ups. */
  readonly pgmapRealLookups: number | null;
  /** Calls in which the slow path ran. */
  readonly fellBack: number;
  /** Calls that asked for FOLL_LONGTERM. */
  readonly longterm: number;
  /** Pages that the slow path served in them. */
  readonly slowPages: number;
  /** Grabs that it took them with. */
  readonly slowGrabs: number;
  /** Calls in the buffer that the slow path served without gup-fast; all else leaves them out. */
  readonly slowCalls: number;
  /** Pages that these returned. */
  readonly slowCallPages: number;
  /** Grabs that the fast walk gave back before it returned. */
  readonly undoneGrabs: number;
  /** Grabs that failed. */
  readonly refused: number;
}

/** Histograms over the judged calls. */
export interface ReportHistograms {
  /** References added by a grab. */
  readonly refsPerGrab: Histogram;
  /** Grabs of a head in one call. */
  readonly grabsPerHead: Histogram;
  /** Pages returned by a call. */
  readonly pagesPerCall: Histogram;
  /** Nanoseconds from a call's entry to its return, probes included. */
  readonly callNanoseconds: Histogram;
}

/** All that headcount has to say about a recording. */
export interface Report {
  /** The format of this report. */
  readonly format: typeof REPORT_FORMAT;
  /** The answer. */
  readonly verdict: VerdictKind;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
  /** The first call that speaks against `once`; `null` without any. */
  readonly counterExample: CounterExample | null;
  /** The recording that was analyzed. */
  readonly recording: {
    readonly format: string;
    /** Version of headcount that recorded. */
    readonly headcount: string;
    /** ISO 8601, UTC. */
    readonly created: string;
    /** The arguments that headcount was called with; absent in older recordings. */
    readonly arguments?: readonly string[];
    readonly bpftrace: string;
    /** Hash of the script that was run. */
    readonly scriptSha256: string;
  };
  /** The kernel that was traced. */
  readonly kernel: {
    readonly release: string;
    readonly version: string;
    readonly machine: string;
    readonly pageBytes: number;
  };
  /** Where it ran. */
  readonly target: {
    readonly kind: "local" | "guest" | "ssh";
    /** What ssh connected to; absent where ssh did not. */
    readonly host?: string;
    readonly accelerator: "hardware" | "kvm" | "tcg";
    /** Why this accelerator. */
    readonly why: string;
    /** Model of its processors; absent in older recordings. */
    readonly processor?: string;
    readonly cpus: number;
    readonly memoryBytes: number;
    /** The kernel's command line. */
    readonly commandLine: string;
  };
  /** The devdax device whose memory was pinned, or what stands in its place; `null` for any memory. */
  readonly device: {
    readonly path: string;
    readonly alignBytes: number;
    readonly bytes: number;
    /** Page frame number of its first page; `null` where the kernel does not tell. */
    readonly pfn: number | null;
  } | null;
  /** What memory that is; absent in older recordings, and where the workload chose it. */
  readonly memory?: MemorySummary;
  /** What was run, and what it said of itself. */
  readonly workload: {
    readonly name: string;
    readonly bytes: number;
    readonly command: readonly string[];
    /** Whose calls were seen, and judged; absent where they are those on its buffers. */
    readonly scope?: Scope;
    readonly buffers: readonly { readonly address: HexAddress; readonly bytes: number }[];
    readonly syscalls: number;
    readonly failedSyscalls: number;
    /** `null` where the workload did not come to its end. */
    readonly bytesMoved: number | null;
    /** Times of the kernel's own benchmark; absent where the workload is another. */
    readonly repeats?: RepeatTimes;
    /** How it was expected to take the memory; absent where the recording does not say. */
    readonly expected?: Taking;
    /** How its calls were seen to, likewise. */
    readonly seen?: readonly SeenTaking[];
  };
  /** Who made the calls; absent where they are one workload's on its buffers. */
  readonly processes?: readonly ProcessSums[];
  /** What became of each role. */
  readonly roles: Readonly<Partial<Record<RoleName, ReportRole>>>;
  /** How the level of the leaves is known. */
  readonly leafLevel: LeafLevel;
  /** Sums over the judged calls. */
  readonly totals: ReportTotals;
  /** What was given back, of all calls. */
  readonly putSide: PutSide;
  /** The pages that they handed back; absent where none tells. */
  readonly pageArrays?: PageArrays;
  /** Histograms over the judged calls. */
  readonly histograms: ReportHistograms;
  /** Nanoseconds of the judged calls, probes included; `null` where there are none. */
  readonly callTime: Quartiles | null;
  /** What the workload timed; absent where it told no times. */
  readonly times?: readonly SampledTimes[];
  /** What the probes cost; absent where that was not asked for. */
  readonly overhead?: readonly Overhead[];
  /** What is missing from the recording. */
  readonly ledger: Ledger;
}
