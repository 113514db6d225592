/**
 * `scrub`: a recording that can be posted.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import { join } from "node:path";
import { encodeItem, MachineryError, type RecordingItem, startScrub } from "../mod.ts";
import { complain, errorText } from "./output.ts";
import { makeRecordingFolder } from "./record.ts";
import { readInto, RECORDING_FILES } from "./recording_file.ts";

/** Adds the command `scrub`. */
export function addScrub(root: Command): void {
  root.command("scrub")
    .description("Write a recording anew without what tells where it was made, to be posted.")
    .argument("<recording>", "folder of a recording, or its file")
    .requiredOption("--out <dir>", "folder of the new recording")
    .option("--name <name...>", "names of hosts, users or projects that are to be taken out")
    .option("--processes", "give numbers to processes instead of their names")
    .addHelpText("after", SCRUB_HELP)
    .action(async (recording, { out, name = [], processes = false }) => {
      const scrubber = startScrub({ names: [...name, ...hostNames()], processes });
      await makeRecordingFolder(out);
      await copyItems(recording, out, (item) => scrubber.scrub(item));
      const found = [...scrubber.found].map(([kind, count]) => `${kind} ${count}`);
      complain(
        found.length === 0
          ? "Nothing was taken out."
          : `Taken out: ${found.join(", ")}. Read the result before you post it.`,
      );
    });
}

const SCRUB_HELP = `
Taken out are user@host, network addresses, UUIDs, home folders, the folders of
paths that only this machine has, the host that ssh was asked for, this
machine's own name, and each --name. What is counted and judged stays as it is:
the verdict is the same. The kernel's release, the processor's model, pfns and
the addresses of buffers stay; docs/recording.md says what else.

Example:
  deno task scrub recordings/base --out to-post --name nvbox --name acme`;

/** This machine's own name: what a recording that was made here may say. */
function hostNames(): readonly string[] {
  const name = Deno.hostname();
  // A name such as "localhost" tells nothing, and is part of what does.
  return name === "" || name.startsWith("localhost") ? [] : [name];
}

/** Items are written when there are so many. */
const BATCH = 1024;

/** Reads a recording, and writes what becomes of each item. */
async function copyItems(
  recording: string,
  directory: string,
  change: (item: RecordingItem) => RecordingItem,
): Promise<void> {
  using file = await Deno.open(join(directory, RECORDING_FILES.plain), {
    write: true,
    createNew: true,
  });
  const encoder = new TextEncoder();
  let lines: string[] = [];
  const flush = (): void => {
    const bytes = encoder.encode(lines.join(""));
    lines = [];
    try {
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    } catch (error) {
      throw new MachineryError(
        `Cannot write the recording in "${directory}": ${
          errorText(error)
        }; --out takes another folder`,
      );
    }
  };
  await readInto(recording, {
    add: (item) => {
      lines.push(encodeItem(change(item)));
      if (lines.length >= BATCH) flush();
    },
    addCall: () => false,
    cutOff: () => complain("The recording is damaged: what comes after that is left out."),
  });
  flush();
}
