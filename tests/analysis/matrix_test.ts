import { assert, assertEquals } from "@std/assert";
import { type MatrixRow, matrixRow } from "../../analysis/matrix.ts";
import { renderMatrix, renderMatrixMarkdown } from "../../analysis/report/matrix_text.ts";
import { EVENTS_6_1, EVENTS_7_3, HEADER_7_3, probed, reportOf, withRoles } from "./support.ts";

async function rows(): Promise<MatrixRow[]> {
  return [
    matrixRow("6.1", await reportOf(EVENTS_6_1)),
    matrixRow("7.3", await reportOf(EVENTS_7_3, { header: HEADER_7_3 })),
    { kind: "failed", name: "mine", why: "The guest did not come up: kernel panic: no root" },
  ];
}

Deno.test("renderMatrix() has a line for each kernel, and for each why", async () => {
  assertEquals(
    renderMatrix(await rows()),
    `kernel  grabs  pages/grab   grabs/head   least  look-ups  puts  verdict
6.1       512  1            256, 255, 1      3   512 (3)     -  per-page
7.3         3  256, 255, 1  1                3     0 (0)     -  once
mine        -  -            -                -         -     -  failed

Why
  6.1: 512 grabs for 512 pages, one for each page, where 3 would do.
  7.3: 3 grabs for 512 pages in 3 calls, one for each leaf of each call: the
    fewest possible.
  mine: The guest did not come up: kernel panic: no root

Functions
  6.1: internal_get_user_pages_fast, __gup_device_huge, try_grab_page,
    try_grab_folio, get_dev_pagemap
  7.3: internal_get_user_pages_fast, try_grab_page, try_grab_folio,
    get_dev_pagemap

grabs: of the fast walk, in all calls; least: that would do; look-ups:
get_dev_pagemap, real ones in brackets; puts: of pins; those of gets are
unseen, but the page_ref tracepoints count the references where they are.
`,
  );
});

Deno.test("renderMatrix() keeps to ASCII and to 80 columns but for the table", async () => {
  for (const line of renderMatrix(await rows()).split("\n\n").slice(1).join("\n").split("\n")) {
    assert(/^[\x20-\x7e]*$/.test(line), line);
    assert(line.length <= 80, line);
  }
});

Deno.test("renderMatrix() says that gets are put unseen, and shortens many values", async () => {
  const row = matrixRow(
    "6.1",
    await reportOf(EVENTS_6_1, {
      header: withRoles({ put: probed("gup_put_folio") }),
    }),
  );
  const gets = {
    ...row.putSide,
    gets: { taken: 512, put: null },
    pins: { ...row.putSide.pins, taken: 0 },
  };
  const totals = { ...row.totals, refsPerGrab: [[1, 9], [2, 1], [4, 1], [512, 1]] } as const;
  const line = renderMatrix([{ ...row, totals, putSide: gets }]).split("\n")[1];
  assertEquals(line, "6.1       512  512 to 1    256, 255, 1      3   512 (3)  unseen  per-page");
  const seen = { ...gets, gets: { taken: 512, put: 500 } };
  const shown = renderMatrix([{ ...row, putSide: seen }]).split("\n")[1];
  assertEquals(
    shown,
    "6.1       512  1           256, 255, 1      3   512 (3)  500 refs  per-page",
  );
});

Deno.test("renderMatrixMarkdown() has everything of a kernel in one line", async () => {
  const lines = renderMatrixMarkdown(await rows()).split("\n");
  assertEquals(lines.slice(0, 2), [
    "| kernel | grabs | pages/grab | grabs/head | least | look-ups | puts | verdict | functions | why |",
    "| --- | ---: | --- | --- | ---: | ---: | ---: | --- | --- | --- |",
  ]);
  assertEquals(
    lines[4],
    "| mine | - | - | - | - | - | - | failed | - | The guest did not come up: kernel panic: no root |",
  );
});
