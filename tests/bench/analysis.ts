/**
 * How fast a recording is analysed, and in how much memory: against programs that add up the same sums.
 *
 * @module
 */

import { join } from "node:path";
import type { Report } from "headcount";
import { BUFFER } from "../analysis/support.ts";
import { ROOT, temporaryFolder } from "../support/cli.ts";
import { BUFFER_BYTES } from "./recording.ts";
import type { BenchOptions, BenchResult, Target } from "./result.ts";

/** What a run took. */
interface Usage {
  readonly code: number;
  /** Seconds, of the user and of the system together. */
  readonly cpu: number;
  readonly wall: number;
  readonly peakMebibytes: number;
}

/** A program that adds up the sums. */
interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** The sums that it printed, in the form of `sums/sums.c`; `undefined` for one that makes none. */
  readonly sums: ((output: string) => string) | undefined;
  /** Rounds that it takes part in: the slowest take minutes. */
  readonly rounds: number;
}

const SUMS = join(ROOT, "tests/bench/sums");
const FIRST = `0x${BUFFER.toString(16)}`;
const END = `0x${(BUFFER + BUFFER_BYTES).toString(16)}`;
const MEBIBYTES = 200;

/** Measures the analysis of generated recordings. */
export async function benchAnalysis(options: BenchOptions): Promise<BenchResult> {
  const events = Number(options["events"] ?? 2_000_000);
  const rounds = Number(options["rounds"] ?? 5);
  const seed = options["seed"] ?? "1";
  const sizes = (options["sizes"] ?? "1,4,16").split(",").filter((size) => size !== "").map(Number);
  await using folder = await temporaryFolder();
  const file = join(folder.path, "recording.jsonl");
  await sh('deno run "$1" "$2" "$3" >"$4"', GENERATOR, String(events), seed, file);
  const { size } = await Deno.stat(file);
  const skipped: string[] = [];
  const contenders = await contendersFor(file, folder.path, rounds, skipped);

  const usages = new Map<Contender, Usage[]>(contenders.map((it) => [it, []]));
  let sums: { readonly name: string; readonly text: string } | undefined;
  // In turn, so that what else the machine does meets all of them.
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      if (round >= contender.rounds) continue;
      const { output, usage } = await measure(contender.command);
      usages.get(contender)?.push(usage);
      if (contender.sums === undefined) continue;
      const text = contender.sums(output);
      sums ??= { name: contender.name, text };
      if (text !== sums.text) {
        throw new Error(`${contender.name} adds up to\n${text}\n${sums.name} to\n${sums.text}`);
      }
    }
  }

  const medians = new Map([...usages].map(([{ name }, all]) => [name, medianOf(all)]));
  const ours = medians.get("headcount")?.cpu ?? NaN;
  const targets: Target[] = [];
  for (const [name, limit] of [["mawk", 1 / 2], ["jq", 1 / 20], ["C", 5]] as const) {
    const theirs = medians.get(name)?.cpu;
    if (theirs !== undefined) {
      targets.push({ name: `CPU time of headcount / ${name}`, limit, value: ours / theirs });
    }
  }
  const rows = [...usages].map(([{ name }, all]) => rowOf(name, all, { events, size, ours }));
  for (const times of sizes) {
    const usage = await measurePiped(times * events, seed);
    rows.push([
      `headcount, ${times} x`,
      usage.cpu.toFixed(2),
      "",
      usage.wall.toFixed(2),
      "",
      String(Math.round(times * events / usage.cpu / 1000)),
      "",
      usage.peakMebibytes.toFixed(0),
    ]);
    const name = `MiB at the most, for ${times * events} lines`;
    targets.push({ name, limit: MEBIBYTES, value: usage.peakMebibytes });
  }
  return {
    title: `${events} lines, ${(size / 1e6).toFixed(0)} MB, medians of up to ${rounds} rounds`,
    columns: ["", "CPU s", "min..max", "wall s", "CPU x", "klines/s", "MB/s", "peak MiB"],
    rows,
    measured: {
      events,
      bytes: size,
      usages: Object.fromEntries([...usages].map(([it, all]) => [it.name, all])),
    },
    targets,
    skipped,
  };
}

const GENERATOR = join(ROOT, "tests/bench/recording.ts");
const ANALYZE = ["deno", "run", "--allow-read", "--allow-env", join(ROOT, "cli.ts"), "analyze"];

