/** Losses, provoked on real kernels: each ends in `undecided`, with the reason. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Report } from "headcount";
import { collect } from "../../probes/targets/target.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest, lacksKernels, testUnless } from "../support/guest.ts";
import { scattered, traceMeddled } from "../support/traced.ts";

/** A kernel on which nothing but a loss stands between a recording and `once`. */
const lack = await lacksKernels("7.3");

/** Traces that kernel, with less room than is needed for something. */
async function undecided(...options: readonly string[]): Promise<Report> {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/recording`;
  const { code, stdout, stderr } = await runTask([
    ...["trace", "--json", "--quiet", "--out", out, "--kernel", "7.3"],
    ...options,
  ]);
  assertEquals(code, 2, stderr);
  const report: Report = JSON.parse(stdout);
  assertEquals(report.verdict, "undecided");
  assertEquals(report.ledger.clean, false);
  return report;
}

testUnless(lack, "a buffer of one page loses events, and that is told", async () => {
  const { ledger, reasons } = await undecided(
    ...["--size", "512M", "--bpftrace-env", "BPFTRACE_PERF_RB_PAGES=1"],
  );
  assert(ledger.lost > 0);
  assertStringIncludes(reasons.join("\n"), "lost in the tracer's buffer.");
  // The kernel's own sums miss nothing.
  const calls = ledger.laws.find(({ name }) => name === "calls");
  assert(calls?.holds === false && calls.kernel !== null && calls.stream < calls.kernel);
});

testUnless(lack, "maps of one key are full at once, and that is told", async () => {
  const { ledger, reasons } = await undecided("--bpftrace-env", "BPFTRACE_MAP_KEYS_MAX=1");
  assertEquals(ledger.helperFailures.map(({ helper }) => helper), ["map_update_elem"]);
  assertStringIncludes(reasons.join("\n"), 'The BPF helper "map_update_elem" failed');
});

guestTest("a bpftrace that is killed in the middle leaves what it had told", async () => {
  await using folder = await temporaryFolder();
  let calls = 0;
  // One processor: the kernel takes the probes out of code that the workload runs, and QEMU 7.2's
  // emulation can let another processor run what was just replaced, for ever.
  const wish = { bytes: 2 ** 28, cpus: 1 };
  const { report, items } = await traceMeddled("direct-io", folder.path, wish, {
    after: async (target, item) => {
      if (item.kind !== "call" || ++calls !== 10) return;
      await collect(target.exec(["pkill", "-KILL", "-x", "bpftrace"]));
    },
  });
  assertEquals(report.verdict, "undecided");
  assertEquals(report.reasons[0], "The session failed: bpftrace failed: it exited with 137.");
  assert(items.filter(({ kind }) => kind === "call").length >= 10);
  assertEquals(items.at(-1)?.kind, "footer");
});

kernelTest(
  "bzImage-5.10-compound",
  "more threads in the slow path than a kretprobe has room for are calls without an end",
  async (kernel) => {
    await using folder = await temporaryFolder();
    const { report } = await traceMeddled("gup-test -m 4 -n 1024 -U -j 64", folder.path, {
      kernel,
      append: "devdax_compound=1 gup_variant=1",
    }, {});
    assertEquals(report.verdict, "undecided");
    assert((report.ledger.incomplete ?? 0) > 0, JSON.stringify(report.ledger));
    assertStringIncludes(report.reasons.join("\n"), "were entered and never returned.");
  },
);

kernelTest(
  "bzImage-7.3-gup-test",
  "pages that do not adjoin are added up beyond a number of runs, and that is told",
  async (kernel) => {
    await using folder = await temporaryFolder();
    const { report, items } = await scattered(folder.path, kernel);
    const calls = items.filter((item) => item.kind === "call");
    assert(calls.some(({ unlisted }) => unlisted !== undefined));
    assertEquals(report.ledger.laws.filter(({ holds }) => holds === false), []);
    assertEquals(report.totals.refs, report.totals.pages);
  },
);

kernelTest(
  "bzImage-5.10-compound",
  "a million grabs, page by page, are recorded without a loss",
  async (kernel) => {
    await using folder = await temporaryFolder();
    const { report } = await traceMeddled("gup-test -m 512 -r 8 -n 512", folder.path, {
      kernel,
      append: "devdax_compound=1 gup_variant=0",
    }, {});
    const { ledger, totals } = report;
    assertEquals(ledger.clean, true, JSON.stringify(ledger));
    assertEquals([totals.calls, totals.grabs], [2048, 1_048_576]);
    assertEquals(ledger.laws.filter(({ holds }) => holds !== true), []);
    assertEquals(report.verdict, "per-page");
  },
);
