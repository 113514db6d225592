/**
 * How fast grabs may follow each other before events are lost: headcount's, and those of a program by
 * hand that prints each grab, in one guest whose kernel grabs page by page.
 *
 * @module
 */

import { analyze, type RecordingItem, type WorkloadReport } from "headcount";
import { makePlan } from "../../probes/plan.ts";
import { openWorkload } from "../../probes/workloads/open.ts";
import { parseWorkload } from "../../probes/workloads/workload.ts";
import { temporaryFolder } from "../support/cli.ts";
import { testKernel } from "../support/test_kernel.ts";
import { type BenchGuest, openBenchGuest, withHeadcount, withProgram } from "./guest.ts";
import type { BenchOptions, BenchResult } from "./result.ts";
import { handWritten } from "./scripts.ts";

const IMAGE = "bzImage-5.10-compound";
const BYTES: number = 2 ** 26;
const PAGES: number = BYTES / 4096;

/** Pages of one call: the fewer, the more lines there are for as many grabs. */
const PAGES_PER_CALL = [512, 64, 8, 1] as const;

/** What a run came to. */
interface Run {
  /** Grabs in a second of the calls. */
  readonly rate: number;
  /** Part of the events that was lost. */
  readonly lost: number;
}

/** Measures it. */
export async function benchRate(options: BenchOptions): Promise<BenchResult> {
  const kernel = testKernel(IMAGE);
  const title = `Grabs of ${PAGES} pages, one by one (5.10, kprobes), in a guest`;
  const columns = ["pages a call", "headcount, grabs/s", "lost", "prints grabs, grabs/s", "lost"];
  if (kernel === undefined) {
    const skipped = [`all: the test kernel ${IMAGE} is not there`];
    return { title, columns, rows: [], measured: {}, targets: [], skipped };
  }
  const repeats = Number(options["rounds"] ?? 10);
  await using folder = await temporaryFolder();
  await using guest = await openBenchGuest(folder.path, workload(512, repeats), BYTES, {
    append: "devdax_compound=1 gup_variant=0",
    kernel,
  });
  const program = handWritten(makePlan(guest.machine.facts, { putsOf: "all" }), "prints grabs");
  const runs: { readonly pages: number; readonly ours: Run; readonly theirs: Run }[] = [];
  for (const pages of PAGES_PER_CALL) {
    await using opened = await openWorkload(
      guest.target,
      guest.device,
      parseWorkload(workload(pages, repeats)).wish,
      BYTES,
    );
    const other: BenchGuest = { ...guest, workload: opened };
    const ours = await ourRun(await withHeadcount(other, folder.path));
    const { reports, lines, lost } = await withProgram(other, folder.path, program);
    runs.push({ pages, ours, theirs: { rate: rateOf(reports), lost: lost / (lines + lost) } });
  }
  const clean = runs.filter(({ ours }) => ours.lost === 0);
  const best = clean.toSorted((a, b) => b.ours.rate - a.ours.rate)[0];
  return {
    title: best === undefined
      ? title
      : `${title}; most without a loss: ${words(best.ours.rate)} grabs/s, where printing loses ${
        percent(best.theirs.lost)
      }`,
    columns,
    rows: runs.map(({ pages, ours, theirs }) => [
      String(pages),
      ...[ours, theirs].flatMap(({ rate, lost }) => [words(rate), percent(lost)]),
    ]),
    measured: runs,
    targets: [{
      name: "events that headcount loses at 512 pages a call, part of all",
      limit: 0,
      value: runs[0]?.ours.lost ?? NaN,
    }],
    skipped: [],
  };
}

function workload(pages: number, repeats: number): string {
  return `gup-test -n ${pages} -r ${repeats}`;
}

async function ourRun(items: readonly RecordingItem[]): Promise<Run> {
  async function* lines() {
    yield* items;
  }
  const { ledger } = await analyze(lines());
  const calls = ledger.laws.find(({ name }) => name === "calls");
  const lost = calls?.kernel ? 1 - calls.stream / calls.kernel : NaN;
  const isClean = ledger.lost === 0 && ledger.laws.every(({ holds }) => holds !== false);
  if (lost === 0 && !isClean) throw new Error(`Not clean: ${JSON.stringify(ledger)}`);
  const reports = items.flatMap((item) => item.kind === "workload" ? [item.report] : []);
  return { rate: rateOf(reports), lost };
}

/** Grabs in a second, by the median of the repeats. */
function rateOf(reports: readonly WorkloadReport[]): number {
  const ns = reports.flatMap((report) =>
    report.step === "repeat" && report.getNs !== undefined ? [report.getNs] : []
  );
  return PAGES / ((ns.toSorted((a, b) => a - b)[ns.length >> 1] ?? NaN) / 1e9);
}

function words(rate: number): string {
  return Math.round(rate).toLocaleString("en");
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
