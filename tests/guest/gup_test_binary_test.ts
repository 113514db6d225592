/** A gup_test of the kernel's own selftests as the workload, where somebody built one. */

import { assert, assertEquals } from "@std/assert";
import type { Report } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { kernelTest, testUnless } from "../support/guest.ts";

const binary = Deno.env.get("HEADCOUNT_GUP_TEST");
const name = "a gup_test binary pins the device, and its times are read";

async function pinsTheDevice(image: string): Promise<void> {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask([
    ...["trace", "--json", "--out", `${folder.path}/recording`, "--kernel", image],
    // Runs of these that are skipped would leave the verdict open.
    ...["--no-page-ref", "--gup-test", binary ?? ""],
    ...["--workload", "gup-test -m 4 -a -n 512 -r 3"],
  ]);
  const report: Report = JSON.parse(stdout);
  assertEquals([report.verdict, code], ["once", 0], stdout);
  const { repeats, command, bytes } = report.workload;
  assertEquals(command.join(" "), "gup_test -m 4 -a -r 3 -n 512 -j 1 -w -f /dev/dax0.0 -S");
  assertEquals([bytes, repeats?.count], [2 ** 22, 3]);
  // It is told as it comes, and the times are those.
  const times = [...stderr.matchAll(/^PIN_FAST_BENCHMARK: Time: get:(\d+) put:\d+ us$/gm)]
    .map(([, us]) => Number(us) * 1000).sort((a, b) => a - b);
  assertEquals(times.at(1), repeats?.getNs.median);
  // Three times two heads, and what its threads do by themselves.
  assertEquals(report.totals.headOrders["9"], 2);
  assertEquals(report.putSide.pins, { taken: 3072, put: 3072, surplus: 0 });
  assert(report.ledger.laws.every(({ holds }) => holds === true));
}

if (binary === undefined) {
  testUnless("HEADCOUNT_GUP_TEST names no gup_test", name, () => Promise.resolve());
} else {
  kernelTest("bzImage-7.3-gup-test", name, pinsTheDevice);
}
