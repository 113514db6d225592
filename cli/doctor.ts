/**
 * `doctor`: whether `trace` would run, and what to do where it would not.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import { diagnose, renderDoctor } from "../mod.ts";
import { look } from "./look.ts";
import { EXIT_MACHINERY, isColourful, writeAll } from "./output.ts";
import { targetCommand, type TargetOptions, targetWish } from "./target_options.ts";

/** Adds the command `doctor`. */
export function addDoctor(root: Command): void {
  targetCommand(root, "doctor")
    .description("Check everything that a trace needs, and say what to do about what is amiss.")
    .option("--out <dir>", "folder that recordings are to be written to", "recordings")
    .option("--json", "print one JSON object")
    .addHelpText("after", DOCTOR_HELP)
    .action(async ({ out, json, ...options }) => {
      Deno.exitCode = await doctorCommand(options, resolve(out), json ?? false);
    });
}

const DOCTOR_HELP = `
Nothing is changed on this machine. A guest is booted, and its device made, as a
trace does. By default this machine is looked at, and a guest where it will not
do.

Exit codes: 0 trace would run, 69 it would not.

Examples:
  deno task doctor
  deno task doctor --target guest --kernel ./bzImage
  sudo deno task doctor --target local --device /dev/dax0.0 --json`;

/** Bytes that a trace maps by default. */
const DEFAULT_BYTES: number = 2 * 1024 ** 2;

async function doctorCommand(options: TargetOptions, out: string, json: boolean): Promise<number> {
  const temporary = Deno.env.get("TMPDIR") || "/tmp";
  const folder = await Deno.makeTempDir({ prefix: "headcount-doctor-" }).catch(() => undefined);
  try {
    return await look(options, "answer", (run) =>
      diagnose({
        ...targetWish(options, options.size ?? DEFAULT_BYTES, {
          log: join(folder ?? temporary, "kernel.log"),
          ...run,
        }),
        out,
        temporary,
      }), async (targets) => {
      const runs = targets.at(-1)?.runs ?? false;
      const text = json
        ? `${JSON.stringify({ runs, targets }, null, 2)}\n`
        : renderDoctor(targets, { width: 80, colour: isColourful() });
      await writeAll(Deno.stdout, text);
      return runs ? 0 : EXIT_MACHINERY;
    });
  } finally {
    if (folder !== undefined) await Deno.remove(folder, { recursive: true });
  }
}
