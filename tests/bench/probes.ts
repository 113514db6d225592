/**
 * What probes cost in the calls that they trace: headcount's, and those of programs by hand. All times
 * are of the workload's own clock, in one guest, in turns.
 *
 * @module
 */

import { analyze, type RecordingItem, type WorkloadReport } from "headcount";
import { makePlan } from "../../probes/plan.ts";
import { temporaryFolder } from "../support/cli.ts";
import { testKernel } from "../support/test_kernel.ts";
import { openBenchGuest, withHeadcount, withoutProbes, withProgram } from "./guest.ts";
import type { BenchOptions, BenchResult, Target } from "./result.ts";
import { doingNothing, type HandWritten, handWritten } from "./scripts.ts";

/** A kernel, what it does, and what headcount must reach there. */
interface Case {
  readonly name: string;
  /** One of the small test kernels; Debian's 6.1 without it. */
  readonly image?: string;
  readonly append: string;
  readonly workload: string;
  readonly bytes: number;
  readonly against: HandWritten;
  readonly limit: number;
}

const GUP = "gup-test -n 512 -r 20";

const CASES: readonly Case[] = [
  {
    name: "page by page, kprobes (5.10)",
    image: "bzImage-5.10-compound",
    append: "devdax_compound=1 gup_variant=0",
    workload: GUP,
    bytes: 2 ** 26,
    against: "counts",
    limit: 2,
  },
  {
    name: "page by page, fentry (6.1)",
    append: "",
    workload: "direct-io",
    bytes: 2 ** 26,
    against: "counts",
    limit: 1.2,
  },
  {
    name: "one grab a leaf, kprobes (5.10)",
    image: "bzImage-5.10-compound",
    append: "devdax_compound=1 gup_variant=1",
    workload: GUP,
    bytes: 2 ** 26,
    against: "prints grabs",
    limit: 1,
  },
  {
    name: "one grab a leaf, fentry (7.3)",
    image: "bzImage-7.3-gup-test",
    append: "",
    workload: GUP,
    bytes: 2 ** 26,
    against: "prints grabs",
    limit: 1,
  },
];

const PROGRAMS: readonly HandWritten[] = ["counts", "prints grabs", "prints calls and grabs"];

/** The row of a program with headcount's probes, and nothing in them. */
const NOTHING = "the same, does nothing";

/** Measures the cost of probes. */
export async function benchProbes(options: BenchOptions): Promise<BenchResult> {
  const rounds = Number(options["rounds"] ?? 3);
  const rows: string[][] = [];
  const targets: Target[] = [];
  const skipped: string[] = [];
  const measured: Record<string, unknown> = {};
  for (const it of CASES) {
    const kernel = it.image === undefined ? undefined : testKernel(it.image);
    if (it.image !== undefined && kernel === undefined) {
      skipped.push(`${it.name}: the test kernel ${it.image} is not there`);
      continue;
    }
    const times = await measure(it, kernel, rounds);
    measured[it.name] = Object.fromEntries(times);
    const untraced = medianOf(times.get("untraced")?.ns ?? []);
    for (const [what, { ns, lost }] of times) {
      const median = medianOf(ns);
      rows.push([
        rows.some(([name]) => name === it.name) ? "" : it.name,
        what,
        String(ns.length),
        (median / 1e6).toFixed(3),
        `${(Math.min(...ns) / 1e6).toFixed(3)}..${(Math.max(...ns) / 1e6).toFixed(3)}`,
        (median / untraced).toFixed(1),
        lost === undefined ? "" : `${(lost * 100).toFixed(1)} %`,
      ]);
    }
    const [ours, theirs] = ["headcount", it.against].map((name) =>
      medianOf(times.get(name)?.ns ?? [])
    );
    targets.push({
      name: `${it.name}: headcount / a program that ${it.against}`,
      limit: it.limit,
      value: (ours ?? NaN) / (theirs ?? NaN),
    });
  }
  return {
    title: `Time of a pass over 64 MiB in a guest, ${rounds} rounds`,
    columns: ["kernel", "probes", "n", "median ms", "min..max", "x untraced", "lost"],
    ...{ rows, measured, targets, skipped },
  };
}

interface Times {
  /** Nanoseconds of each repeat or system call. */
  readonly ns: number[];
  /** Part of the events that was lost; `undefined` where none are made. */
  lost?: number;
}

async function measure(
  { append, workload, bytes }: Case,
  kernel: string | undefined,
  rounds: number,
): Promise<ReadonlyMap<string, Times>> {
  await using folder = await temporaryFolder();
  const wish = { append, ...(kernel === undefined ? {} : { kernel }) };
  await using guest = await openBenchGuest(folder.path, workload, bytes, wish);
  const plan = makePlan(guest.machine.facts, { putsOf: "all", pageRef: false });
  const times = new Map<string, Times>();
  const add = (name: string, reports: readonly WorkloadReport[], lost?: number): void => {
    const known = times.get(name) ?? { ns: [] };
    known.ns.push(...reports.flatMap(timeOf));
    if (lost !== undefined) known.lost = lost;
    times.set(name, known);
  };
  // The first run finds a ram disk whose pages are not there yet.
  await withoutProbes(guest);
  for (let round = 0; round < rounds; round++) {
    add("untraced", await withoutProbes(guest));
    const items = await withHeadcount(guest, folder.path);
    add("headcount", reportsIn(items), await lostOf(items));
    add(NOTHING, (await withProgram(guest, folder.path, doingNothing(plan))).reports);
    for (const kind of PROGRAMS) {
      const run = await withProgram(guest, folder.path, handWritten(plan, kind));
      const isPrinting = kind !== "counts";
      add(kind, run.reports, isPrinting ? run.lost / (run.lines + run.lost) : undefined);
    }
  }
  return times;
}

/** The part of the events that headcount lost: none, or its ledger is not clean. */
async function lostOf(items: readonly RecordingItem[]): Promise<number> {
  async function* lines() {
    yield* items;
  }
  const { ledger } = await analyze(lines());
  if (ledger.lost === 0 && ledger.laws.some(({ holds }) => holds === false)) {
    throw new Error(`A law is broken: ${JSON.stringify(ledger.laws)}`);
  }
  const calls = ledger.laws.find(({ name }) => name === "calls");
  return calls?.kernel ? 1 - calls.stream / calls.kernel : NaN;
}

function reportsIn(items: readonly RecordingItem[]): WorkloadReport[] {
  return items.flatMap((item) => item.kind === "workload" ? [item.report] : []);
}

function timeOf(report: WorkloadReport): number[] {
  const ns = report.step === "repeat"
    ? report.getNs
    : report.step === "syscall"
    ? report.ns
    : undefined;
  return ns === undefined ? [] : [ns];
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
