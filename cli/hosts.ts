/**
 * `trace` on several machines at the same time: one table.
 *
 * @module
 */

import { join } from "node:path";
import {
  EXIT_CODES,
  hostOf,
  type HostRow,
  hostRow,
  isSshName,
  MachineryError,
  renderHosts,
  RequestError,
  type SshName,
  sumsOfHosts,
} from "../mod.ts";
import { complain, errorText, EXIT_INTERRUPTED, EXIT_MACHINERY, writeAll } from "./output.ts";
import { type RecordOptions, recordTo } from "./record.ts";
import { readReport } from "./recording_file.ts";
import type { WorkloadOptions } from "./workload_options.ts";

/**
 * The machines that were asked for.
 *
 * @throws {RequestError} where one is asked for twice, or is none that ssh reaches.
 */
export function hostsOf(targets: readonly string[]): readonly SshName[] {
  return targets.map((name, i) => {
    if (!isSshName(name)) {
      throw new RequestError(
        `Several targets are machines by ssh: --target ${name} is traced by itself`,
      );
    }
    if (targets.indexOf(name) === i) return name;
    throw new RequestError(`--target ${name} is given twice`);
  });
}

/**
 * Traces several machines at the same time, each into a folder of its own. One that fails does not stop
 * the others.
 *
 * @returns The exit code: that of the worst.
 */
export async function traceHosts(
  names: readonly SshName[],
  folder: string,
  options: WorkloadOptions & { readonly json?: true | undefined },
  created: string,
  record: RecordOptions,
): Promise<number> {
  const labels = names.map((name) => folderName(hostOf(name)));
  const outcomes = await Promise.all(names.map(async (name, i) => {
    const label = labels[i] ?? "";
    const isTaken = labels.indexOf(label) !== i;
    return await traceHost(
      hostOf(name),
      join(folder, isTaken ? `${label}-${i + 1}` : label),
      { ...options, target: name },
      created,
      { ...record, label: hostOf(name) },
    );
  }));
  const rows = outcomes.flatMap(({ row }) => row ?? []);
  await writeAll(
    Deno.stdout,
    options.json
      ? `${JSON.stringify({ rows, merged: sumsOfHosts(rows) }, null, 2)}\n`
      : renderHosts(rows),
  );
  if (!(options.quiet ?? false)) complain(`Recorded in ${folder}`);
  if (outcomes.some(({ row }) => row === undefined)) return EXIT_INTERRUPTED;
  return exitCode(rows);
}

/** What a machine is called, as the name of a folder. */
function folderName(host: string): string {
  return host.replace(/^ssh:\/\//, "").replaceAll(/[^\w.@-]+/g, "_").replace(/^\.+/, "_");
}

/** Traces one of them; whatever it fails of is its row. */
async function traceHost(
  host: string,
  directory: string,
  options: WorkloadOptions,
  created: string,
  record: RecordOptions,
): Promise<{ readonly row?: HostRow }> {
  try {
    const { kept } = await recordTo(directory, options, created, record);
    return kept ? { row: hostRow(host, await readReport(directory)) } : {};
  } catch (error) {
    if (error instanceof MachineryError && error.evidence !== "") {
      for (const line of error.evidence.split("\n")) complain(`${host}: ${line}`);
    }
    return { row: { kind: "failed", host, why: errorText(error) } };
  }
}

function exitCode(rows: readonly HostRow[]): number {
  if (rows.some(({ kind }) => kind === "failed")) return EXIT_MACHINERY;
  const codes = rows.map((row) => row.kind === "traced" ? EXIT_CODES[row.verdict] : 0);
  return Math.max(0, ...codes);
}
