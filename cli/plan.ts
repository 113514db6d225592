/**
 * `plan`: what would be probed, and why, without tracing anything.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import { join } from "node:path";
import { planFor, renderPlan, VERSION } from "../mod.ts";
import { look } from "./look.ts";
import { isColourful, writeAll } from "./output.ts";
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
  const folder = await Deno.makeTempDir({ prefix: "headcount-plan-" });
  try {
    return await look(options, "plan", (run) =>
      planFor({
        ...targetWish(options, options.size ?? ROOM_BYTES, {
          log: join(folder, "kernel.log"),
          ...run,
        }),
        headcount: VERSION,
      }), async (plan) => {
      const text = json
        ? `${JSON.stringify(plan, null, 2)}\n`
        : renderPlan(plan, { width: 80, colour: isColourful() });
      await writeAll(Deno.stdout, text);
      return 0;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
