/**
 * The command line: arguments, files, terminal, exit codes. Nothing is decided here or in cli/.
 *
 * @module
 */

import { judgeRecording, plainAnalyze } from "./cli/analyze.ts";
import { complain, errorText, EXIT_MACHINERY, EXIT_USAGE } from "./cli/output.ts";
import { MachineryError, RequestError } from "./probes/failure.ts";
import { FormatError } from "./recording/mod.ts";

/** Runs what the arguments ask for; gives the exit code where that is known. */
async function run(args: readonly string[]): Promise<number> {
  // A parser of arguments and what makes recordings take as long to load as reading 200 000 lines.
  const plain = plainAnalyze(args);
  if (plain !== undefined) return await judgeRecording(plain.recording, plain);
  const { runProgram } = await import("./cli/program.ts");
  return await runProgram(args);
}

/** Says what went wrong and returns the exit code for it. */
function fail(error: unknown): number {
  if (error instanceof MachineryError) {
    if (error.evidence !== "") complain(`${error.evidence}\n`);
    complain(`headcount: ${error.message}`);
    return EXIT_MACHINERY;
  }
  complain(`headcount: ${errorText(error)}`);
  return error instanceof RequestError || error instanceof FormatError
    ? EXIT_USAGE
    : EXIT_MACHINERY;
}

if (import.meta.main) {
  let code: number;
  try {
    code = await run(Deno.args);
  } catch (error) {
    code = fail(error);
  }
  Deno.exit(code);
}
