import { assertEquals } from "@std/assert";
import { mock } from "node:test";
import { Progress, type ProgressEvent } from "headcount";
import { LiveCounts, LiveView } from "../cli/live.ts";
import { CALL, HEAD, inLine, LEAF, RUN } from "./analysis/support.ts";

/** A run of single grabs of half a huge page. */
const HALF = { ...RUN, count: 256, refs: 1, step: 1 };

Deno.test("LiveCounts begins with nothing, and divides by no heads", () => {
  assertEquals(new LiveCounts().text(0), "0 calls, 0 pages, no grabs, 0 lost, 0.0s");
});

Deno.test("LiveCounts counts a head once in each call, whatever the runs", () => {
  const counts = new LiveCounts();
  counts.add(HALF);
  counts.add({ ...CALL, ...inLine({ ...HALF, pfn: HEAD + 256 }, LEAF), parts: 1 });
  assertEquals(counts.text(1), "1 call, 512 pages, 512 grabs/head, 0 lost, 1.0s");
  counts.add({ ...CALL, ...inLine({ ...HALF, count: 1 }, LEAF), call: 2, parts: 0 });
  assertEquals(counts.text(1.26), "2 calls, 1,024 pages, 256.5 grabs/head, 0 lost, 1.3s");
});

Deno.test("LiveCounts takes each single page for a head, and no page of a call that failed", () => {
  const counts = new LiveCounts();
  counts.add({ ...RUN, order: 0, count: 2048, refs: 1, step: 1 });
  counts.add({ ...CALL, returned: -14 });
  counts.add({ kind: "lost", events: 1234 });
  assertEquals(counts.text(61), "1 call, 0 pages, 1 grabs/head, 1,234 lost, 61.0s");
});

Deno.test("LiveView tells four times a second while the workload runs, and neither before nor after", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    let now = 1e6;
    const told: ProgressEvent[] = [];
    const tick = (ms: number): void => {
      now += ms;
      mock.timers.tick(ms);
    };
    {
      using live = new LiveView({ tell: (event) => told.push(event), now: () => now });
      live.add({ kind: "lost", events: 0 });
      live.enter("attach");
      tick(1000);
      assertEquals(told, []);
      live.enter("run");
      for (let i = 0; i < 1000; i++) live.add({ kind: "lost", events: 1 });
      tick(250);
      live.add({ kind: "lost", events: 1 });
      tick(250);
    }
    tick(1000);
    {
      using live = new LiveView({ tell: (event) => told.push(event), now: () => now });
      live.enter("run");
      tick(200);
      // What --overhead runs after it is not recorded.
      for (const phase of ["attach", "run"]) {
        live.enter(phase);
        tick(1000);
      }
    }
    assertEquals(told, [
      { kind: "detail", text: "0 calls, 0 pages, no grabs, 1,000 lost, 0.3s" },
      { kind: "detail", text: "0 calls, 0 pages, no grabs, 1,001 lost, 0.5s" },
    ]);
  } finally {
    mock.timers.reset();
  }
});

Deno.test("what a trace has seen is shown in the line of phases, and nowhere but on a terminal", () => {
  const shown = (columns: number | undefined, quiet: boolean): string[] => {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress({
      write: (text) => written.push(text),
      now: () => now,
      columns,
      quiet,
    });
    progress.tell({ kind: "phase", name: "run" });
    now += 250;
    progress.tell({ kind: "detail", text: new LiveCounts().text(2) });
    progress.finish();
    return written;
  };
  assertEquals(shown(undefined, false), []);
  assertEquals(shown(80, true), []);
  assertEquals(shown(80, false), [
    "\r\x1b[2Krun ...",
    "\r\x1b[2Krun ... (0 calls, 0 pages, no grabs, 0 lost, 2.0s)",
    "\r\x1b[2Krun 0.3s",
    "\n",
  ]);
});
