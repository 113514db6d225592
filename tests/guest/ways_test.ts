/** The ways in which workloads have a kernel take memory, and pieces of it of all sizes. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CallEvent, RecordingItem, Report } from "headcount";
import { collect, type Target } from "../../probes/targets/target.ts";
import { ROOT, runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest, lacksKernels, testUnless } from "../support/guest.ts";
import { type Meddler, type Traced, traceMeddled } from "../support/traced.ts";

const PAGE = 4096;
/** Pages behind one leaf entry of the device. */
const LEAF = 512;

/** Starts at a leaf, in it, a sector into it, in its last page, and where every size leaves it. */
const ALL_SIZES = "direct-io -n 1,123,512,513 -o 0,5,1s,511,511+1s,400";
/** Pages that each of its 24 pieces touches, added up. */
const ALL_PAGES = 6 * (1 + 123 + 512 + 513) + 2 * 4;

async function traced(
  text: string,
  kernel: string | undefined,
  { append = "", checkPages = false, ...meddler }: Meddler & {
    readonly append?: string;
    readonly checkPages?: boolean;
  } = {},
): Promise<Traced> {
  await using folder = await temporaryFolder();
  const options = { append, checkPages, ...(kernel === undefined ? {} : { kernel }) };
  return await traceMeddled(text, folder.path, options, meddler);
}

/** A call on the workload's buffer, with what it did, by page of the buffer. */
interface BufferCall {
  readonly first: number;
  readonly pages: number;
  readonly grabs: number;
  readonly refs: number;
  readonly flags: number;
}

/** Such calls, put together by hand. */
function callsIn({ items, report }: Traced): readonly BufferCall[] {
  const [buffer] = report.workload.buffers;
  assert(buffer !== undefined);
  const page = (address: string) => Number((BigInt(address) - BigInt(buffer.address)) / 4096n);
  return items.filter((item) => item.kind === "call")
    .filter(({ address }) => {
      const at = BigInt(address) - BigInt(buffer.address);
      return 0n <= at && at < BigInt(buffer.bytes);
    })
    .map((call) => {
      const runs = [...runsOf(items, call), ...(call.run === undefined ? [] : [call.run])];
      return {
        first: page(call.address),
        pages: call.returned,
        grabs: runs.reduce((sum, { count }) => sum + count, 0),
        refs: runs.reduce((sum, { count, refs }) => sum + count * refs, 0),
        flags: call.flags,
      };
    });
}

/** All pages are handed back as they were grabbed, the device's at the addresses' offsets. */
function assertHandedBack({ report: { pageArrays, totals } }: Traced): void {
  assertEquals(pageArrays, {
    ...{ calls: totals.calls, pages: ALL_PAGES, wrong: 0, firstWrong: null, inPlace: true },
  });
}

function runsOf(items: readonly RecordingItem[], { tid, call }: CallEvent) {
  return items.filter((item) => item.kind === "run")
    .filter((run) => run.tid === tid && run.call === call);
}

/** How often each page of the buffer was taken by calls, and how often system calls moved it. */
function timesTaken(calls: readonly BufferCall[], { items, report }: Traced) {
  const start = BigInt(report.workload.buffers[0]?.address ?? 0);
  const [taken, moved] = [new Map<number, number>(), new Map<number, number>()];
  const add = (times: Map<number, number>, from: number, to: number) => {
    for (let page = from; page < to; page++) times.set(page, (times.get(page) ?? 0) + 1);
  };
  for (const { first, pages } of calls) add(taken, first, first + pages);
  for (const item of items) {
    if (item.kind !== "workload" || item.report.step !== "syscall") continue;
    const at = Number(BigInt(item.report.address) - start);
    add(moved, Math.floor(at / PAGE), Math.ceil((at + item.report.result) / PAGE));
  }
  const sorted = (times: Map<number, number>) => [...times].sort(([a], [b]) => a - b);
  return { taken: sorted(taken), moved: sorted(moved) };
}

/** Checks call by call, without what analysis says, that pieces of all sizes were taken leaf by leaf. */
function assertLeafByLeaf(run: Traced, kind: "get" | "pin"): void {
  const { report } = run;
  const calls = callsIn(run);
  for (const { first, pages, grabs, refs } of calls) {
    const leaves = Math.floor((first + pages - 1) / LEAF) - Math.floor(first / LEAF) + 1;
    assertEquals([grabs, refs], [leaves, pages], `${pages} pages at page ${first}`);
  }
  assert(calls.some(({ grabs }) => grabs === 2), "some cross a border");
  const { taken, moved } = timesTaken(calls, run);
  assertEquals(taken, moved);
  assertAgreed(report, { path: "fast", kind });
  const { totals, verdict } = report;
  assertEquals([verdict, totals.pages, totals.refs], ["once", ALL_PAGES, ALL_PAGES]);
  assertEquals([totals.grabs, totals.leastGrabs], [64, 64]);
  assertEquals([report.workload.syscalls, report.workload.failedSyscalls], [24, 0]);
}

