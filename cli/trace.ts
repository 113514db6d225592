/**
 * `trace`: records, then reports.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import { complain, EXIT_INTERRUPTED, printReport } from "./output.ts";
import { recordTo } from "./record.ts";
import { readReport } from "./recording_file.ts";
import { targetCommand } from "./target_options.ts";

/** Adds the command `trace`. */
export function addTrace(root: Command): void {
  targetCommand(root, "trace")
    .description(
      "Pin devdax memory under bpftrace probes and say whether each head was grabbed once.",
    )
    .addOption(
      new Option("--workload <name>", "what pins the memory")
        .choices(["direct-io"] as const).default("direct-io" as const),
    )
    .option("--out <dir>", "folder of the recording (default: recordings/TIME)")
    .option("--zstd", "compress the recording")
    .option("--json", "print the report as one JSON object")
    .addHelpText("after", TRACE_HELP)
    .action(async (options) => {
      const created = new Date().toISOString();
      const directory = resolve(options.out ?? join("recordings", timeName(created)));
      const { kept } = await recordTo(directory, options, created);
      Deno.exitCode = kept
        ? await printReport(await readReport(directory), options.json ?? false)
        : EXIT_INTERRUPTED;
      if (kept && !(options.quiet ?? false)) complain(`Recorded in ${directory}`);
    });
}

/** A time as the name of a folder. */
export function timeName(created: string): string {
  return created.slice(0, 19).replaceAll(":", "-");
}

const TRACE_HELP = `
Sizes take K, M and G. Exit codes: 0 each head was grabbed once for each leaf,
1 it was not (per-page, repeated, unbalanced), 2 undecided, 64 usage error,
69 the machinery failed, 130 stopped before anything was recorded.

Examples:
  deno task trace                             this machine, or a guest
  deno task trace --align 1G --size 1G        one PUD leaf
  deno task trace --kernel ./bzImage --json   a kernel of your own`;
