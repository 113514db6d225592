/**
 * What a workload prints.
 *
 * @module
 */

import type { WorkloadReport } from "../../recording/event.ts";
import { isWorkloadReport } from "../../recording/shape.ts";

/** Reads a line of a workload's output; undefined for one that is no report. */
export function readWorkloadLine(line: string): WorkloadReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isWorkloadReport(value) ? value : undefined;
}
