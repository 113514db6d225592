/** Traces by other bpftrace versions than the installed one. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Report } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { lacksBpftrace, lacksKernels, testUnless } from "../support/guest.ts";

/** A version of bpftrace, a kernel, and the verdict that the installed version comes to. */
const CASES = [
  { bpftrace: "0.23", kernel: "6.1", verdict: "per-page", grabs: 512 },
  { bpftrace: "0.27", kernel: "7.3", verdict: "once", grabs: 3 },
] as const;

for (const { bpftrace, kernel, verdict, grabs } of CASES) {
  const lack = await lacksBpftrace(bpftrace) ?? await lacksKernels(kernel);
  testUnless(lack, `trace --bpftrace ${bpftrace}: ${kernel} is ${verdict}`, async () => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const traced = await runTask([
      "trace",
      ...["--json", "--quiet", "--out", out, "--bpftrace", bpftrace, "--kernel", kernel],
    ]);
    const report: Report = JSON.parse(
      traced.stdout || `{"error":${JSON.stringify(traced.stderr)}}`,
    );
    assertEquals(report.ledger?.clean, true, traced.stdout + traced.stderr);
    assertMatch(report.recording.bpftrace, new RegExp(`^${bpftrace}\\.`));
    assertEquals([report.verdict, report.totals.grabs], [verdict, grabs]);
    assertStringIncludes(
      await Deno.readTextFile(`${out}/headcount.bt`),
      'missing_probes = "error"',
    );
  });
}
