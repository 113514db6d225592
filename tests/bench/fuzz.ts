/**
 * Damaged samples through every parser of foreign text, and lines without an end.
 *
 * @module
 */

import { LINE_READERS, readEndlessLine } from "../support/endless_line.ts";
import { fuzzedParsers } from "../support/fuzzed_parsers.ts";
import { fuzz } from "../support/fuzzing.ts";
import type { BenchOptions, BenchResult, Target } from "./result.ts";

/** Bytes of a line without an end. */
const ENDLESS = 2 ** 30;
const MEBIBYTES = 200;

/** Gives each parser so many inputs; one that breaks is told, and the others go on. */
export async function benchFuzz(options: BenchOptions): Promise<BenchResult> {
  const inputs = Number(options["inputs"] ?? 1_000_000);
  const seed = Number(options["seed"] ?? 1);
  const only = options["only"];
  const rows: string[][] = [];
  const measured: unknown[] = [];
  const targets: Target[] = [];
  for (const parser of await fuzzedParsers()) {
    if (only !== undefined && !parser.name.includes(only)) continue;
    try {
      const fuzzed = await fuzz(parser, inputs, seed);
      const { name, accepted, perSecond, slowestMs } = fuzzed;
      const figures = [inputs, accepted, inputs - accepted, Math.round(perSecond)].map(String);
      rows.push([name, ...figures, slowestMs.toFixed(1)]);
      measured.push(fuzzed);
    } catch (error) {
      console.error(error);
      rows.push([parser.name, "broken", "", "", "", ""]);
      targets.push({ name: `${parser.name}: inputs that break it`, limit: 0, value: 1 });
    }
  }
  for (const reader of only === undefined ? LINE_READERS : []) {
    const line = await readEndlessLine(reader, ENDLESS);
    measured.push(line);
    const name = `MiB more for a line of 1 GiB, ${reader} (${line.seconds.toFixed(1)} s)`;
    targets.push({ name, limit: MEBIBYTES, value: line.grownMebibytes });
  }
  return {
    title: `${inputs} damaged samples a parser, seed ${seed}`,
    columns: ["parser", "inputs", "accepted", "refused", "inputs/s", "slowest ms"],
    rows,
    measured,
    targets,
    skipped: [],
  };
}
