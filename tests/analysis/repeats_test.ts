import { assertEquals, assertStringIncludes } from "@std/assert";
import { repeatTimes } from "../../analysis/repeats.ts";
import { renderText } from "../../analysis/report/text.ts";
import type { RecordingEvent, WorkloadEvent, WorkloadRepeat } from "../../recording/event.ts";
import { at, CALL, HEAD, READY, reportOf, RUN } from "./support.ts";

/** A repeat that took 2 MiB from the buffer's start. */
const REPEAT: WorkloadRepeat = {
  step: "repeat",
  name: "pin-fast",
  repeat: 1,
  thread: 1,
  address: at(0),
  bytes: 2 ** 21,
  result: 2 ** 21,
  getNs: 1_630_000,
  putNs: 25_000,
};
const FAILED: WorkloadRepeat = {
  step: "repeat",
  name: "pin-fast",
  repeat: 2,
  thread: 1,
  address: at(0),
  bytes: 2 ** 21,
  result: -12,
};

/** The recording of these repeats, where each of these threads made one call. */
function recorded(
  repeats: readonly WorkloadRepeat[],
  threads: readonly number[],
): readonly RecordingEvent[] {
  const lines = repeats.map((report): WorkloadEvent => ({ kind: "workload", report }));
  const taken = repeats.reduce((sum, { result }) => sum + Math.max(0, result), 0);
  return [
    READY,
    ...threads.flatMap((tid) => [{ ...RUN, tid, head: HEAD }, { ...CALL, tid }]),
    ...lines,
    { kind: "workload", report: { step: "done", bytes: taken } },
  ];
}

Deno.test("repeatTimes() tells least, median and most, of odd and even numbers of repeats", () => {
  const of = (...times: readonly number[]) =>
    repeatTimes(times.map((getNs, i) => ({ ...REPEAT, repeat: i + 1, getNs })));
  assertEquals(of(3000)?.getNs, { min: 3000, median: 3000, max: 3000 });
  assertEquals(of(9000, 3000)?.getNs, { min: 3000, median: 6000, max: 9000 });
  assertEquals(of(9000, 3000, 4000)?.getNs, { min: 3000, median: 4000, max: 9000 });
  assertEquals(of(1000, 9000, 3000, 4000), {
    count: 4,
    getNs: { min: 1000, median: 3500, max: 9000 },
    putNs: { min: 25_000, median: 25_000, max: 25_000 },
  });
});

Deno.test("repeatTimes() leaves out repeats that failed", () => {
  assertEquals(repeatTimes([FAILED]), undefined);
  assertEquals(repeatTimes([]), undefined);
  assertEquals(repeatTimes([REPEAT, FAILED])?.count, 1);
});

Deno.test("a report tells the times of repeats, and what they were taken with", async () => {
  const report = await reportOf(recorded([REPEAT, { ...REPEAT, repeat: 2 }], [412, 413]));
  assertEquals(report.workload.repeats?.count, 2);
  const text = renderText(report, { width: 200 });
  assertStringIncludes(text, "\n  workload  direct-io, 2 MiB: 2 system calls, took 4 MiB\n");
  assertStringIncludes(
    text,
    "\n  times     get 1630 us (1630..1630), put 25 us (25..25); n 2, median (min..max), " +
      "emulated, probes attached\n",
  );
});

Deno.test("a report of a workload without repeats tells no times", async () => {
  const report = await reportOf(recorded([FAILED], []));
  assertEquals("repeats" in report.workload, false);
  assertEquals(renderText(report).includes("\n  times"), false);
});

Deno.test("each thread's repeat moves the memory once more", async () => {
  const two = [REPEAT, { ...REPEAT, thread: 2 }];
  const ledgers = [
    await reportOf(recorded(two, [412, 413])),
    await reportOf(recorded(two, [412])),
    await reportOf(recorded([REPEAT, FAILED], [412])),
  ].map(({ ledger }) => ledger.allMovedSeen);
  assertEquals(ledgers, [true, false, true]);
});
