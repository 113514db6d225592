/** What goes wrong with the machine that is traced, provoked for real. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Guest } from "../../probes/guest/guest.ts";
import { collect, type Target } from "../../probes/targets/target.ts";
import { temporaryFolder } from "../support/cli.ts";
import { guestTest } from "../support/guest.ts";
import { type Traced, traceMeddled } from "../support/traced.ts";

/** Meddles with a long trace when some of its calls were seen. */
async function meddled(folder: string, meddle: (target: Target) => Promise<void>): Promise<Traced> {
  let calls = 0;
  // One processor: see "a bpftrace that is killed" in losses_test.ts.
  return await traceMeddled("direct-io", folder, { bytes: 2 ** 28, cpus: 1 }, {
    after: async (target, item) => {
      if (item.kind === "call" && ++calls === 10) await meddle(target);
    },
  });
}

/** What is left is an undecided recording that says why. */
function assertLost({ report, items }: Traced, why: RegExp): void {
  assertEquals(report.verdict, "undecided");
  assertMatch(report.reasons[0] ?? "", why);
  assert(items.filter(({ kind }) => kind === "call").length >= 10);
  const footer = items.at(-1);
  assert(footer?.kind === "footer" && footer.end.kind === "failed");
}

guestTest("a guest that panics in the middle leaves what it had told, and why", async () => {
  await using folder = await temporaryFolder();
  const left = await meddled(folder.path, async (target) => {
    await collect(target.exec(["sh", "-c", "echo c >/proc/sysrq-trigger"])).catch(() => {});
  });
  assertLost(left, /The guest is gone: kernel panic: sysrq triggered crash/);
});

guestTest("a QEMU that is killed in the middle leaves what it had told, and why", async () => {
  await using folder = await temporaryFolder();
  const left = await meddled(folder.path, async (target) => {
    assert(target instanceof Guest);
    await new Deno.Command("pkill", { args: ["-KILL", "-f", `^qemu.*${target.folder}`] }).output();
  });
  assertLost(left, /The guest is gone: QEMU was ended by signal 9 in phase "ready"/);
});

guestTest("a clock that jumps changes nothing", async () => {
  await using folder = await temporaryFolder();
  const { report, items } = await meddled(folder.path, async (target) => {
    const { code } = await collect(target.exec(["date", "-s", "2001-01-01"]));
    assertEquals(code, 0);
  });
  assertEquals([report.verdict, report.ledger.clean], ["per-page", true], String(report.reasons));
  assertEquals(report.totals.pages, 2 ** 16);
  const times = items.flatMap((item) => item.kind === "call" ? [item.ns] : []);
  assert(times.every((ns) => ns > 0 && ns < 60e9), String(Math.max(...times)));
});
