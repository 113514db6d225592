import { assertEquals } from "@std/assert";
import type { ExportedCall, RecordingItem } from "headcount";
import type { CallEvent } from "../../../recording/event.ts";
import { at, CALL, HEADER, READY, RUN } from "../support.ts";
import { exportTo, surveyOf } from "./support.ts";

/** What becomes of a call in a recording with other lines. */
function exported(call: CallEvent, others: readonly RecordingItem[] = [READY]): ExportedCall[] {
  const lines = [HEADER, ...others, RUN, call];
  const calls: ExportedCall[] = [];
  exportTo(lines, surveyOf(lines), { call: (it) => calls.push(it), put: () => {} });
  return calls;
}

/** Why a call is set aside, whether it is judged, and what became of its grabs. */
function fate(call: CallEvent, others?: readonly RecordingItem[]): unknown {
  return exported(call, others).map(({ setAside, judged, runs }) => [
    setAside,
    judged,
    ...runs.map(({ outcome }) => outcome),
  ]);
}

Deno.test("a call is set aside where the report sets it aside, and judged where it is", () => {
  assertEquals(fate(CALL), [[null, true, "kept"]]);
  assertEquals(fate({ ...CALL, address: at(-512) }), [["outside", false, "kept"]]);
  assertEquals(fate({ ...CALL, address: at(-511) }), [["straddling", false, "kept"]]);
  assertEquals(fate({ ...CALL, returned: -14 }), [["failed", false, "unsettled"]]);
  assertEquals(fate({ ...CALL, path: "slow" }), [["slow", false, "unsettled"]]);
  assertEquals(fate({ ...CALL, path: "slow", address: at(-512) }), [[
    "outside",
    false,
    "unsettled",
  ]]);
});

Deno.test("without a buffer every call counts", () => {
  assertEquals(fate({ ...CALL, address: at(-511) }, []), [[null, true, "kept"]]);
});

Deno.test("a call whose references do not match its pages is judged, one that may is not", () => {
  assertEquals(fate({ ...CALL, returned: 511, asked: 511 }), [[null, true, "kept"]]);
  assertEquals(fate({ ...CALL, returned: 511 }), [[null, false, "kept"]]);
});
