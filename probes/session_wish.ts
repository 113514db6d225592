/**
 * What a session is told.
 *
 * @module
 */

import type { WorkloadReport } from "../recording/event.ts";
import type { Header, Scope } from "../recording/header.ts";

/** What a session needs beside its target. */
export interface SessionWish {
  /** The header, which tells of the device: bpftrace attaches while that is made. */
  readonly header: Promise<Header>;
  /** Name of the workload. */
  readonly workload: string;
  /** Whose calls are seen. But for `buffer`, the workload does not speak of itself. */
  readonly scope: Scope;
  /** The process that the scope is about, where it is not the workload's. */
  readonly pid?: number;
  /** Reads a line that such a workload prints, where it tells of itself all the same. */
  readonly reads?: (line: string) => WorkloadReport | undefined;
  /** Is given what such a workload prints, line by line. */
  readonly onOutput?: (line: string) => void;
  /** Is told when all is attached, and it begins. */
  readonly onStart: () => void;
  /** Where the kernel keeps the address of the first struct page. */
  readonly vmemmapBase: number;
  /** Whether the program asks for the device's pages: then it is started when they are known. */
  readonly needsPages: boolean;
  /** Path of the bpftrace program, as this machine has it. */
  readonly script: string;
  /** What its command begins with, on the target; absent for nothing. */
  readonly tracerPrefix?: readonly string[];
  /** Characters of a line of bpftrace's, at the most: it prints each map as one. */
  readonly longestLine: number;
  /** Options of bpftrace beside those that every version has. */
  readonly tracerOptions: readonly string[];
  /** Variables of bpftrace's environment. */
  readonly tracerEnvironment: Readonly<Record<string, string>>;
  /** The workload's command, as the target sees it. */
  readonly command: readonly string[];
  /** Variables of the workload's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Whether bpftrace may be left to end with the target, where nothing else will be done: to take the
   * probes out takes an emulated guest more than a second.
   */
  readonly leavesTracer?: boolean;
  /** Ends the session early; what was recorded so far is kept. */
  readonly signal: AbortSignal;
}
