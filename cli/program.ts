/**
 * All commands, and the parser of their arguments.
 *
 * @module
 */

import { Command, CommanderError } from "@commander-js/extra-typings";
import { VERSION } from "../mod.ts";
import { addAnalyze } from "./analyze.ts";
import { addCompare } from "./compare.ts";
import { addControl } from "./control.ts";
import { addDevdax } from "./devdax.ts";
import { addDoctor } from "./doctor.ts";
import { addExpect, EXIT_BISECT_USAGE } from "./expect.ts";
import { addExport } from "./export.ts";
import { addHistogram } from "./histogram.ts";
import { addKernel } from "./kernel.ts";
import { addKernels } from "./kernels.ts";
import { addMail } from "./mail.ts";
import { addMatrix } from "./matrix.ts";
import { EXIT_USAGE } from "./output.ts";
import { addPlan } from "./plan.ts";
import { addReport } from "./report.ts";
import { addScrub } from "./scrub.ts";
import { addSeries } from "./series.ts";
import { addTrace } from "./trace.ts";

/** Runs the command that the arguments name; gives its exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const root = new Command("headcount")
    .description("Count how often each compound head page is grabbed when user memory is pinned.")
    .version(VERSION)
    .exitOverride()
    // Else "--" before a command to trace would be taken for headcount's own.
    .enablePositionalOptions()
    .showHelpAfterError("(--help tells what can be given)")
    .configureHelp({ helpWidth: 80 });
  addTrace(root, args);
  const commands = [
    ...[addMatrix, addControl, addSeries, addPlan],
    ...[addAnalyze, addCompare, addMail, addReport, addExport, addHistogram, addScrub, addExpect],
    ...[addKernels, addKernel],
    ...[addDoctor, addDevdax],
  ];
  for (const add of commands) add(root);
  try {
    await root.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // It has already said what is wrong with the arguments.
    if (error.exitCode === 0) return 0;
    return args[0] === "expect" ? EXIT_BISECT_USAGE : EXIT_USAGE;
  }
  return Deno.exitCode;
}
