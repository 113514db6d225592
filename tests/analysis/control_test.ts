import { assertEquals, assertMatch } from "@std/assert";
import { compareDevdax, type ControlRow, controlRow } from "../../analysis/control.ts";
import { renderControl, renderControlMarkdown } from "../../analysis/report/control_text.ts";
import type { WorkloadReport } from "../../recording/event.ts";
import {
  at,
  EVENTS_5_10,
  EVENTS_6_1,
  EVENTS_7_3,
  HEADER,
  HEADER_7_3,
  reportOf,
  withAlign,
} from "./support.ts";

const DEVDAX = controlRow("devdax", await reportOf(EVENTS_6_1), [[wrote(4e6)], [wrote(3e6)]]);
const THP = controlRow("thp", await reportOf(EVENTS_7_3, { header: HEADER_7_3 }), []);
const SINGLE = EVENTS_5_10.filter(({ kind }) => kind !== "leaf");
const ANON = controlRow("anon", await reportOf(SINGLE, { header: withAlign(4096) }), []);
const HUGETLB: ControlRow = { kind: "failed", memory: "hugetlb-2M", why: "no huge pages" };

function wrote(ns: number): WorkloadReport {
  return { step: "syscall", name: "pwrite", address: at(0), bytes: 2 ** 22, result: 2 ** 22, ns };
}

Deno.test("renderControl() says first whether devdax is treated like the others", () => {
  assertEquals(
    renderControl([DEVDAX, THP, HUGETLB, ANON], { rounds: 2 }),
    `On 6.1.0-41-amd64 devdax is not treated like thp: it takes one grab for each
page (512 grabs for 512 pages, where 3 would do), thp takes one grab for each
leaf of each call (3).

memory      leaf  order  pages  grabs  pages/grab  grabs/head    ms  verdict
devdax      pmd       9    512    512  1           256 to 1    1.50  per-page
thp         pmd       9    512      3  256 to 1    1              -  once
hugetlb-2M  -         -      -      -  -           -              -  failed
anon        pte       0    512    512  1           1              -  once

Why
  devdax: 512 grabs for 512 pages, one for each page, where 3 would do.
  thp: 3 grabs for 512 pages in 3 calls, one for each leaf of each call: the
    fewest possible.
  hugetlb-2M: no huge pages
  anon: 512 grabs for 512 pages in 3 calls, one for each leaf of each call: the
    fewest possible. There was nothing to batch: the memory is mapped by single
    pages, and each is its own leaf.

order: of the heads; grabs: of the fast walk, in all calls; grabs/head: in one
call; ms: for 2 MiB, in the fastest of 2 runs without probes, emulated: they say
nothing of hardware.
`,
  );
});

Deno.test("renderControlMarkdown() has a row for each kind, and the sentence", () => {
  const text = renderControlMarkdown([DEVDAX, THP], { rounds: 1 });
  assertMatch(
    text,
    /^\| devdax \| pmd \| 9 \| 512 \| 512 \| 1 \| 256 to 1 \| 1\.50 \| per-page \|/m,
  );
  assertMatch(text, /devdax is not treated like thp: .* in the fastest of 1 run without probes/);
});

Deno.test("compareDevdax() goes by memory that is mapped by leaves of the same level", () => {
  const once = { ...THP, memory: "devdax" } as const;
  assertEquals(compareDevdax([once, THP, ANON]), {
    kind: "alike",
    sentence:
      "On 6.1.0-41-amd64 devdax is treated like thp: each takes one grab for each leaf of " +
      "each call (3 grabs for 512 pages).",
  });
  const single = { ...ANON, memory: "devdax" } as const;
  assertMatch(compareDevdax([single, THP, ANON]).sentence, /devdax is treated like anon:/);
  assertMatch(
    compareDevdax([DEVDAX, ANON]).sentence,
    /no other memory that is mapped by pmd leaves/,
  );
});

Deno.test("compareDevdax() names those that are unlike it and those that are like it", () => {
  const others = [
    { ...THP, memory: "hugetlb-2M" },
    { ...DEVDAX, memory: "fsdax" },
    { ...THP, memory: "tmpfs-huge", verdict: "repeated" },
  ] as const;
  const { kind, sentence } = compareDevdax([DEVDAX, THP, ...others]);
  assertEquals(kind, "apart");
  assertMatch(
    sentence,
    /not treated like thp, hugetlb-2M and tmpfs-huge: it takes one grab for each/,
  );
  assertMatch(sentence, /thp and hugetlb-2M take one grab for each leaf of each call \(3 and 3\)/);
  assertMatch(
    sentence,
    /tmpfs-huge takes more grabs than needed \(3\); it is treated like fsdax\.$/,
  );
});

Deno.test("compareDevdax() tells nothing where devdax or all others gave no verdict", async () => {
  const undecided = controlRow("devdax", await reportOf([], { header: HEADER }), []);
  for (const rows of [[], [THP], [undecided, THP], [DEVDAX, HUGETLB], [HUGETLB]]) {
    const { kind, sentence } = compareDevdax(rows);
    assertEquals(kind, "unknown");
    assertMatch(sentence, /cannot be told: [^.]+\.$/);
  }
});

Deno.test("controlRow() takes times for 2 MiB of what a run moved, or of the benchmark's own", async () => {
  assertEquals(DEVDAX.nsPer2MiB, { min: 1.5e6, median: 1.75e6, max: 2e6 });
  const repeat: WorkloadReport = {
    ...{ step: "repeat", name: "pin-fast", repeat: 1, thread: 1, address: at(0) },
    ...{ bytes: 2 ** 21, result: 2 ** 21, getNs: 5000, putNs: 900 },
  };
  const row = controlRow("thp", await reportOf(EVENTS_7_3), [[repeat, repeat], [wrote(0)]]);
  assertEquals(row.nsPer2MiB?.max, 5000);
  assertEquals(THP.nsPer2MiB, null);
});
