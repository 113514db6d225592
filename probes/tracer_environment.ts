/**
 * Variables of bpftrace's environment: how large its buffers and its maps are.
 *
 * @module
 */

import type { Plan } from "./plan.ts";

/** Keys that a map of bpftrace holds unless it is told otherwise. */
const BPFTRACE_KEYS = 4096;

/** Keys where all processes are seen: most maps have one for each thread that makes calls. */
const MACHINE_KEYS = 16_384;

/** Variable that says how many pages the buffer of each processor has; a power of two. */
const BUFFER_PAGES = "BPFTRACE_PERF_RB_PAGES";

/** Pages of one processor's buffer at most: bpftrace's own 64 hold about a thousand calls. */
const MOST_PAGES = 4096;
/** Pages of all buffers together, 256 MiB, unless there are very many processors. */
const ALL_PAGES = 65_536;
const LEAST_PAGES = 64;

/** What the sizes depend on. */
export interface TracerLoad {
  /** Processors of the target. */
  readonly cpus: number;
  /** Pages that the workload pins. */
  readonly pages: number;
}

/**
 * The variables for a plan.
 *
 * @param asked Variables that the user asked for: they win.
 */
export function tracerEnvironment(
  { environment, summary, dialect, scope }: Plan,
  { cpus, pages }: TracerLoad,
  asked: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  // Room for a key for each page, where the page_ref tracepoints are counted by page.
  const keys = Math.max(
    summary.pageRef === true ? pages * 2 : 0,
    scope === "machine" ? MACHINE_KEYS : 0,
  );
  return {
    ...environment,
    [BUFFER_PAGES]: String(bufferPages(cpus)),
    ...(keys > BPFTRACE_KEYS ? { [dialect.mapKeys]: String(keys) } : {}),
    ...asked,
  };
}

/** A power of two. */
function bufferPages(cpus: number): number {
  let pages = MOST_PAGES;
  while (pages > LEAST_PAGES && pages * cpus > ALL_PAGES) pages /= 2;
  return pages;
}
