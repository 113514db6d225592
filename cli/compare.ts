/**
 * `compare`: recordings of two kernels, side by side.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import {
  compareRecordings,
  type Comparison,
  renderComparison,
  renderUnlike,
  RequestError,
} from "../mod.ts";
import { complain, isColourful, writeAll } from "./output.ts";
import { readSide } from "./sides.ts";

/** Recordings that are not alike. */
export const EXIT_UNLIKE = 3;

/** Adds the command `compare`. */
export function addCompare(root: Command): void {
  root.command("compare")
    .description("Compare recordings of two kernels: counts first, then times.")
    .argument("<baseline>", "recording of the kernel before the change; several by commas")
    .argument("<patched>", "recording of the kernel with it; several by commas")
    .option("--force", "compare what is not alike all the same")
    .option("--emulated-times", "show times that are an emulator's, too")
    .option("--json", "print the comparison as one JSON object")
    .addHelpText("after", COMPARE_HELP)
    .action(async (baseline, patched, { json = false, ...options }) => {
      refuseTwice(baseline, patched);
      const compared = compareRecordings(
        await readSide(baseline),
        await readSide(patched),
        options,
      );
      if (compared.kind === "unlike") {
        if (json) await writeAll(Deno.stdout, `${JSON.stringify(compared)}\n`);
        else complain(renderUnlike(compared).trimEnd());
        Deno.exitCode = EXIT_UNLIKE;
        return;
      }
      await writeAll(
        Deno.stdout,
        json
          ? `${JSON.stringify(compared)}\n`
          : renderComparison(compared, { width: 80, colour: isColourful() }),
      );
      Deno.exitCode = exitCode(compared);
    });
}

const COMPARE_HELP = `
A recording is a folder or its file, or - for standard input; a folder of
recordings is all of them. Those of one side that are alike are taken together;
each workload is compared with the same one of the other side.

Exit codes: 0 compared, 2 what a side does is undecided, 3 the recordings are
not alike, 64 usage error.

Examples:
  deno task compare recordings/base recordings/patched
  deno task compare base-1,base-2,base-3 patched-1,patched-2,patched-3
  ssh tester cat patched/recording.jsonl | deno task compare base -`;

/**
 * Refuses to read standard input twice.
 *
 * @throws {RequestError} where both sides name it.
 */
export function refuseTwice(...sides: readonly (string | undefined)[]): void {
  const names = sides.flatMap((side) => side?.split(",") ?? []);
  if (names.filter((name) => name === "-").length > 1) {
    throw new RequestError("Standard input is one recording: - can be given once");
  }
}

function exitCode({ workloads }: Comparison): number {
  const sides = workloads.flatMap(({ baseline, patched }) => [baseline, patched]);
  const isUndecided = sides.some(({ reports }) =>
    reports.some(({ verdict }) => verdict === "undecided")
  );
  return isUndecided ? 2 : 0;
}
