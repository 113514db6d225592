/** What probes cost, by runs without them in between. */

import { assert, assertEquals } from "@std/assert";
import type { Overhead, Report } from "headcount";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest } from "../support/guest.ts";

guestTest("trace --overhead times runs without probes and with, in turns", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask([
    ...["trace", "--json", "--quiet", "--out", `${folder.path}/recording`],
    ...["--overhead", "--rounds", "2"],
  ]);
  assertEquals(code, 1, stderr);
  const { verdict, ledger, overhead }: Report & { overhead: readonly Overhead[] } = JSON.parse(
    stdout,
  );
  assertEquals([verdict, ledger.clean], ["per-page", true]);
  assertEquals(overhead.map(({ part, rounds, timesPerRun }) => [part, rounds, timesPerRun]), [
    ["system calls", 2, 1],
  ]);
  const [cost] = overhead;
  assert(cost !== undefined && cost.factor.median > 1 && cost.untracedNs.min > 0);
});
