import { assertEquals, assertStringIncludes } from "@std/assert";
import { PageArrayCheck, type WalkedCall } from "../../analysis/page_arrays.ts";
import { renderText } from "../../analysis/report/text.ts";
import type { PagesEvent } from "../../recording/event.ts";
import { BUFFER, EVENTS_7_3, HEAD, HEADER_7_3, reportOf, write2M } from "./support.ts";

const KEY = { tid: 412, call: 1 } as const;
const FIRST = BUFFER / 4096;

function pages(pfn: number, count: number, more: Partial<PagesEvent> = {}): PagesEvent {
  return { kind: "pages", ...KEY, pfn, count, ...more };
}

function isWrong(handed: PagesEvent, call: Omit<WalkedCall, "first">): boolean {
  const check = new PageArrayCheck();
  check.add(handed, { first: FIRST, ...call });
  return check.found(undefined, [])?.wrong === 1;
}

Deno.test("pages are right where they are all that was grabbed, in one run or several", () => {
  const batch = { pfn: HEAD, count: 1, step: 512 };
  assertEquals(isWrong(pages(HEAD, 512), { runs: [batch], returned: 512 }), false);
  const ones = [{ pfn: HEAD, count: 100, step: 1 }, { pfn: HEAD + 100, count: 412, step: 1 }];
  assertEquals(isWrong(pages(HEAD, 512), { runs: ones, returned: 512 }), false);
});

Deno.test("pages are wrong where they begin elsewhere, go on beyond, or end too early", () => {
  const call = { runs: [{ pfn: HEAD, count: 512, step: 1 }], returned: 512 };
  assertEquals(isWrong(pages(HEAD + 1, 511), call), true);
  assertEquals(isWrong(pages(HEAD, 513), call), true);
  assertEquals(isWrong(pages(HEAD, 511), call), true);
  assertEquals(isWrong(pages(HEAD + 4096, 512), call), true);
});

Deno.test("pages that were not all looked at are right as far as they go", () => {
  const call = { runs: [{ pfn: HEAD, count: 1, step: 4096 }], returned: 4096 };
  assertEquals(isWrong(pages(HEAD, 1024, { isCut: true }), call), false);
  assertEquals(isWrong(pages(HEAD, 1024), call), true);
});

Deno.test("of pages that do not adjoin the first ones must be among those that were grabbed", () => {
  const runs = [{ pfn: 10, count: 2, step: 1 }, { pfn: 20, count: 1, step: 1 }];
  assertEquals(isWrong(pages(20, 1), { runs, returned: 3 }), false);
  assertEquals(isWrong(pages(11, 2), { runs, returned: 3 }), true);
});

/** The recording of a kernel that hands back `shift` pages beyond those that it grabbed. */
function handing(shift: number) {
  const checked = { ...HEADER_7_3, plan: { ...HEADER_7_3.plan, checksPages: true } };
  const events = [
    ...EVENTS_7_3,
    ...write2M(({ first, pages: count }, key) => ({
      events: [{ kind: "pages", ...key, pfn: HEAD + first + shift, count }],
    })).filter(({ kind }) => kind === "pages"),
  ];
  return reportOf(events, { header: checked });
}

Deno.test("right pages at the addresses' offsets are told, and change no verdict", async () => {
  const report = await handing(0);
  const plain = await reportOf(EVENTS_7_3, { header: HEADER_7_3 });
  assertEquals([report.verdict, report.reasons], [plain.verdict, plain.reasons]);
  assertEquals(report.pageArrays, {
    ...{ calls: 3, pages: 512, wrong: 0, firstWrong: null, inPlace: true },
  });
  assertStringIncludes(
    renderText(report),
    "page arrays               3  512 pages looked at, as grabbed, the device's at the offsets",
  );
});

Deno.test("pages that were not grabbed make a recording unbalanced", async () => {
  const report = await handing(21);
  assertEquals(report.verdict, "unbalanced");
  assertEquals(report.pageArrays?.inPlace, false);
  assertStringIncludes(
    report.reasons[0] ?? "",
    "In 3 of 3 calls the pages that were handed back are not those that were grabbed (the first: call",
  );
});

Deno.test("what recordings do not tell is not in their reports", async () => {
  const report = await reportOf(EVENTS_7_3, { header: HEADER_7_3 });
  assertEquals("pageArrays" in report, false);
  assertEquals(renderText(report).includes("page arrays"), false);
});
