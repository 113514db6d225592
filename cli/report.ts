/**
 * `report`: recordings as one page to look at.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import {
  type PageSide,
  type Picture,
  renderPage,
  renderUnlike,
  type Report,
  RequestError,
  SCRIPT_FILE,
  startAnalysis,
  startPicture,
} from "../mod.ts";
import { EXIT_UNLIKE, refuseTwice } from "./compare.ts";
import { complain, writeAll } from "./output.ts";
import { readInto } from "./recording_file.ts";

/** Recordings that a page can show side by side. */
const MOST = 6;

/** Adds the command `report`. */
export function addReport(root: Command): void {
  root.command("report")
    .description("Make one HTML page of a recording, or of several side by side.")
    .argument("<recordings...>", "folders of recordings, or their files; the baseline first")
    .requiredOption("--html <file>", "where to write the page; - for standard output")
    .option("--force", "put two that are not alike side by side all the same")
    .addHelpText("after", REPORT_HELP)
    .action(async (recordings, { html, force = false }) => {
      if (recordings.length > MOST) {
        throw new RequestError(
          `Cannot show ${recordings.length} recordings side by side: ${MOST} at most`,
        );
      }
      refuseTwice(...recordings);
      const sides: PageSide[] = [];
      for (const recording of recordings) sides.push(await readPageSide(recording));
      const page = await renderPage(sides, { force });
      if (typeof page !== "string") {
        complain(renderUnlike(page).trimEnd());
        Deno.exitCode = EXIT_UNLIKE;
      } else if (html === "-") {
        await writeAll(Deno.stdout, page);
      } else {
        await writePage(html, page);
      }
    });
}

const REPORT_HELP = `
The page is one file: it needs no network and no script, has all numbers in
tables as well, and can be printed. Of two recordings it shows before and after.

Exit codes: 0 written, 3 the recordings are not alike, 64 usage error.

Examples:
  deno task report recordings/base --html base.html
  deno task report recordings/base recordings/patched --html change.html`;

async function readPageSide(recording: string): Promise<PageSide> {
  const { report, picture } = await readPicture(recording);
  const text = await scriptBeside(recording);
  return {
    name: recording === "-" ? "standard input" : recording,
    report,
    picture,
    ...(text === undefined ? {} : {
      script: { text, isAsRun: await sha256(text) === report.recording.scriptSha256 },
    }),
  };
}

/** Analyses a recording, and keeps what of it is drawn. */
async function readPicture(
  path: string,
): Promise<{ readonly report: Report; readonly picture: Picture }> {
  const analysis = startAnalysis();
  const maker = startPicture();
  await readInto(path, {
    add: (item) => {
      analysis.add(item);
      maker.add(item);
    },
    addCall: (call) => {
      if (!analysis.addCall(call)) return false;
      maker.add(call.event());
      return true;
    },
    addPut: (put) => analysis.addPut(put),
    cutOff: () => analysis.cutOff(),
  });
  return { report: analysis.report(), picture: maker.picture() };
}

/** The program in the recording's folder; `undefined` where there is none. */
async function scriptBeside(recording: string): Promise<string | undefined> {
  if (recording === "-") return undefined;
  const isFolder = (await Deno.stat(recording)).isDirectory;
  const folder = isFolder ? recording.replace(/\/$/, "") : recording.replace(/[^/]*$/, ".");
  try {
    return await Deno.readTextFile(`${folder}/${SCRIPT_FILE}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, page);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.IsADirectory)) {
      throw error;
    }
    throw new RequestError(
      `Cannot write the page "${path}": there is no such folder, or it is one`,
    );
  }
}
