/**
 * Takes memory of every kind in every way on several kernels, and prints the tables of
 * docs/memory.md:
 *
 *     deno run --allow-read --allow-write --allow-run --allow-env \
 *       examples/ways_and_kinds.ts FOLDER [KERNEL|WAY|KIND...]
 *
 * Heads of columns, ways and kinds say which cells are run, by default all. The kernels of the second table, which have the kernel's own
 * benchmark, are looked for in the folder that HEADCOUNT_TEST_KERNELS names (tests/README.md).
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

/** A kernel: the head of its column, its name or file, and the end of its command line. */
interface Column {
  readonly head: string;
  readonly kernel: string;
  readonly append: string;
}

/** Ways of taking memory, and the kernels that they are tried on. */
interface Table {
  readonly ways: readonly string[];
  readonly columns: readonly Column[];
}

const BUILT = Deno.env.get("HEADCOUNT_TEST_KERNELS");
const TABLES: readonly Table[] = [
  {
    ways: ["direct-io", "direct-io -w", "vmsplice", "io-uring", "process-vm"],
    columns: ["5.10", "6.1", "6.12", "7.3"].map((name) => ({
      head: name,
      kernel: name,
      append: "",
    })),
  },
  {
    ways: ["gup-test -u -n 512", "gup-test -a -n 512", "gup-test -L -n 512"],
    columns: BUILT === undefined ? [] : [
      { head: "5.10-built", kernel: `${BUILT}/bzImage-5.10-compound`, append: "" },
      {
        head: "5.10-rfc",
        kernel: `${BUILT}/bzImage-5.10-compound`,
        append: "devdax_compound=1 gup_variant=1",
      },
      { head: "7.3-built", kernel: `${BUILT}/bzImage-7.3-gup-test`, append: "" },
    ],
  },
];
const KINDS: readonly MemoryKind[] = [
  ...(["devdax", "fsdax", "thp", "hugetlb-2M", "hugetlb-1G"] as const),
  ...(["tmpfs-huge", "tmpfs", "anon"] as const),
];
const MIB = 1024 ** 2;

/** What a cell shows of a report; why there is none where the kernel, or the memory, cannot do it. */
type Cell =
  | Pick<Report, "verdict" | "reasons" | "totals" | "workload">
  | { readonly verdict: "impossible"; readonly why: string };

const [folder, ...given] = Deno.args;
if (folder === undefined) throw new RequestError("Give a folder for what is recorded");
const heads = chosen(TABLES.flatMap(({ columns }) => columns.map(({ head }) => head)));
const ways = chosen(TABLES.flatMap(({ ways }) => ways));
const kinds = chosen(KINDS);
for (const table of TABLES) {
  for (const column of table.columns.filter(({ head }) => heads.includes(head))) {
    for (const way of table.ways.filter((way) => ways.includes(way))) await fill(column, way);
  }
}
for (const table of TABLES) console.log(await markdown(table));

/** Those of some names that were given, or all of them where none was. */
function chosen<Name extends string>(names: readonly Name[]): readonly Name[] {
  return names.some((name) => given.includes(name))
    ? names.filter((name) => given.includes(name))
    : names;
}

/** Runs those cells of a kernel and a way that are not there yet. */
async function fill({ head, kernel, append }: Column, way: string): Promise<void> {
  const missing: MemoryKind[] = [];
  for (const kind of kinds) {
    if (await read(head, way, kind) === undefined) missing.push(kind);
  }
  if (missing.length === 0) return;
  const directory = await Deno.makeTempDir();
  try {
    const runs = control({
      target: "guest",
      kernel,
      append,
      memoryBytes: 2048 * MIB,
      cpus: 2,
      bytes: 2 * MIB,
      workload: parseWorkload(way).wish,
      // The devdax device last: on 5.10-rfc, whose pages are compound, taking it away to make a
      // file system did not end.
      memories: missing.toReversed().map((kind) => ({ kind })),
      cache: cacheFolder(),
      log: `${directory}/kernel.log`,
      headcount: VERSION,
      signal: AbortSignal.timeout(missing.length * 120_000),
      onEvent: () => {},
    });
    for await (const run of runs) {
      console.error(`${head}: ${way}, ${run.memory.kind}`);
      await Deno.mkdir(`${folder}/${head}`, { recursive: true });
      const cell = await runCell(run, directory);
      await Deno.writeTextFile(path(head, way, run.memory.kind), JSON.stringify(cell));
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function runCell(run: ControlRun | ControlLack, directory: string): Promise<Cell> {
  try {
    if (run.kind === "lacking") throw run.error;
    const created = new Date().toISOString();
    const report = await analyze(run.trace({ directory, created }));
    const { verdict, reasons, totals, workload } = report;
    return { verdict, reasons, totals, workload };
  } catch (error) {
    const isLack = error instanceof MachineryError || error instanceof RequestError;
    // Another run can have what a guest took with it that broke down.
    if (!isLack || /^The guest is gone/.test(error.message)) throw error;
    return { verdict: "impossible", why: error.message };
  }
}

/**
 * Verdicts with their grabs and how the memory was taken: "per-page 512/3, fast get"; and what was
 * expected, where that is something else.
 */
function words(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  if (cell.verdict === "impossible") return "impossible";
  const { verdict, totals, workload: { expected, seen = [] } } = cell;
  const ways = [...new Set(seen.map(({ path, kind }) => `${path} ${kind}`))].join(", ");
  const hoped = expected === undefined ? ways : `${expected.path} ${expected.kind}`;
  const taken = ways === hoped ? ways : `${ways} (expected ${hoped})`;
  if (totals.pages === totals.slowPages) return taken;
  return `${verdict} ${totals.grabs}/${totals.leastGrabs}, ${taken}`;
}

async function markdown({ ways, columns }: Table): Promise<string> {
  const heads = ["way", "memory", ...columns.map(({ head }) => head)];
  const lines = [heads, heads.map(() => "---")];
  const whys = new Set<string>();
  for (const way of ways) {
    for (const kind of KINDS) {
      const cells = await Promise.all(columns.map(({ head }) => read(head, way, kind)));
      lines.push([`\`${way}\``, `\`${kind}\``, ...cells.map(words)]);
      cells.forEach((cell, i) => {
        if (cell?.verdict === "impossible") {
          whys.add(`- ${columns[i]?.head}, ${way}, ${kind}: ${cell.why}`);
        }
      });
    }
  }
  return [...lines.map((line) => `| ${line.join(" | ")} |`), "", ...whys, ""].join("\n");
}

function path(head: string, way: string, kind: MemoryKind): string {
  return `${folder}/${head}/${way.replaceAll(" ", "")}-${kind}.json`;
}

async function read(head: string, way: string, kind: MemoryKind): Promise<Cell | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path(head, way, kind)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
