/** The put side, the slow path and what is backed out of, on real kernels. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { PutEvent, RecordingItem, Report } from "headcount";
import { complaints } from "../../analysis/ledger.ts";
import { temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest, lacksKernels, testUnless } from "../support/guest.ts";
import { type Traced, traceMeddled, tracePinning } from "../support/traced.ts";

const lack = await lacksKernels("6.12", "7.3");

async function pinned(mode: string, kernel?: string): Promise<Traced> {
  await using folder = await temporaryFolder();
  const options = kernel === undefined ? {} : { kernel };
  const traced = mode === "io-uring"
    ? await traceMeddled(mode, folder.path, options, {})
    : await tracePinning(mode, folder.path, options);
  // Kernels from 6.7 on count what they skip of any probe, such as of page_ref in an interrupt. Where
  // the workload does not say what it moved, nothing excuses that; then it must be all that is amiss,
  // and /proc/vmstat, which skips nothing, must agree on every pin.
  const { ledger, verdict } = traced.report;
  if (!ledger.clean) {
    const judged = laws(traced.report);
    assertEquals(complaints(ledger).map((it) => it.replace(/^\d+/, "")), [
      ledger.missed === 1
        ? " probe run was skipped by the kernel."
        : " probe runs were skipped by the kernel.",
    ]);
    assert("pins taken" in judged && "pins put" in judged, JSON.stringify(ledger));
    assert(verdict !== "once");
  }
  return traced;
}

/** The laws that were judged, by name. */
function laws({ ledger }: Report): Record<string, number> {
  return Object.fromEntries(
    ledger.laws.filter(({ holds }) => holds === true).map(({ name, stream }) => [name, stream]),
  );
}

function putsIn(items: readonly RecordingItem[]): PutEvent[] {
  return items.filter((item) => item.kind === "put");
}

guestTest(
  "a buffer that was not touched makes the first call fall back, with its share",
  async () => {
    const { report } = await pinned("untouched");
    const { calls, fellBack, slowPages, slowGrabs, grabs } = report.totals;
    assertEquals({ calls, fellBack, slowPages, slowGrabs, grabs }, {
      calls: 3,
      fellBack: 1,
      slowPages: 256,
      slowGrabs: 256,
      grabs: 256,
    });
    assertEquals(report.verdict, "per-page");
    assertEquals(
      report.reasons[1],
      "1 of 3 calls fell back: the slow path served 256 of 512 pages, which are not judged.",
    );
  },
);

testUnless(lack, "FOLL_LONGTERM on 6.12 falls back before anything is grabbed", async () => {
  const { report, items } = await pinned("leave", "6.12");
  const { calls, fellBack, longterm, slowPages, slowGrabs, undoneGrabs } = report.totals;
  assertEquals({ calls, fellBack, longterm, slowPages, slowGrabs, undoneGrabs }, {
    calls: 1,
    fellBack: 1,
    longterm: 1,
    slowPages: 512,
    slowGrabs: 512,
    undoneGrabs: 0,
  });
  assertEquals(report.verdict, "undecided");
  // io_uring keeps one reference of the folio and puts the others; a worker puts that one.
  assertEquals(report.putSide.pins, { taken: 512, put: 512, surplus: 0 });
  assert(report.putSide.putsByOthers > 0, "a worker puts the last reference");
  assertEquals(putsIn(items).filter(({ call }) => call !== 0), []);
});

testUnless(lack, "FOLL_LONGTERM on 7.3 grabs, backs out, and falls back", async () => {
  const { report, items } = await pinned("io-uring", "7.3");
  const { fellBack, longterm, slowPages, slowGrabs, undoneGrabs, grabs } = report.totals;
  assertEquals({ fellBack, longterm, slowPages, slowGrabs, undoneGrabs, grabs }, {
    fellBack: 1,
    longterm: 1,
    slowPages: 512,
    // One page, then the other 511 of its leaf.
    slowGrabs: 2,
    undoneGrabs: 1,
    grabs: 0,
  });
  const taking = { path: "fast-then-slow", kind: "pin" } as const;
  assertEquals([report.workload.expected, report.workload.seen], [
    taking,
    [{ ...taking, calls: 1 }],
  ]);
  // The put that undoes is told apart from those that follow later.
  const [undo] = putsIn(items).filter(({ call }) => call !== 0);
  assertEquals([undo?.path, undo?.count, undo?.refs], ["fast", 1, 512]);
  assertEquals(report.putSide.pins, { taken: 1024, put: 1024, surplus: 0 });
  assertEquals([laws(report)["pins taken"], laws(report)["pins put"]], [1024, 1024]);
});

testUnless(lack, "pages that vanish in mid-call are told as given back", async () => {
  const { report, items } = await pinned("race", "6.12");
  const { pages, slowPages, grabs, undoneGrabs, fellBack } = report.totals;
  assertEquals([pages, grabs + slowPages], [51_200, 51_200]);
  // Each leaf that the walk backs out of is told of, and its puts are inside the call.
  const undone = items.flatMap((item) => item.kind === "undo" ? [item.pages] : []);
  assert(undone.length > 0 && undone.length <= fellBack, JSON.stringify(report.totals));
  assertEquals(undone.reduce((sum, pages) => sum + pages, 0), undoneGrabs);
  assert(putsIn(items).some(({ call, path }) => call !== 0 && path === "fast"));
  assert(
    report.reasons.includes(
      `The fast walk gave ${undoneGrabs} grabs back: these are not judged.`,
    ),
  );
  assertEquals(report.ledger.balance.even, 300);
  // The kernel counts what is given back as taken and put.
  assertEquals(laws(report)["pins taken"], 51_200 + undoneGrabs);
  assertEquals(laws(report)["pins put"], 51_200 + undoneGrabs);
});

kernelTest(
  "bzImage-7.3-gup-test",
  "a pin that is held at the end is listed by its head",
  async (image) => {
    const { report } = await pinned("hold", image);
    const { held, pins } = report.putSide;
    assertEquals(pins, { taken: 1024, put: 1023, surplus: 0 });
    assertEquals(held, [{
      kind: "pin",
      pfn: report.device?.pfn ?? 0,
      heads: 1,
      order: 9,
      refs: 1,
    }]);
    assert(report.reasons.some((reason) => reason.includes("1 reference of FOLL_PIN on 1 head")));
    // Three witnesses: the probes, /proc/vmstat, and the page_ref tracepoints.
    const seen = laws(report);
    assertEquals([seen["pins taken"], seen["pins put"]], [1024, 1023]);
    assertEquals([seen["refcounts added"], seen["refcounts taken"]], [1024, 1023]);
  },
);

guestTest("6.1 asks the slow path alone for an io_uring buffer, and then refuses it", async () => {
  await using folder = await temporaryFolder();
  const { report, items } = await traceMeddled("io-uring", folder.path, {}, {
    // A workload that fails ends the session, which is looked at all the same.
    after: () => Promise.resolve(),
  });
  assertEquals([report.totals.calls, report.totals.slowCalls, report.totals.slowCallPages], [
    0,
    1,
    512,
  ]);
  assertEquals(report.verdict, "undecided");
  assertEquals(report.workload.seen, [{ path: "slow", kind: "pin", calls: 1 }]);
  assertEquals(report.putSide.pins, { taken: 512, put: 512, surplus: 0 });
  const footer = items.find((item) => item.kind === "footer");
  assertMatch(
    footer?.end.kind === "failed" ? footer.end.what : "",
    /^The workload "io-uring" failed: .*Operation not supported: to 6\.4 .*--workload process-vm/,
  );
});
