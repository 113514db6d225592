/**
 * `plan`: what would be probed, and why, without tracing anything.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import { join } from "node:path";
import { MachineryError, planFor, renderPlan, VERSION } from "../mod.ts";
import { complain, EXIT_INTERRUPTED, isColourful, writeAll } from "./output.ts";
import { showProgress } from "./record.ts";
import { abortOnSignals } from "./signals.ts";
import { targetCommand, type TargetOptions, targetWish } from "./target_options.ts";

/** Adds the command `plan`. */
export function addPlan(root: Command): void {
  targetCommand(root, "plan")
    .description(
      "Say what would be probed on a kernel: each role's function, what was rejected, and why.",
    )
    .option("--json", "print one JSON object, with the facts that the plan was made from")
    .addHelpText("after", PLAN_HELP)
    .action(async (options) => {
      Deno.exitCode = await planCommand(options, options.json ?? false);
    });
}

const PLAN_HELP = `
Nothing is attached, and no device is needed: a guest is booted only to show its
kernel's functions and types.

Examples:
  deno task plan --kernel 5.10
  deno task plan --kernel 7.3 --bpftrace 0.27 --json`;

/** Bytes of the device's that a guest has room for: nothing is mapped. */
const ROOM_BYTES: number = 2 * 1024 ** 2;

async function planCommand(options: TargetOptions, json: boolean): Promise<number> {
  const progress = showProgress(options.quiet ?? false);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  const timer = setTimeout(() => {
    abort.abort(new MachineryError(`No plan within ${options.timeout} s; --timeout takes more`));
  }, options.timeout * 1000);
  const folder = await Deno.makeTempDir({ prefix: "headcount-plan-" });
  try {
    const run = {
      log: join(folder, "kernel.log"),
      signal: abort.signal,
      onEvent: progress.tell.bind(progress),
    };
    const plan = await planFor({
      ...targetWish(options, options.size ?? ROOM_BYTES, run),
      headcount: VERSION,
    });
    progress.finish();
    const text = json
      ? `${JSON.stringify(plan, null, 2)}\n`
      : renderPlan(plan, { width: 80, colour: isColourful() });
    await writeAll(Deno.stdout, text);
    return 0;
  } catch (error) {
    if (typeof abort.signal.reason !== "string") throw error;
    complain(`Stopped by ${abort.signal.reason} in phase "${progress.phase}".`);
    return EXIT_INTERRUPTED;
  } finally {
    progress.finish();
    clearTimeout(timer);
    stopListening();
    await Deno.remove(folder, { recursive: true });
  }
}
