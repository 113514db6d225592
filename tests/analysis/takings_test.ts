import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderText } from "../../analysis/report/text.ts";
import type { RecordingEvent } from "../../recording/event.ts";
import type { Taking } from "../../recording/header.ts";
import {
  at,
  CALL,
  EVENTS_5_10,
  EVENTS_7_3,
  HEADER_7_3,
  READY,
  reportOf,
  WHOLE_CALL,
} from "./support.ts";

const FAST_PIN: Taking = { path: "fast", kind: "pin" };

function judged(events: readonly RecordingEvent[], expected: Taking) {
  const { workload, ...header } = HEADER_7_3;
  return reportOf(events, { header: { ...header, workload: { ...workload, expected } } });
}

Deno.test("a workload that takes memory as expected has nothing said about it but that", async () => {
  const plain = await reportOf(EVENTS_7_3, { header: HEADER_7_3 });
  const report = await judged(EVENTS_7_3, FAST_PIN);
  assertEquals([report.verdict, report.reasons], [plain.verdict, plain.reasons]);
  assertEquals(report.workload.seen, [{ ...FAST_PIN, calls: 3 }]);
  assertStringIncludes(renderText(report), "\n  expected  fast pin; seen: fast pin\n");
});

Deno.test("a recording that expects nothing is reported as ever", async () => {
  const report = await reportOf(EVENTS_7_3, { header: HEADER_7_3 });
  assertEquals("expected" in report.workload || "seen" in report.workload, false);
  assertEquals(renderText(report).includes("expected"), false);
});

Deno.test("gets where pins were expected are a reason, and no verdict", async () => {
  const { verdict, reasons } = await judged(EVENTS_5_10, FAST_PIN);
  assertEquals(verdict, "per-page");
  assertEquals(
    reasons.at(-1),
    "The workload was expected to take memory by fast pin: seen was fast get.",
  );
});

Deno.test("calls of different ways are counted apart, those of format 2 like those of 1", async () => {
  const alone = { ...CALL, call: 3, path: "slow", returned: 7, flags: 0 } as const;
  const fellBack = { ...WHOLE_CALL, fellBack: true } as const;
  const events: RecordingEvent[] = [READY, WHOLE_CALL, { ...fellBack, call: 2 }, alone];
  const { reasons, workload } = await judged(events, FAST_PIN);
  assertEquals(workload.seen, [
    { path: "fast", kind: "pin", calls: 1 },
    { path: "fast-then-slow", kind: "pin", calls: 1 },
    { path: "slow", kind: "get", calls: 1 },
  ]);
  assertEquals(
    reasons.at(-1),
    "The workload was expected to take memory by fast pin: seen was fast pin in 1 call, " +
      "fast-then-slow pin in 1 call, slow get in 1 call.",
  );
});

Deno.test("calls elsewhere and calls that failed are not the workload's way", async () => {
  const elsewhere = { ...WHOLE_CALL, call: 2, address: at(2 ** 20), flags: 0 } as const;
  const failed = { ...CALL, call: 3, returned: -14, flags: 0, parts: 0 } as const;
  const { workload } = await judged([READY, WHOLE_CALL, elsewhere, failed], FAST_PIN);
  assertEquals(workload.seen, [{ ...FAST_PIN, calls: 1 }]);
});

Deno.test("a workload none of whose calls was seen is undecided for that alone", async () => {
  const { reasons, ...report } = await judged([READY], FAST_PIN);
  assertEquals(reasons[0], "No call touched the workload's buffer.");
  assertEquals(reasons.some((reason) => reason.includes("expected")), false);
  assertStringIncludes(renderText({ ...report, reasons }), "fast pin; seen: nothing");
});
