/**
 * The command line: arguments, files, terminal, exit codes. Nothing is decided here or in cli/.
 *
 * @module
 */

import { Command, CommanderError } from "@commander-js/extra-typings";
import { addAnalyze } from "./cli/analyze.ts";
import { addKernels } from "./cli/kernels.ts";
import { complain, errorText, EXIT_MACHINERY, EXIT_USAGE } from "./cli/output.ts";
import { addMatrix } from "./cli/matrix.ts";
import { addPlan } from "./cli/plan.ts";
import { addTrace } from "./cli/trace.ts";
import { FormatError, MachineryError, RequestError, VERSION } from "./mod.ts";

function program(): Command {
  const root = new Command("headcount")
    .description("Count how often each compound head page is grabbed when user memory is pinned.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(--help tells what can be given)")
    .configureHelp({ helpWidth: 80 });
  for (const add of [addTrace, addMatrix, addPlan, addAnalyze, addKernels]) add(root);
  return root;
}

/** Says what went wrong and returns the exit code for it. */
function fail(error: unknown): number {
  // Commander has already said what is wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
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
  try {
    await program().parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    Deno.exitCode = fail(error);
  }
  Deno.exit();
}
