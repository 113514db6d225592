/** What probes cost, by runs without them in between. */

import { assert, assertEquals } from "@std/assert";
import type { Report } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest } from "../support/guest.ts";

guestTest("trace --overhead times runs without probes and with, in turns", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask([
    ...["trace", "--json", "--quiet", "--out", `${folder.path}/recording`],
    ...["--overhead", "--rounds", "2"],
  ]);
  assertEquals(code, 1, stderr);
  const report: Report = JSON.parse(stdout);
  const { verdict, ledger, overhead = [], times = [], target, recording } = report;
  assertEquals([verdict, ledger.clean], ["per-page", true]);
  assertEquals(overhead.map(({ part, rounds, timesPerRun }) => [part, rounds, timesPerRun]), [
    ["system calls", 2, 1],
  ]);
  const [cost] = overhead;
  // The recording holds all of it.
  assertEquals(times.map(({ part, probes, runs }) => [part, probes, runs.length]), [
    ["system calls", false, 2],
    ["system calls", true, 2],
  ]);
  const [without = NaN] = times.filter(({ probes }) => !probes)
    .map(({ runs }) => Math.min(...runs.flat()));
  assert(cost !== undefined && cost.factor.median > 0 && without > 0);
  assertEquals(cost.untracedNs.min, without);
  assert(target.processor !== undefined && recording.arguments?.[0] === "trace");
  const again = await runTask(["analyze", "--json", `${folder.path}/recording`]);
  assertEquals(again.stdout, stdout);
});