async function contendersFor(
  file: string,
  folder: string,
  rounds: number,
  skipped: string[],
): Promise<readonly Contender[]> {
  const contenders: Contender[] = [
    { name: "reading alone", command: ["cat", file], sums: undefined, rounds },
    { name: "headcount", command: [...ANALYZE, "--json", file], sums: sumsOfReport, rounds },
  ];
  const add = async (program: string, rest: Omit<Contender, "sums">): Promise<void> => {
    if (await isInstalled(program)) contenders.push({ ...rest, sums: inOrder });
    else skipped.push(`${rest.name}: "${program}" is not installed`);
  };
  const compiled = join(folder, "sums");
  await add("cc", { name: "C", command: [compiled, file, FIRST, END], rounds });
  if (await isInstalled("cc")) await sh('cc -O2 -o "$1" "$2"', compiled, join(SUMS, "sums.c"));
  for (const awk of ["mawk", "gawk"]) {
    const variables = ["-v", `first=${FIRST}`, "-v", `end=${END}`];
    const command = [awk, ...variables, "-f", join(SUMS, "sums.awk"), file];
    await add(awk, { name: awk, command, rounds: awk === "mawk" ? rounds : 2 });
  }
  await add("python3", {
    name: "python3",
    command: ["python3", join(SUMS, "sums.py"), file, FIRST, END],
    rounds: 2,
  });
  await add("jq", {
    name: "jq",
    command: ["jq", "-n", "-r", "--arg", "first", FIRST, "--arg", "last", END]
      .concat("-f", join(SUMS, "sums.jq"), file),
    rounds: 1,
  });
  const sql = (await Deno.readTextFile(join(SUMS, "sums.sql")))
    .replaceAll("'FILE'", `'${file}'`).replaceAll("'FIRST'", `'${FIRST}'`)
    .replaceAll("'END'", `'${END}'`);
  await add("duckdb", {
    name: "duckdb",
    command: ["duckdb", "-noheader", "-list", "-c", sql],
    rounds: 2,
  });
  return contenders;
}

/** The sums of a report, as the other programs print them. */
function sumsOfReport(output: string): string {
  const { ledger, histograms }: Report = JSON.parse(output);
  const sum = (name: string): number => ledger.laws.find((law) => law.name === name)?.stream ?? NaN;
  const names = ["calls", "pages", "grabs", "references", "puts", "references put"];
  return inOrder([
    [...names.map(sum), ledger.balance.even].join(" "),
    ...histograms.refsPerGrab.map(({ lo, count }) => `refs ${lo} ${count}`),
    ...histograms.pagesPerCall.map(({ lo, count }) => `pages ${lo} ${count}`),
  ].join("\n"));
}

/** Sums in order, histograms without what is empty. */
function inOrder(output: string): string {
  return output.trim().split("\n").filter((line) => !/^(refs|pages) \d+ 0$/.test(line)).sort()
    .join("\n");
}

function rowOf(
  name: string,
  all: readonly Usage[],
  { events, size, ours }: { events: number; size: number; ours: number },
): readonly string[] {
  const { cpu, wall, peakMebibytes } = medianOf(all);
  const cpus = all.map((usage) => usage.cpu);
  return [
    name,
    cpu.toFixed(2),
    `${Math.min(...cpus).toFixed(2)}..${Math.max(...cpus).toFixed(2)}`,
    wall.toFixed(2),
    (cpu / ours).toFixed(2),
    String(Math.round(events / cpu / 1000)),
    String(Math.round(size / cpu / 1e6)),
    peakMebibytes.toFixed(0),
  ];
}

function medianOf(usages: readonly Usage[]): Usage {
  const median = (of: (usage: Usage) => number): number => {
    const values = usages.map(of).sort((a, b) => a - b);
    return values[values.length >> 1] ?? NaN;
  };
  return {
    code: 0,
    cpu: median(({ cpu }) => cpu),
    wall: median(({ wall }) => wall),
    peakMebibytes: median((usage) => usage.peakMebibytes),
  };
}

/** Runs a command; its output is thrown away where it is a whole recording. */
async function measure(
  command: readonly string[],
): Promise<{ readonly output: string; readonly usage: Usage }> {
  const out = command[0] === "cat" ? ' "$@" >/dev/null' : ' "$@"';
  const { stdout, stderr } = await sh(`exec python3 ${out}`, USAGE, ...command);
  return { output: stdout, usage: usageIn(stderr) };
}

/** Analyses a recording that is generated at the same time and never a file. */
async function measurePiped(events: number, seed: string): Promise<Usage> {
  const { stderr } = await sh(
    'g=$1 n=$2 s=$3; shift 3; deno run "$g" "$n" "$s" | python3 "$@" >/dev/null',
    GENERATOR,
    String(events),
    seed,
    USAGE,
    ...ANALYZE,
    "-",
  );
  return usageIn(stderr);
}

const USAGE = join(ROOT, "tests/bench/usage.py");

function usageIn(stderr: string): Usage {
  const usage: Usage = JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
  if (usage.code > 2) throw new Error(`Exit code ${usage.code}: ${stderr}`);
  return usage;
}

async function isInstalled(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] })
    .output();
  return success;
}

async function sh(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stderr);
  if (!success) throw new Error(`Cannot run ${script}: ${said}`);
  return { stdout: decoder.decode(stdout), stderr: said };
}
