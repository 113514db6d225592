/**
 * What a workload prints.
 *
 * @module
 */

import type { WorkloadReport } from "../../recording/event.ts";

/** The fields of each step, beside `step`. */
const STEPS: Readonly<Record<string, Readonly<Record<string, "number" | "string">>>> = {
  ready: { pid: "number", address: "string", bytes: "number" },
  syscall: {
    name: "string",
    address: "string",
    bytes: "number",
    result: "number",
  },
  done: { bytes: "number" },
};

/** Reads a line of a workload's output; undefined for one that is no report. */
export function readWorkloadLine(line: string): WorkloadReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isReport(value) ? value : undefined;
}

function isReport(value: unknown): value is WorkloadReport {
  if (typeof value !== "object" || value === null || !("step" in value)) return false;
  const fields = STEPS[String(value.step)];
  if (fields === undefined) return false;
  const record: Record<string, unknown> = { ...value };
  return Object.entries(fields).every(([name, type]) =>
    type === "number" ? typeof record[name] === "number" : typeof record[name] === "string"
  );
}
