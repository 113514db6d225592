/**
 * `expect`: whether a verdict is the expected one, in the exit codes of `git bisect run`.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import {
  BISECT_CODES,
  EXPECTED_VERDICTS,
  type ExpectedVerdict,
  expectVerdict,
  FormatError,
  MachineryError,
  type Report,
  RequestError,
} from "../mod.ts";
import { complain, errorText, EXIT_INTERRUPTED, EXIT_USAGE, writeAll } from "./output.ts";
import { recordTo } from "./record.ts";
import { readReport } from "./recording_file.ts";
import { timeName } from "./trace.ts";
import { workloadCommand, type WorkloadOptions } from "./workload_options.ts";

/**
 * A usage error of `expect`. `git bisect run` takes codes to 127 for an answer about the commit, and
 * ends at any above, as it should where the command itself is wrong.
 */
export const EXIT_BISECT_USAGE: number = 128 + EXIT_USAGE;

/** Adds the command `expect`. */
export function addExpect(root: Command): void {
  workloadCommand(root, "expect")
    .description("Say whether a verdict is the expected one, for git bisect run.")
    .argument(
      "<verdict>",
      "once, per-page, repeated or unbalanced; any of several, by commas",
      verdicts,
    )
    .argument("[recording]", "a recording to judge; else one is made in a guest, as trace does")
    .option("--out <dir>", "folder of the recording that is made (default: recordings/TIME)")
    .option("--zstd", "compress it")
    .addHelpText("after", EXPECT_HELP)
    .action(async (expected, recording, options, command) => {
      const given = command.options.find((option) =>
        command.getOptionValueSource(option.attributeName()) === "cli"
      );
      Deno.exitCode = await answer(expected, async () => {
        if (recording === undefined) return await traced(options);
        if (given === undefined) return await readReport(recording);
        throw new RequestError(
          `The recording "${recording}" is judged as it is: ${given.long} is for making one`,
        );
      });
    });
}

const EXPECT_HELP = `
Prints one line that says what was seen. Exit codes, as git bisect run takes
them: 0 the verdict is the expected one (good), 1 it is another (bad), 125 it
cannot be told: undecided, or the kernel does not boot or lacks something (the
commit is skipped). Codes above 127 end the bisection: 192 usage error, 130
stopped. docs/bisect.md shows a bisection.

Examples:
  deno task expect once recordings/2026-11-26T05-00-00
  deno task expect once --kernel 6.12 --quiet
  git bisect run sh -c 'make -j8 bzImage || exit 125
    deno task --cwd HEADCOUNT expect once --kernel $PWD/arch/x86/boot/bzImage'`;

type ExpectOptions = WorkloadOptions & { readonly out?: string | undefined };

function verdicts(text: string): readonly ExpectedVerdict[] {
  return text.split(",").map((word) => {
    const verdict = EXPECTED_VERDICTS.find((verdict) => verdict === word);
    if (verdict !== undefined) return verdict;
    throw new InvalidArgumentError(
      `"${word}" cannot be expected, only ${EXPECTED_VERDICTS.join(", ")}.`,
    );
  });
}

/** Judges a report; whatever keeps it from being made is no answer about the kernel. */
async function answer(
  expected: readonly ExpectedVerdict[],
  make: () => Promise<Report | undefined>,
): Promise<number> {
  try {
    const report = await make();
    if (report === undefined) return EXIT_INTERRUPTED;
    const { kind, sentence } = expectVerdict(expected, report);
    await writeAll(Deno.stdout, `${sentence}\n`);
    return BISECT_CODES[kind];
  } catch (error) {
    if (error instanceof RequestError || error instanceof FormatError) {
      complain(`headcount: ${errorText(error)}`);
      return EXIT_BISECT_USAGE;
    }
    if (error instanceof MachineryError && error.evidence !== "") complain(error.evidence);
    const [first = "", ...others] = errorText(error).split("\n");
    if (others.length > 0) complain(others.join("\n"));
    await writeAll(Deno.stdout, `cannot tell: ${first}\n`);
    return BISECT_CODES.unknown;
  }
}

/** Makes a recording; `undefined` where it was stopped. */
async function traced(options: ExpectOptions): Promise<Report | undefined> {
  const created = new Date().toISOString();
  const directory = resolve(options.out ?? join("recordings", timeName(created)));
  const { kept, stoppedBy } = await recordTo(directory, { ...options }, created);
  if (kept && stoppedBy !== undefined) complain(`Stopped by ${stoppedBy}.`);
  if (!kept || stoppedBy !== undefined) return undefined;
  const report = await readReport(directory);
  if (!(options.quiet ?? false)) complain(`Recorded in ${directory}`);
  return report;
}
