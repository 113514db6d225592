/**
 * Runs of a workload without probes between the traced ones, so that their cost can be told.
 *
 * @module
 */

import type { RecordingItem } from "../recording/codec.ts";
import type { RoundEvent, WorkloadReport } from "../recording/event.ts";
import type { Footer } from "../recording/footer.ts";
import { MachineryError } from "./failure.ts";
import { splitLines } from "./lines.ts";
import type { Target } from "./targets/target.ts";
import { workloadFailure } from "./workloads/failure.ts";
import type { WorkloadCommand } from "./workloads/program.ts";
import { readWorkloadLine } from "./workloads/report.ts";

/** How often a workload runs. */
export interface Turns {
  /** Without probes. */
  readonly untraced: number;
  /** With probes, 1 or more. */
  readonly traced: number;
}

/**
 * Lets runs without probes and traced ones take turns, as long as there are any of both. The first traced
 * one is yielded, of the others what the workload told, before the footer.
 *
 * @param trace Runs the workload with probes.
 * @throws {MachineryError} when a run fails; what was recorded by then is yielded before, and whole.
 */
export async function* takeTurns(
  untraced: () => Promise<readonly WorkloadReport[]>,
  trace: () => AsyncGenerator<RecordingItem, void, undefined>,
  turns: Turns,
): AsyncGenerator<RecordingItem, void, undefined> {
  const told: RoundEvent[] = [];
  const tell = (round: number, probes: boolean, report: WorkloadReport): void => {
    told.push({ kind: "round", round, probes, report });
  };
  let footer: Footer | undefined;
  let failure: unknown;
  try {
    for (let round = 1; round <= Math.max(turns.untraced, turns.traced); round++) {
      if (round <= turns.untraced) {
        for (const report of await untraced()) tell(round, false, report);
      }
      if (round > turns.traced) continue;
      for await (const item of trace()) {
        if (round > 1) {
          if (item.kind === "workload") tell(round, true, item.report);
        } else if (item.kind === "footer") {
          footer = item;
        } else {
          yield item;
        }
      }
    }
  } catch (error) {
    failure = error;
  }
  if (footer !== undefined) {
    yield* told;
    yield footer;
  }
  if (failure !== undefined) throw failure;
}

/**
 * Runs a workload without probes.
 *
 * @throws {MachineryError} when it fails, or says what cannot be understood.
 */
export async function runUntraced(
  target: Target,
  { name, command, environment }: WorkloadCommand,
  signal: AbortSignal,
): Promise<readonly WorkloadReport[]> {
  const process = target.exec(command, { env: environment });
  const stop = () => void process.kill("SIGKILL").catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const complaints = new Response(process.stderr).text();
  const reports: WorkloadReport[] = [];
  try {
    for await (const line of splitLines(process.stdout)) {
      const report = readWorkloadLine(line);
      if (report === undefined) {
        throw new MachineryError(`Cannot understand "${line}" of the workload "${name}"`);
      }
      reports.push(report);
      if (report.step === "ready") await process.write("go\n");
      else if (report.step === "done") await process.write("end\n");
    }
    const code = await process.exit;
    if (code !== 0) {
      throw workloadFailure(name, `exited with ${code}`, (await complaints).trim());
    }
    return reports;
  } finally {
    signal.removeEventListener("abort", stop);
    await process.kill("SIGKILL").catch(() => {});
  }
}
