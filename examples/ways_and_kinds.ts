/**
 * Takes memory of several kinds in several ways on several kernels, and prints the table of
 * docs/memory.md:
 *
 *     deno run --allow-read --allow-write --allow-run --allow-env \
 *       examples/ways_and_kinds.ts FOLDER [KERNEL...]
 *
 * Each cell takes some 15 s; what is in FOLDER already is not run again.
 */

import {
  analyze,
  cacheFolder,
  control,
  type ControlLack,
  type ControlRun,
  MachineryError,
  type MemoryKind,
  parseWorkload,
  type Report,
  RequestError,
  VERSION,
} from "../mod.ts";

const WAYS = ["direct-io", "vmsplice", "io-uring", "process-vm"];
const KINDS: readonly MemoryKind[] = ["devdax", "fsdax", "thp", "hugetlb-2M", "anon"];
const MIB = 1024 ** 2;

/** What a cell shows of a report; why there is none where the kernel, or the memory, cannot do it. */
type Cell =
  | Pick<Report, "verdict" | "totals" | "workload">
  | { readonly verdict: "impossible"; readonly why: string };

const [folder, ...given] = Deno.args;
if (folder === undefined) throw new RequestError("Give a folder for what is recorded");
const kernels = given.length > 0 ? given : ["5.10", "6.1", "6.12", "7.3"];
for (const kernel of kernels) {
  for (const way of WAYS) await fill(kernel, way);
}
console.log(await table());

/** Runs those cells of a kernel and a way that are not there yet. */
async function fill(kernel: string, way: string): Promise<void> {
  const missing: MemoryKind[] = [];
  for (const kind of KINDS) {
    if (await read(kernel, way, kind) === undefined) missing.push(kind);
  }
  if (missing.length === 0) return;
  const directory = await Deno.makeTempDir();
  try {
    const runs = control({
      target: "guest",
      kernel,
      append: "",
      memoryBytes: 2048 * MIB,
      cpus: 2,
      bytes: 2 * MIB,
      workload: parseWorkload(way).wish,
      memories: missing.map((kind) => ({ kind })),
      cache: cacheFolder(),
      log: `${directory}/kernel.log`,
      headcount: VERSION,
      signal: AbortSignal.timeout(missing.length * 120_000),
      onEvent: () => {},
    });
    for await (const run of runs) {
      console.error(`${kernel}: ${way}, ${run.memory.kind}`);
      await Deno.mkdir(`${folder}/${kernel}`, { recursive: true });
      const cell = await runCell(run, directory);
      await Deno.writeTextFile(path(kernel, way, run.memory.kind), JSON.stringify(cell));
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function runCell(run: ControlRun | ControlLack, directory: string): Promise<Cell> {
  try {
    if (run.kind === "lacking") throw run.error;
    const created = new Date().toISOString();
    const { verdict, totals, workload } = await analyze(run.trace({ directory, created }));
    return { verdict, totals, workload };
  } catch (error) {
    if (!(error instanceof MachineryError || error instanceof RequestError)) throw error;
    return { verdict: "impossible", why: error.message };
  }
}

/** Verdicts with their grabs and how the memory was taken: "per-page 512/3, fast get". */
function words(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  if (cell.verdict === "impossible") return "impossible";
  const { verdict, totals: { grabs, leastGrabs }, workload: { seen = [] } } = cell;
  const ways = [...new Set(seen.map(({ path, kind }) => `${path} ${kind}`))].join(", ");
  return verdict === "undecided" ? ways : `${verdict} ${grabs}/${leastGrabs}, ${ways}`;
}

async function table(): Promise<string> {
  const heads = ["way", "memory", ...kernels];
  const lines = [heads, heads.map(() => "---")];
  const whys = new Set<string>();
  for (const way of WAYS) {
    for (const kind of KINDS) {
      const cells = await Promise.all(kernels.map((kernel) => read(kernel, way, kind)));
      lines.push([`\`${way}\``, `\`${kind}\``, ...cells.map(words)]);
      cells.forEach((cell, i) => {
        if (cell?.verdict === "impossible") {
          whys.add(`- ${kernels[i]}, ${way}, ${kind}: ${cell.why}`);
        }
      });
    }
  }
  return [...lines.map((line) => `| ${line.join(" | ")} |`), "", ...whys].join("\n");
}

function path(kernel: string, way: string, kind: MemoryKind): string {
  return `${folder}/${kernel}/${way.replaceAll(" ", "")}-${kind}.json`;
}

async function read(kernel: string, way: string, kind: MemoryKind): Promise<Cell | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path(kernel, way, kind)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
