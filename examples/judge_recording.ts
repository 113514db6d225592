/**
 * Judges a recording with the library and prints what a script would want to know:
 *
 *     deno run --allow-read examples/judge_recording.ts tests/fixtures/recordings/linux-7.3-2M
 */

import { analyze, decodeItems, EXIT_CODES, splitLines } from "../mod.ts";

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("Usage: judge_recording.ts RECORDING");
  Deno.exit(64);
}
const file = await Deno.open(`${folder}/recording.jsonl`);
const report = await analyze(decodeItems(splitLines(file.readable)));
const { totals, kernel } = report;
console.log(
  `${kernel.release}: ${report.verdict}, ${totals.grabs} grabs of ${totals.refs} references ` +
    `on ${totals.heads} heads, ${totals.leastGrabs} would do`,
);
Deno.exit(EXIT_CODES[report.verdict]);
