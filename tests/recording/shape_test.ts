import { assertEquals } from "@std/assert";
import { isRecord, isRecordingItem, isWorkloadReport } from "../../recording/shape.ts";
import { HEADER, READY, RUN } from "../analysis/support.ts";

Deno.test("isRecord() knows objects with named fields", () => {
  const cases = [[{}, true], [{ a: 1 }, true], [null, false], [[], false], ["{}", false]] as const;
  for (const [value, expected] of cases) assertEquals(isRecord(value), expected);
  assertEquals(isRecord(undefined), false);
});

Deno.test("isRecordingItem() knows items by all of their fields", () => {
  assertEquals([HEADER, RUN, READY].map(isRecordingItem), [true, true, true]);
  const { refs: _, ...lacking } = RUN;
  const cases = [undefined, null, [RUN], lacking, { ...RUN, refs: "512" }, { ...RUN, refs: NaN }];
  for (const value of cases) assertEquals(isRecordingItem(value), false);
});

Deno.test("isRecordingItem() does not take inherited fields for an item's own", () => {
  assertEquals(isRecordingItem(Object.create(RUN)), false);
});

Deno.test("isWorkloadReport() knows reports by all of their fields", () => {
  assertEquals(isWorkloadReport(READY.report), true);
  assertEquals(isWorkloadReport({ ...READY.report, address: "0x" }), false);
  assertEquals(isWorkloadReport({ ...READY.report, step: "steady" }), false);
  assertEquals(isWorkloadReport(READY), false);
});
