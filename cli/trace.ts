/**
 * `trace`: records, then reports.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import { complain, EXIT_INTERRUPTED, printReport } from "./output.ts";
import { overheadOf, type WorkloadRound } from "../mod.ts";
import { count, variable } from "./arguments.ts";
import { recordTo } from "./record.ts";
import { readReport } from "./recording_file.ts";
import { WORKLOAD_HELP, workloadCommand } from "./workload_options.ts";

/** Adds the command `trace`. */
export function addTrace(root: Command): void {
  workloadCommand(root, "trace")
    .description(
      "Pin devdax memory under bpftrace probes and say whether each head was grabbed once.",
    )
    .option("--out <dir>", "folder of the recording (default: recordings/TIME)")
    .option("--zstd", "compress the recording")
    .option("--json", "print the report as one JSON object")
    .addOption(
      new Option("--bpftrace-env <NAME=VALUE...>", "variables of bpftrace's environment")
        .argParser(variable),
    )
    .option("--overhead", "time the workload with probes and without, in turns")
    .addOption(
      new Option("--rounds <n>", "turns of --overhead").argParser(count).default(3),
    )
    .addHelpText("after", TRACE_HELP)
    .action(async (options) => {
      const created = new Date().toISOString();
      const directory = resolve(options.out ?? join("recordings", timeName(created)));
      const rounds: WorkloadRound[] = [];
      const overhead = options.overhead === true
        ? { rounds: options.rounds, onRound: (round: WorkloadRound) => void rounds.push(round) }
        : undefined;
      const { kept } = await recordTo(directory, options, created, {
        overhead,
        bpftraceEnvironment: options.bpftraceEnv,
      });
      const found = overhead === undefined ? undefined : overheadOf(rounds);
      Deno.exitCode = kept
        ? await printReport(await readReport(directory), options.json ?? false, found)
        : EXIT_INTERRUPTED;
      if (kept && !(options.quiet ?? false)) complain(`Recorded in ${directory}`);
    });
}

/** A time as the name of a folder. */
export function timeName(created: string): string {
  return created.slice(0, 19).replaceAll(":", "-");
}

const TRACE_HELP = `${WORKLOAD_HELP}

Sizes take K, M and G. Exit codes: 0 each head was grabbed once for each leaf,
1 it was not (per-page, repeated, unbalanced), 2 undecided, 64 usage error,
69 the machinery failed, 130 stopped before anything was recorded.

Examples:
  deno task trace                             this machine, or a guest
  deno task trace --align 1G --size 1G        one PUD leaf
  deno task trace --workload 'direct-io -n 1,123,512,513 -o 0,5,1s'
  deno task trace --workload 'gup-test -m 64 -r 10 -a -n 512'
  deno task trace --kernel ./bzImage --json   a kernel of your own`;
