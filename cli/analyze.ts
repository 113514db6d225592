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
      Deno.exitCode = await judgeRecording(recording, options);
    });
}

/** Prints the report of a recording; gives its exit code. */
export async function judgeRecording(
  recording: string,
  { json = false }: { readonly json?: boolean | undefined },
): Promise<number> {
  return await printReport(await readReport(recording), json);
}

/** What the arguments ask for where they are those of a plain `analyze`, which need no parser. */
export function plainAnalyze(
  [command, ...rest]: readonly string[],
): { readonly recording: string; readonly json: boolean } | undefined {
  const [recording, ...others] = rest.filter((argument) => argument !== "--json");
  if (command !== "analyze" || recording === undefined || others.length > 0) return undefined;
  if (recording.startsWith("-") && recording !== "-") return undefined;
  return { recording, json: rest.includes("--json") };
}
