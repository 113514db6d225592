import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { getColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import { wrap } from "../../analysis/report/layout.ts";
import { renderText } from "../../analysis/report/text.ts";
import type { Header } from "../../recording/header.ts";
import { EVENTS_6_1, EVENTS_7_3, footerFor, HEADER, HEADER_7_3, reportOf } from "./support.ts";

const WHOLE = { ...footerFor(EVENTS_6_1), pins: { acquired: 512, released: 512 } };

Deno.test("renderText() spells the case of 6.1 out", async () => {
  assertEquals(renderText(await reportOf(EVENTS_6_1, { footer: WHOLE })), TEXT_6_1);
});

Deno.test("renderText() keeps to ASCII and to the width", async () => {
  for (const width of [72, 80, 120]) {
    const text = renderText(await reportOf(EVENTS_7_3, { header: HEADER_7_3 }), { width });
    for (const line of text.split("\n")) {
      assert(/^[\x20-\x7e]*$/.test(line), line);
      assert(line.length <= width, line);
    }
  }
});

// NO_COLOR in the environment leaves nothing to compare.
const colourless = getColorEnabled() ? "" : " (skipped: NO_COLOR is set)";

Deno.test(`renderText() changes nothing but the colours${colourless}`, {
  ignore: colourless !== "",
}, async () => {
  const report = await reportOf(EVENTS_6_1, { footer: WHOLE });
  const coloured = renderText(report, { colour: true });
  assertStringIncludes(coloured, "\x1b[31mper-page");
  assertEquals(stripAnsiCode(coloured), TEXT_6_1);
});

Deno.test("renderText() says at the top that the ledger is not clean", async () => {
  const text = renderText(await reportOf([...EVENTS_7_3, { kind: "lost", events: 17 }]));
  assertEquals(text.split("\n").slice(0, 2), [
    "undecided: 17 events were lost in the tracer's buffer.",
    "  The ledger is not clean (see below).",
  ]);
});

Deno.test("renderText() warns of an emulator's times only under one", async () => {
  const { target } = HEADER;
  const kvm = { ...HEADER, target: { ...target, accelerator: { kind: "kvm", why: "" } } } as const;
  const text = renderText(await reportOf(EVENTS_6_1, { header: kvm }));
  assertStringIncludes(text, "\nNanoseconds per call, probes included\n");
});

Deno.test("renderText() names memory that is no device's, and where struct pages are", async () => {
  const where = async (header: Header): Promise<string> =>
    renderText(await reportOf(EVENTS_7_3, { header })).replaceAll(/\s+/g, " ");
  const thp = await where({
    ...HEADER_7_3,
    device: { path: "thp", alignBytes: 2 ** 21, bytes: 2 ** 21 },
    memory: { kind: "thp" },
  });
  assertStringIncludes(thp, "memory transparent huge pages, mapped by 2 MiB workload");
  assertStringIncludes(thp, "pmd, known from the mapping: the workload made sure of it");
  const file = await where({
    ...HEADER_7_3,
    device: { path: "/tmp/memory", alignBytes: 2 ** 21, bytes: 2 ** 21 },
    memory: { kind: "fsdax", map: "dev" },
  });
  assertStringIncludes(file, "at /tmp/memory, struct pages on the device (map dev)");
  const device = await where({ ...HEADER_7_3, memory: { kind: "devdax", map: "mem" } });
  assertStringIncludes(device, "device /dev/dax0.0, align 2 MiB");
  assertStringIncludes(device, "from pfn 0x100a00, struct pages in memory (map mem)");
});

Deno.test("renderText() reads well for a recording without events", async () => {
  const text = renderText(await reportOf([], { footer: null }));
  assertStringIncludes(text, "undecided: the recording was cut off: it has no footer.\n");
  assertStringIncludes(text, "References per grab\n  nothing to show\n");
  assertStringIncludes(text, "session cut off, workload exit unknown\n");
});

Deno.test("wrap() breaks between words and keeps long ones whole", () => {
  assertEquals(wrap("a bb 0123456789 c", 4, "> "), ["a bb", "> 0123456789", "> c"]);
  assertEquals(wrap("", 4), [""]);
});

const TEXT_6_1 = `\
per-page: 512 grabs for 512 pages, one for each page, where 3 would do.

First counter-example
  call   1 of thread 412: 256 pages at 0x7f0040000000
  grabs  256 adding 256 references, where 1 would do
  head   pfn 0x100a00, order 9, grabbed 256 times

Where
  kernel    6.1.0-41-amd64, x86_64, #1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1
            (2025-11-09)
  target    guest on tcg (no /dev/kvm), 2 cpus, 2 GiB
  device    /dev/dax0.0, align 2 MiB, size 62 MiB, from pfn 0x100a00
  workload  direct-io, 2 MiB: 1 system call, moved 2 MiB
  command   direct-io --size 2M
  buffer    0x7f0040000000, 16 MiB
  recorded  2026-11-23T22:00:00Z, headcount 0.1.0, bpftrace 0.17.0

Probes
  entry       internal_get_user_pages_fast (fentry)
  hugeLeaf    __gup_device_huge (fentry)
  grabOne     try_grab_page (fentry)
  grabBatch   try_grab_folio (fentry)
  grabSlow    not probed: the slow path shares the other two; no grab goes
              unseen
  lookup      get_dev_pagemap (fentry)
  slowPath    __get_user_pages (fentry)
  leaf level  pmd, known from the leaf function: __gup_device_huge served them

Totals
  calls                     3
  pages                   512  all by the fast walk
  grabs                   512  3 would do
  references              512
  heads                     1  order 9
  leaves                    3  pmd, counted anew in each call
  get_dev_pagemap         512  3 real, 509 reused a pgmap
  puts                      -  not observed

References per grab
  [1, 2)              512 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

Grabs per head, in one call
  [1, 2)                1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  ...
  [128, 256)            1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  [256, 512)            1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

Pages per call
  [1, 2)                1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  ...
  [128, 256)            1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  [256, 512)            1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

Nanoseconds per call, probes included; emulated, not hardware's time
  [64K, 128K)           1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  [128K, 256K)          1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  [256K, 512K)          1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

Ledger
  clean: session complete, workload exit 0
  events   0 lost, 0 unreadable, 0 repeated
  probes   0 missed, 0 helper failures
  calls    0 incomplete, 0 seen in part
  aside    0 outside the buffer, 0 across its border, 0 failed
  balance  references = pages in 3 of 3 calls

  sum                  stream     kernel
  calls                     3          3  equal
  pages                   512        512  equal
  grabs                   512        512  equal
  references              512        512  equal
  pgmap look-ups          512        512  equal
  real look-ups             3          3  equal
  pins taken              512        512  equal

per-page (exit code 1)
`;
