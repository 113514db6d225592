/**
 * `mail`: the block for a mail, and whether any text can be mailed.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import { checkMail, renderMail, renderUnlike, RequestError } from "../mod.ts";
import { EXIT_UNLIKE, refuseTwice } from "./compare.ts";
import { complain, writeAll } from "./output.ts";
import { readSide } from "./sides.ts";

/** Adds the command `mail`. */
export function addMail(root: Command): void {
  root.command("mail")
    .description("Print a block of evidence to paste into a mail, or check a text for one.")
    .argument("[baseline]", "recording of the kernel before the change; several by commas")
    .argument("[patched]", "recording of the kernel with it; several by commas")
    .option("--check <file>", "check a text instead; - for standard input")
    .option("--force", "put what is not alike side by side all the same")
    .option("--emulated-times", "show times that are an emulator's, too")
    .addHelpText("after", MAIL_HELP)
    .action(async (baseline, patched, { check, ...options }) => {
      if (check !== undefined) {
        if (baseline !== undefined) {
          throw new RequestError("--check takes a text: a recording has none, give one of both");
        }
        Deno.exitCode = await checkFile(check);
        return;
      }
      if (baseline === undefined) {
        throw new RequestError("There is nothing to mail: give a recording, or --check FILE");
      }
      refuseTwice(baseline, patched);
      const mail = renderMail(
        await readSide(baseline),
        patched === undefined ? undefined : await readSide(patched),
        options,
      );
      if (typeof mail === "string") {
        await writeAll(Deno.stdout, mail);
        return;
      }
      complain(renderUnlike(mail).trimEnd());
      Deno.exitCode = EXIT_UNLIKE;
    });
}

const MAIL_HELP = `
What is printed is ASCII of at most 72 columns: quoted twice it still fits 80.
--check holds any text to that, and complains of numbers without a unit.
Recordings are given as to compare.

Exit codes: 0 printed, or nothing is wrong with the text; 1 something is; 3 the
recordings are not alike; 64 usage error.

Examples:
  deno task mail recordings/base recordings/patched
  deno task mail base-get,base-pin rfc-get,rfc-pin --emulated-times
  deno task mail --check 0001-mm-gup.patch`;

/** Checks a text; gives the exit code. */
async function checkFile(path: string): Promise<number> {
  const faults = checkMail(await readText(path));
  const name = path === "-" ? "standard input" : path;
  for (const { line, what } of faults) {
    await writeAll(Deno.stdout, `${name}:${line}: ${what}\n`);
  }
  return faults.length === 0 ? 0 : 1;
}

async function readText(path: string): Promise<string> {
  if (path === "-") return await new Response(Deno.stdin.readable).text();
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RequestError(`Cannot check "${path}": there is no such file`);
  }
}
