/**
 * `deno task bench PART`: measures a part of headcount, and says whether its targets are reached.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { textTable } from "headcount";
import { benchAnalysis } from "./analysis.ts";
import { benchCompare } from "./compare.ts";
import { benchFuzz } from "./fuzz.ts";
import { benchProbes } from "./probes.ts";
import { benchRate } from "./rate.ts";
import type { BenchOptions, BenchResult } from "./result.ts";
import { benchVerdict } from "./verdict.ts";

/** A part that can be measured. */
type Part = (options: BenchOptions) => Promise<BenchResult>;

const PARTS: Readonly<Record<string, Part>> = {
  analysis: benchAnalysis,
  compare: benchCompare,
  fuzz: benchFuzz,
  probes: benchProbes,
  rate: benchRate,
  verdict: benchVerdict,
};

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      events: { type: "string" },
      inputs: { type: "string" },
      only: { type: "string" },
      rounds: { type: "string" },
      seed: { type: "string" },
      sizes: { type: "string" },
    },
  });
}

const USAGE = `Usage: deno task bench ${Object.keys(PARTS).join("|")} [--json]
  --rounds N                           how often each is measured
  --events N, --sizes LIST, --seed N   of analysis: lines, and how many times as many
  --inputs N, --only TEXT, --seed N    of fuzz: inputs for each parser whose name has TEXT`;

async function main(): Promise<number> {
  let found: ReturnType<typeof readArguments>;
  try {
    found = readArguments();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 64;
  }
  const { positionals: [name = ""], values: { json, ...options } } = found;
  const part = PARTS[name];
  if (part === undefined) {
    console.error(USAGE);
    return 64;
  }
  const result = await part(options);
  const { title, rows, columns, targets, skipped } = result;
  const missed = targets.filter(({ value, limit }) => !(value <= limit));
  if (json) {
    console.log(
      JSON.stringify({ ...result, missed: missed.map((target) => target.name) }, null, 2),
    );
  } else {
    console.log(title);
    const heads = columns.map((head, i) => ({ head, right: i > 0 }));
    console.log(textTable(heads, rows).join("\n"));
    for (const what of skipped) console.log(`skipped: ${what}`);
    for (const target of targets) {
      const state = missed.includes(target) ? "missed" : "reached";
      console.log(`${state}: ${target.name} ${target.value.toFixed(3)}, at most ${target.limit}`);
    }
  }
  return missed.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
