/** Grabs that the kernel refuses, as a page's refcount is none that may grow. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderText } from "headcount";
import { GUEST_DEVICE, readDevice } from "../../probes/device.ts";
import { temporaryFolder } from "../support/cli.ts";
import { lacksKernels, testUnless } from "../support/guest.ts";
import { setRefcount } from "../support/struct_pages.ts";
import { type Traced, traceMeddled } from "../support/traced.ts";

/** Takes 256 pages, of which the latter half is behind a head that has the refcount 0. */
function traceRefused(folder: string, kernel: string, refcount: number): Promise<Traced> {
  return traceMeddled("direct-io -n 256 -o 384", folder, { kernel }, {
    after: async (target, item) => {
      if (item.kind !== "workload") return;
      const { step } = item.report;
      if (step !== "ready" && step !== "done") return;
      const change = step === "ready" ? { from: refcount, to: 0 } : { from: 0, to: refcount };
      await setRefcount(target, await readDevice(target, GUEST_DEVICE), 512, change);
    },
  });
}

/** Kernels, and what the refcount of an idle head is that is mapped once. */
const KERNELS = [
  { kernel: "6.12", refcount: 1, grabs: 128, verdict: "per-page" },
  // From 6.15 on a mapping counts too.
  { kernel: "7.3", refcount: 2, grabs: 1, verdict: "once" },
] as const;

for (const { kernel, refcount, grabs, verdict } of KERNELS) {
  const what = `${kernel}: grabs that are refused took nothing, and are told as such`;
  testUnless(await lacksKernels(kernel), what, async () => {
    await using folder = await temporaryFolder();
    const { items, report } = await traceRefused(folder.path, kernel, refcount);
    const refused = items.filter((item) => item.kind === "refused");
    assert(refused.length > 0);
    const pfn = report.device?.pfn;
    assert(typeof pfn === "number");
    assertEquals([...new Set(refused.map((item) => item.pfn))], [pfn + 512]);
    assertEquals(new Set(refused.map((item) => item.path)), new Set(["fast", "slow"]));
    const { totals, ledger } = report;
    assertEquals([report.verdict, totals.pages, totals.grabs], [verdict, 128, grabs]);
    assertEquals([totals.refs, totals.refused > 0], [128, true]);
    assertEquals([ledger.clean, ledger.balance.even], [true, 1]);
    assertStringIncludes(
      report.reasons.join(" "),
      "The kernel refused 2 grabs: these took nothing",
    );
    assertStringIncludes(renderText(report), "grabs refused");
  });
}

testUnless(
  await lacksKernels("5.10"),
  "5.10: a grab that is refused looks like one that is not, and leaves it undecided",
  async () => {
    await using folder = await temporaryFolder();
    const { report } = await traceRefused(folder.path, "5.10", 1);
    const { totals, ledger, verdict } = report;
    assertEquals([verdict, totals.pages, totals.refused], ["undecided", 128, 0]);
    assertEquals([totals.refs > totals.pages, ledger.balance.unsure], [true, 1]);
  },
);