/** What was expected was seen, and no reason says otherwise. */
function assertAgreed(
  { workload: { expected, seen }, reasons }: Report,
  taking: Report["workload"]["expected"],
): void {
  assertEquals(expected, taking);
  assertEquals(seen?.map(({ path, kind }) => ({ path, kind })), [taking]);
  assertEquals(reasons.filter((reason) => reason.includes("expected")), []);
}

/** Runs a mode of pinning.ts on the device: `fill` or `same`. */
async function visit(target: Target, mode: string): Promise<void> {
  const file = target.provide(`${ROOT}tests/support/pinning.ts`);
  const flags = ["--no-config", "--no-lock", "--no-prompt", "--no-remote", "--allow-ffi"];
  const words = [mode, "/dev/dax0.0", String(8 * 2 ** 20), String(2 ** 21)];
  const { code, stderr } = await collect(
    target.exec([target.deno, "run", ...flags, file, ...words], { env: { NO_COLOR: "1" } }),
  );
  assertEquals([code, stderr], [0, ""], mode);
}

kernelTest(
  "bzImage-7.3-gup-test",
  "direct-io -w on 7.3: pieces of all sizes and starts are pinned leaf by leaf, none is changed",
  async (image) => {
    let end: unknown;
    const run = await traced(`${ALL_SIZES} -w`, image, {
      checkPages: true,
      before: (target) => visit(target, "fill"),
      after: async (target, item) => {
        if (item.kind !== "footer") return;
        end = item.end;
        await visit(target, "same");
      },
    });
    assertEquals(end, { kind: "complete" });
    assertLeafByLeaf(run, "pin");
    assertHandedBack(run);
    const header = run.items.find((item) => item.kind === "header");
    const write = header?.plan.flags.write ?? 0;
    assert(callsIn(run).every(({ flags }) => (flags & write) !== 0), "all are to be written to");
  },
);

kernelTest(
  "bzImage-5.10-compound",
  "direct-io on 5.10 with the change: pieces of all sizes and starts are got leaf by leaf",
  async (image) => {
    const append = "devdax_compound=1 gup_variant=1";
    const run = await traced(ALL_SIZES, image, { append, checkPages: true });
    assertLeafByLeaf(run, "get");
    assertHandedBack(run);
  },
);

guestTest("direct-io on 6.1: pieces of all sizes and starts are got page by page", async () => {
  const run = await traced(ALL_SIZES, undefined, { checkPages: true });
  const { report } = run;
  const { totals } = report;
  assertHandedBack(run);
  assertEquals([report.verdict, totals.grabs, totals.leastGrabs], ["per-page", ALL_PAGES, 64]);
  assertEquals([totals.pgmapRealLookups, totals.refs], [64, ALL_PAGES]);
  assertAgreed(report, { path: "fast", kind: "get" });
});

kernelTest("bzImage-7.3-gup-test", "vmsplice: a pipe gets 16 pages a call", async (image) => {
  const { report } = await traced("vmsplice -n 123,513 -o 0,5,1s", image);
  assertAgreed(report, { path: "fast", kind: "get" });
  const pages = 3 * (123 + 513) + 2;
  const { verdict, totals, putSide, ledger } = report;
  assertEquals([verdict, totals.pages, totals.refs], ["once", pages, pages]);
  // Only from the start in page 5 do sixteen pages lie across a border.
  const calls = 3 * (Math.ceil(123 / 16) + Math.ceil(513 / 16));
  assertEquals([totals.calls, totals.grabs], [calls, calls + 1]);
  // Second witness: the page_ref tracepoints.
  assertEquals(putSide.gets, { taken: pages, put: pages });
  const laws = Object.fromEntries(ledger.laws.map(({ name, stream }) => [name, stream]));
  assertEquals([laws["refcounts added"], laws["refcounts taken"]], [pages, pages]);
});

testUnless(
  await lacksKernels("6.12"),
  "process-vm: the slow path pins, so that nothing is judged",
  async () => {
    const { report } = await traced("process-vm -n 123,513 -o 0,5", "6.12");
    assertAgreed(report, { path: "slow", kind: "pin" });
    const pages = 2 * (123 + 513);
    const { totals, putSide, ledger } = report;
    assertEquals([totals.calls, totals.slowCallPages], [0, pages]);
    assertEquals(putSide.pins, { taken: pages, put: pages, surplus: 0 });
    assertEquals(ledger.allMovedSeen, true);
    assertEquals(report.verdict, "undecided");
    assertStringIncludes(report.reasons[0] ?? "", "Nothing asked gup-fast");
  },
);

kernelTest(
  "bzImage-7.3-gup-test",
  "process-vm on a kernel without it names its option, and another workload",
  async (image) => {
    await using folder = await temporaryFolder();
    const { code, stderr } = await runTask([
      "trace",
      ...["--out", `${folder.path}/recording`, "--target", "guest", "--kernel", image],
      ...["--workload", "process-vm"],
    ]);
    assertMatch(
      stderr,
      /"process-vm" failed: .*no CONFIG_CROSS_MEMORY_ATTACH; --workload direct-io needs none/,
    );
    assertEquals(code, 69);
  },
);
