/**
 * `analyze`: the report of a recording, again.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import { printReport } from "./output.ts";
import { readReport } from "./recording_file.ts";

/** Adds the command `analyze`. */
export function addAnalyze(root: Command): void {
  root.command("analyze")
    .description("Print the report of a recording again, anywhere, without root or a kernel.")
    .argument("<recording>", "folder of a recording, or its file; - for standard input")
    .option("--json", "print the report as one JSON object")
    .action(async (recording, options) => {
      Deno.exitCode = await printReport(await readReport(recording), options.json ?? false);
    });
}
