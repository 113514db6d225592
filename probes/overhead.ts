/**
 * Runs of a workload without probes between the traced ones, so that their cost can be told.
 *
 * @module
 */

import type { RecordingItem } from "../recording/codec.ts";
import type { WorkloadReport, WorkloadRound } from "../recording/event.ts";
import { MachineryError } from "./failure.ts";
import { splitLines } from "./lines.ts";
import type { Target } from "./targets/target.ts";
import { workloadFailure } from "./workloads/failure.ts";
import type { WorkloadCommand } from "./workloads/program.ts";
import { readWorkloadLine } from "./workloads/report.ts";

/**
 * Lets runs without probes and traced ones take turns. The first traced one is yielded; of the others
 * only what the workload told is kept.
 *
 * @param trace Runs the workload with probes.
 * @param tell Is told what the workload said in each round, when it is over.
 * @throws {MachineryError} when a run fails.
 */
export async function* takeTurns(
  untraced: () => Promise<readonly WorkloadReport[]>,
  trace: () => AsyncGenerator<RecordingItem, void, undefined>,
  rounds: number,
  tell: (round: WorkloadRound) => void,
): AsyncGenerator<RecordingItem, void, undefined> {
  for (let round = 0; round < rounds; round++) {
    const without = await untraced();
    const reports: WorkloadReport[] = [];
    for await (const item of trace()) {
      if (item.kind === "workload") reports.push(item.report);
      if (round === 0) yield item;
    }
    tell({ untraced: without, traced: reports });
  }
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
