/**
 * `devdax`: the devdax devices of a machine that is to be traced.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import {
  createDevdax,
  listDevdax,
  type MachineName,
  mebibytes,
  parseBytes,
  renderDevdax,
  type Restored,
  restoreDevdax,
  shortBytes,
  stateFolder,
} from "../mod.ts";
import { machine, pages } from "./arguments.ts";
import { EXIT_MACHINERY, writeAll } from "./output.ts";

/** Adds the command `devdax`. */
export function addDevdax(root: Command): void {
  const devdax = root.command("devdax")
    .description("List, make and put back the devdax devices of a machine that is to be traced.")
    .addHelpText("after", DEVDAX_HELP);
  action(devdax, "list")
    .description("what there is, what it holds, and who uses it; changes nothing")
    .action(async ({ target, json }) => {
      const listed = await listDevdax(target);
      const text = json
        ? `${JSON.stringify(listed, null, 2)}\n`
        : renderDevdax(listed, { width: 80 });
      await writeAll(Deno.stdout, text);
    });
  action(devdax, "create")
    .description("make a device, in free space if there is any")
    .addOption(
      new Option("--align <size>", "mapping size")
        .choices(["4K", "2M", "1G"] as const).default("2M" as const),
    )
    .option("--size <size>", "bytes that can be mapped (all of the space that is free)", pages)
    .addOption(
      new Option("--map <where>", "struct pages on the device, or in memory")
        .choices(["dev", "mem"] as const).default("dev" as const),
    )
    .option("--overwrite <namespace>", "make it of this namespace: what that holds is lost")
    .action(async ({ target, json, align, size, map, overwrite }) => {
      const created = await createDevdax(target, {
        alignBytes: parseBytes(align) ?? 0,
        ...(size === undefined ? {} : { bytes: size }),
        map,
        ...(overwrite === undefined ? {} : { overwrite }),
      }, { folder: stateFolder(), now: new Date().toISOString() });
      const { device, namespace, region, before, stateFile } = created;
      const was = before === undefined
        ? `of free space of ${region}`
        : `it was ${before.mode}, and held ${before.held}`;
      const text = json
        ? JSON.stringify(created, null, 2)
        : `${device.path}: ${mebibytes(device.bytes)}, align ${align}, map ${map}
${namespace}: ${was}
"deno task devdax restore" puts it back, by what is written down in
${stateFile}
Next: deno task trace --device ${device.path}`;
      await writeAll(Deno.stdout, `${text}\n`);
    });
  action(devdax, "restore")
    .description("put back what create changed: modes, aligns and names, not what was in there")
    .action(async ({ target, json }) => {
      const restored = await restoreDevdax(target, { folder: stateFolder() });
      const lines = restored.length === 0 ? ["Nothing to do."] : restored.map(restoredLine);
      const text = json ? JSON.stringify({ restored }, null, 2) : lines.join("\n");
      await writeAll(Deno.stdout, `${text}\n`);
      if (restored.some(({ kind }) => kind === "refused")) Deno.exitCode = EXIT_MACHINERY;
    });
}

const DEVDAX_HELP = `
create takes free space of a region first, then a namespace that is blank or
that it made itself. Any other is taken only by its name, with --overwrite, and
none that is in use: open, mapped, mounted, swapped to, part of another device,
or the kernel's memory. What was before is written down, below XDG_STATE_HOME or
~/.local/state, before anything is changed.

Examples:
  deno task devdax list
  sudo deno task devdax create --align 2M --size 1G
  sudo deno task devdax create --align 1G --overwrite namespace0.0
  sudo deno task devdax restore`;

type MachineOptions = { readonly target: MachineName; readonly json?: true | undefined };

function action(devdax: Command, name: string): Command<[], MachineOptions> {
  return devdax.command(name)
    .addOption(
      new Option("--target <where>", "this machine (local), or another (ssh:HOST)")
        .argParser(machine).default("local" as const),
    )
    .option("--json", "print one JSON object");
}

function restoredLine(restored: Restored): string {
  const { namespace } = restored;
  switch (restored.kind) {
    case "freed":
      return `${namespace}: gone, its space in ${restored.region} is free again`;
    case "restored": {
      const { mode, alignBytes, map, label, held } = restored.before;
      const words = [
        mode,
        ...(alignBytes === undefined ? [] : [`align ${shortBytes(alignBytes)}`]),
        ...(map === undefined ? [] : [`map ${map}`]),
        ...(label === "" ? [] : [`name ${label}`]),
      ];
      const lost = held === "nothing" ? "" : `; what it held (${held}) is not put back`;
      return `${namespace}: ${words.join(", ")} again${lost}`;
    }
    case "gone":
      return `${namespace}: nothing to do, ${restored.why}`;
    case "refused":
      return `${namespace}: left as it is, ${restored.why}`;
  }
}
