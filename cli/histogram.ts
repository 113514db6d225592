/**
 * `histogram`: what a bpftrace program of one's own counted.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import {
  type BpftraceHistogram,
  histogramMarkdown,
  histogramSvg,
  histogramText,
  readBpftraceHistograms,
  RequestError,
  splitLines,
} from "../mod.ts";
import { count } from "./arguments.ts";
import { errorText, writeAll } from "./output.ts";

/** Adds the command `histogram`. */
export function addHistogram(root: Command): void {
  root.command("histogram")
    .description("Show the histograms that bpftrace printed with -f json.")
    .argument("<file>", "what bpftrace printed; - for standard input")
    .addOption(
      new Option("--to <format>", "how to print them")
        .choices(["text", "markdown", "json", "svg"] as const).default("text" as const),
    )
    .addOption(
      new Option("--columns <n>", "text: columns of a line").argParser(count).default(80),
    )
    .addHelpText("after", HISTOGRAM_HELP)
    .action(async (file, { to, columns }) => {
      const histograms = await readHistograms(file);
      await writeAll(Deno.stdout, await RENDERERS[to](histograms, columns));
    });
}

const HISTOGRAM_HELP = `
Those of hist() and lhist() are shown, each as often as bpftrace printed it;
lines that tell of anything else are left out. Upper bounds do not belong to
their bucket. docs/histograms.md tells what bpftrace prints, and what of it is
put right.

Examples:
  bpftrace -f json program.bt > program.json
  deno task histogram program.json --columns 60
  deno task -q histogram program.json --to svg > program.svg`;

type Renderer = (
  histograms: readonly BpftraceHistogram[],
  columns: number,
) => string | Promise<string>;

const RENDERERS: Readonly<Record<"text" | "markdown" | "json" | "svg", Renderer>> = {
  text: (histograms, columns) =>
    histograms.map((it) => `${titleOf(it)}\n${histogramText(it.histogram, { columns })}`)
      .join("\n"),
  markdown: (histograms) =>
    histograms.map((it) => `**\`${titleOf(it)}\`**\n\n${histogramMarkdown(it.histogram)}`)
      .join("\n"),
  json: (histograms) => `${JSON.stringify(histograms, null, 2)}\n`,
  svg: (histograms) =>
    histogramSvg(histograms.map((it) => ({ title: titleOf(it), histogram: it.histogram }))),
};

/** The map and its key, as a program would write them. */
function titleOf({ name, key }: BpftraceHistogram): string {
  return key === undefined ? name : `${name}[${key}]`;
}

async function readHistograms(path: string): Promise<readonly BpftraceHistogram[]> {
  const histograms: BpftraceHistogram[] = [];
  let number = 0;
  for await (const line of splitLines(await open(path))) {
    number++;
    try {
      histograms.push(...readBpftraceHistograms(line));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new RequestError(`${named(path)}, line ${number}: ${error.message}`);
    }
  }
  if (histograms.length > 0) return histograms;
  throw new RequestError(
    `There is no histogram in ${
      named(path)
    }: give what "bpftrace -f json" printed of hist() or lhist()`,
  );
}

async function open(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (path === "-") return Deno.stdin.readable;
  try {
    return (await Deno.open(path)).readable;
  } catch (error) {
    throw new RequestError(`Cannot read "${path}": ${errorText(error)}`);
  }
}

function named(path: string): string {
  return path === "-" ? "standard input" : `"${path}"`;
}
