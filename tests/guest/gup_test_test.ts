/** The workload gup-test: the kernel's own benchmark, on kernels that have it and on one that has not. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type CallEvent,
  decodeItems,
  type RecordingItem,
  type Report,
  splitLines,
} from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest } from "../support/guest.ts";

/** A report, and the recording that it was made from. */
interface Recorded {
  readonly report: Report;
  readonly items: readonly RecordingItem[];
}

/** Traces the workload and returns what came of it, after checking what holds of every run. */
async function recorded(workload: string, ...options: readonly string[]): Promise<Recorded> {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/recording`;
  const { stdout, stderr } = await runTask([
    "trace",
    ...["--json", "--quiet", "--out", out, "--target", "guest", "--workload", workload, ...options],
  ]);
  assert(stdout !== "", stderr);
  const report: Report = JSON.parse(stdout);
  assertEquals(report.ledger.clean, true, stdout);
  assertEquals(report.ledger.allMovedSeen, true, stdout);
  assertEquals(report.ledger.laws.filter(({ holds }) => holds !== true), [], stdout);
  const file = await Deno.open(`${out}/recording.jsonl`);
  return { report, items: await Array.fromAsync(decodeItems(splitLines(file.readable))) };
}

/** The calls on the workload's buffer. */
function callsIn({ report, items }: Recorded): readonly CallEvent[] {
  const [buffer] = report.workload.buffers;
  assert(buffer !== undefined);
  const start = BigInt(buffer.address);
  const end = start + BigInt(buffer.bytes);
  return items.filter((item) => item.kind === "call")
    .filter(({ address }) => start <= BigInt(address) && BigInt(address) < end);
}

/** Kernels, the command line of each, and what becomes of 4 MiB that are pinned twice. */
const CASES = [
  {
    kernel: "bzImage-5.10-compound",
    append: "",
    verdict: "per-page",
    heads: { "0": 1024 },
    grabs: 2048,
    // Up to 5.12 every pin is put by itself.
    put: { runs: 2, count: 1024, refs: 1, step: 1 },
    // A page that has no count of pins of its own counts 1024 for each.
    refcounts: 2048 * 1024,
  },
  {
    kernel: "bzImage-5.10-compound",
    append: "devdax_compound=1 gup_variant=0",
    verdict: "per-page",
    heads: { "9": 2 },
    grabs: 2048,
    put: { runs: 4, count: 512, refs: 1, step: 0 },
    refcounts: 2048,
  },
  {
    kernel: "bzImage-5.10-compound",
    append: "devdax_compound=1 gup_variant=1",
    verdict: "once",
    heads: { "9": 2 },
    grabs: 4,
    put: { runs: 4, count: 512, refs: 1, step: 0 },
    refcounts: 2048,
  },
  {
    kernel: "bzImage-7.3-gup-test",
    append: "",
    verdict: "once",
    heads: { "9": 2 },
    grabs: 4,
    put: { runs: 4, count: 1, refs: 512, step: 0 },
    refcounts: 2048,
  },
] as const;

for (const { kernel, append, verdict, heads, grabs, put, refcounts } of CASES) {
  const what = `gup-test pins 4 MiB twice on ${kernel} ${append}: ${verdict}, and all is put`;
  kernelTest(kernel, what, async (image) => {
    const { report, items } = await recorded(
      "gup-test -m 4 -r 2 -n 512 -a -w",
      ...["--kernel", image, "--append", append],
    );
    const { totals, workload, putSide, ledger } = report;
    assertEquals(report.verdict, verdict);
    assertEquals([totals.calls, totals.pages, totals.leastGrabs], [4, 2048, 4]);
    assertEquals([totals.grabs, totals.refs, totals.headOrders], [grabs, 2048, heads]);
    assertEquals(putSide.pins, { taken: 2048, put: 2048, surplus: 0 });
    assertEquals(putSide.held, []);
    assertEquals(
      items.filter((item) => item.kind === "put")
        .map(({ count, refs, step }) => ({ runs: put.runs, count, refs, step })),
      Array.from({ length: put.runs }, () => put),
    );
    // Second and third witnesses: the page_ref tracepoints, and /proc/vmstat.
    const seen = Object.fromEntries(ledger.laws.map(({ name, stream }) => [name, stream]));
    assertEquals([seen["refcounts added"], seen["refcounts taken"]], [refcounts, refcounts]);
    assertEquals([seen["pins taken"], seen["pins put"]], [2048, 2048]);
    const { name, bytes, bytesMoved, repeats } = workload;
    assertEquals([name, bytes, bytesMoved, repeats?.count], ["gup-test", 2 ** 22, 2 ** 23, 2]);
    assert(repeats !== undefined && repeats.getNs.min > 0);
    assert(workload.command.join(" ").endsWith(" -a -r 2 -n 512 -j 1 -w"));
    assertEquals(workload.expected, { path: "fast", kind: "pin" });
    assertEquals(workload.seen, [{ path: "fast", kind: "pin", calls: 4 }]);
  });
}

/** Grabs of four threads: page by page, and once for each leaf of each call. */
const THREADS = [
  { kernel: "bzImage-5.10-compound", append: "devdax_compound=1 gup_variant=0", grabs: 4096 },
  { kernel: "bzImage-7.3-gup-test", append: "", grabs: 8 },
] as const;

for (const { kernel, append, grabs } of THREADS) {
  const what = `gup-test -j 4 on ${kernel} ${append}: the calls of four threads are kept apart`;
  kernelTest(kernel, what, async (image) => {
    const run = await recorded(
      "gup-test -m 4 -n 512 -a -j 4",
      ...["--cpus", "4", "--kernel", image, "--append", append],
    );
    const { report } = run;
    const calls = callsIn(run);
    const threads = new Set(calls.map(({ tid }) => tid));
    assertEquals([report.target.cpus, threads.size, calls.length], [4, 4, 8]);
    // Every page, not only their sum.
    const times = new Map<bigint, number>();
    for (const { address, returned } of calls) {
      for (let page = 0; page < returned; page++) {
        const at = BigInt(address) + BigInt(page * 4096);
        times.set(at, (times.get(at) ?? 0) + 1);
      }
    }
    assertEquals([times.size, new Set(times.values())], [1024, new Set([4])]);
    assertEquals([report.totals.grabs, report.totals.refs], [grabs, 4096]);
    assertEquals(report.putSide.pins, { taken: 4096, put: 4096, surplus: 0 });
    assertEquals(report.workload.repeats?.count, 4);
    // Those that take long are seen to be at it at the same time.
    if (grabs > 8) assert(calls.some((call) => calls.some((other) => overlap(call, other))));
  });
}

function overlap(one: CallEvent, other: CallEvent): boolean {
  return one.tid < other.tid && one.at < other.at + other.ns && other.at < one.at + one.ns;
}

kernelTest(
  "bzImage-7.3-gup-test",
  "gup-test -f /dev/zero: transparent huge pages are one leaf each, small ones single pages",
  async (image) => {
    const kernel = ["--kernel", image];
    const huge = await recorded("gup-test -m 4 -n 512 -a -f /dev/zero -t", ...kernel);
    assertEquals([huge.report.verdict, huge.report.totals.grabs], ["once", 2]);
    assertEquals(huge.report.totals.leaves, { pte: 0, pmd: 2, pud: 0 });
    assertEquals(huge.report.device, {
      path: "/dev/zero",
      alignBytes: 2 ** 21,
      bytes: 2 ** 22,
      pfn: null,
    });
    const small = await recorded("gup-test -m 1 -n 512 -a -f /dev/zero -T", ...kernel);
    assertEquals(small.report.totals.leaves, { pte: 256, pmd: 0, pud: 0 });
    assertStringIncludes(small.report.reasons.join(" "), "nothing to batch");
  },
);

kernelTest("bzImage-7.3-gup-test", "gup-test -f names a file that is not there", async (image) => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await runTask([
    "trace",
    ...["--out", `${folder.path}/recording`, "--target", "guest", "--kernel", image],
    ...["--workload", "gup-test -m 1 -f /no/such"],
  ]);
  assertMatch(stderr, /gup-test: there is no file "\/no\/such" on the target/);
  assertEquals(code, 64);
});

guestTest("gup-test on a kernel without it names its option, and another workload", async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await runTask([
    "trace",
    ...["--out", `${folder.path}/recording`, "--target", "guest", "--workload", "gup-test -m 4"],
  ]);
  assertMatch(stderr, /neither CONFIG_GUP_TEST \(5\.11 on\) nor CONFIG_GUP_BENCHMARK/);
  assertStringIncludes(stderr, "--workload direct-io needs none of these");
  assertEquals(code, 69);
});
