import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Report } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest, leftovers } from "../support/guest.ts";

/** Traces and returns the report, after checking what holds of every clean run. */
async function traceReport(
  folder: string,
  ...options: string[]
): Promise<Report & { exit: number }> {
  const out = `${folder}/recording`;
  const words = ["trace", "--json", "--out", out, ...options];
  const traced = await runTask(words, { TMPDIR: folder });
  assert(traced.stdout !== "", traced.stderr);
  const report: Report = JSON.parse(traced.stdout);
  assertEquals(report.ledger.clean, true, traced.stdout);
  const again = await runTask(["analyze", "--json", out]);
  assertEquals(again.stdout, traced.stdout, "analyze prints what trace printed");
  assertEquals(again.code, traced.code);
  assertEquals(await leftovers(folder), []);
  return { ...report, exit: traced.code };
}

guestTest("trace: Debian 6.1 grabs a 2 MiB devdax leaf once for each page", async () => {
  await using folder = await temporaryFolder();
  const report = await traceReport(folder.path);
  const out = `${folder.path}/recording`;
  assertEquals(report.verdict, "per-page");
  assertEquals(report.exit, 1);
  assertMatch(report.kernel.release, /^6\.1\./);
  assertEquals(report.target.kind, "guest");
  const { totals } = report;
  assertEquals(totals.pages, 512);
  assertEquals(totals.grabs, 512);
  assertEquals(totals.refs, 512);
  assertEquals(totals.pgmapLookups, 512);
  assertEquals(totals.headOrders, { "9": 1 });
  assertEquals(totals.leastGrabs, totals.calls);
  // Calls of 256, 255 and 1 pages: the block layer's bios.
  assertEquals(
    report.histograms.pagesPerCall.filter(({ count }) => count > 0),
    [{ lo: 1, hi: 2, count: 1 }, { lo: 128, hi: 256, count: 1 }, { lo: 256, hi: 512, count: 1 }],
  );
  const program = await Deno.readTextFile(`${out}/headcount.bt`);
  assertStringIncludes(program, "kretfunc:try_grab_page");
  assertStringIncludes(await Deno.readTextFile(`${out}/kernel.log`), "Linux version 6.1");
});

guestTest("trace --size 64M: 16,384 grabs without a loss", async () => {
  await using folder = await temporaryFolder();
  const report = await traceReport(folder.path, "--size", "64M");
  assertEquals(report.totals.grabs, 16384);
  assertEquals(report.totals.pages, 16384);
  assertEquals(report.totals.headOrders, { "9": 32 });
});

kernelTest("bzImage-7.3-gup-test", "trace: 7.3 grabs each leaf once", async (image) => {
  await using folder = await temporaryFolder();
  const report = await traceReport(folder.path, "--kernel", image);
  assertEquals(report.verdict, "once");
  assertEquals(report.exit, 0);
  assertEquals(report.totals.grabs, 3);
  assertEquals(report.totals.refs, 512);
  assertEquals(report.totals.pgmapLookups, 0);
});
