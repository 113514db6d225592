/**
 * What is printed, and the exit codes that go with it.
 *
 * @module
 */

import { renderJson } from "../analysis/report/json.ts";
import type { Report } from "../analysis/report/report.ts";
import { EXIT_CODES } from "../analysis/verdict.ts";

/** A usage error, as sysexits.h numbers it. */
export const EXIT_USAGE = 64;
/** A failure of the machinery. */
export const EXIT_MACHINERY = 69;
/** What a shell says of a command that SIGINT ended. */
export const EXIT_INTERRUPTED = 130;

/** Prints a report; gives its exit code. */
export async function printReport(report: Report, json: boolean): Promise<number> {
  await writeAll(Deno.stdout, json ? `${renderJson(report)}\n` : await textOf(report));
  return EXIT_CODES[report.verdict];
}

/** The report as text; what lays it out is only loaded where it is asked for. */
async function textOf(report: Report): Promise<string> {
  const { renderText } = await import("../analysis/report/text.ts");
  return renderText(report, { width: 80, colour: isColourful() });
}

/** Whether standard output is to be coloured. */
export function isColourful(): boolean {
  return Deno.stdout.isTerminal() && (Deno.env.get("NO_COLOR") ?? "") === "";
}

/** Columns of the terminal that shows progress; undefined where there is none. */
export function terminalColumns(): number | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  // A terminal without a size, as some CI gives, has 0 columns.
  return Deno.consoleSize().columns || 80;
}

/** Writes text whole. */
export async function writeAll(
  file: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** Says something beside the output. */
export function complain(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** What an error says. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
