import { assertEquals, assertStringIncludes } from "@std/assert";
import { type HostRow, hostRow, sumsOfHosts } from "../../analysis/hosts.ts";
import { renderHosts } from "../../analysis/report/hosts_text.ts";
import { readReport } from "../../cli/recording_file.ts";
import { ROOT } from "../support/cli.ts";

const FOLDER = `${ROOT}tests/fixtures/recordings`;

const ROWS: readonly HostRow[] = [
  hostRow("root@old", await readReport(`${FOLDER}/debian-6.1-2M`)),
  hostRow("new", await readReport(`${FOLDER}/linux-7.3-2M`)),
  { kind: "failed", host: "gone", why: 'Cannot connect to "gone": ssh exited with 255' },
];

Deno.test("renderHosts() shows each machine, and what all add up to", () => {
  const text = renderHosts(ROWS);
  assertEquals(text.split("\n").slice(0, 4), [
    "host      kernel          calls  pages  grabs  pages/grab   grabs/head   least  verdict",
    "root@old  6.1.0-56-amd64      3    512    512  1            256, 255, 1      3  per-page",
    "new       7.3.4               3    512      3  256, 255, 1  1                3  once",
    "gone      -                   -      -      -  -            -                -  failed",
  ]);
  assertStringIncludes(text, "\n  515 grabs for 1024 pages in 6 calls, where 6 would do\n");
  assertStringIncludes(text, '\n  gone: Cannot connect to "gone": ssh exited with 255\n');
  assertStringIncludes(text, "References per grab\n  [1, 2)              513 |");
});

Deno.test("renderHosts() has no histograms of one machine: its own report shows them", () => {
  assertEquals(renderHosts(ROWS.slice(1)).includes("References per grab"), false);
});

Deno.test("renderHosts() makes what a machine is called harmless", () => {
  const text = renderHosts([{ kind: "failed", host: "a\x1b[2J", why: "no" }]);
  assertEquals(text.includes("\x1b"), false);
});

Deno.test("sumsOfHosts() leaves out what failed", () => {
  assertEquals([sumsOfHosts(ROWS).recordings, sumsOfHosts(ROWS).totals.grabs], [2, 515]);
});
