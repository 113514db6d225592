import { assert, assertEquals } from "@std/assert";
import { type Histogram, histogram } from "../../../analysis/histogram.ts";
import {
  histogramLines,
  histogramMarkdown,
  histogramText,
  twoHistograms,
} from "../../../analysis/report/histogram_text.ts";

const EDGES = histogram([0, 1, 2, 4, 7, 511, 512, 513].map((value) => [value, 1]));

Deno.test("histogramText() fills 60 and 80 columns", () => {
  assertEquals(histogramText(EDGES, { columns: 60 }), TEXT_60);
  for (const columns of [60, 80]) {
    const lines = histogramText(EDGES, { columns }).trimEnd().split("\n");
    assertEquals(
      lines.filter((line) => line !== "  ...").map((it) => it.length),
      Array(6).fill(columns),
    );
  }
  assertEquals(histogramText(EDGES), histogramText(EDGES, { columns: 80 }));
});

const TEXT_60 = `\
  [0, 1)                1 |@@@@@@@@@@@@@@@@                |
  [1, 2)                1 |@@@@@@@@@@@@@@@@                |
  [2, 4)                1 |@@@@@@@@@@@@@@@@                |
  [4, 8)                2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
  ...
  [256, 512)            1 |@@@@@@@@@@@@@@@@                |
  [512, 1K)             2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
`;

Deno.test("histogramLines() leaves out three empty buckets or more", () => {
  const counts = [1000, 0, 0, 1, 0, 0, 0, 500];
  const buckets = counts.map((count, i) => ({ lo: 2 ** (i + 7), hi: 2 ** (i + 8), count }));
  assertEquals(histogramLines(buckets, 38), [
    "  [128, 256)         1000 |@@@@@@@@@@|",
    "  [256, 512)            0 |          |",
    "  [512, 1K)             0 |          |",
    "  [1K, 2K)              1 |@         |",
    "  ...",
    "  [16K, 32K)          500 |@@@@@     |",
  ]);
});

Deno.test("histogramLines() makes room for long names and long counts", () => {
  const long: Histogram = [
    { lo: 1_000_001, hi: 2_000_003, count: 12_345_678_901 },
    { lo: 2_000_003, hi: Infinity, count: 1 },
  ];
  const lines = histogramLines(long, 60);
  assertEquals(lines.map((line) => line.length), [60, 60]);
  assert(lines[0]?.startsWith("  [1000001, 2000003) 12345678901 |@@@"), lines[0]);
  assert(lines[1]?.startsWith("  [2000003, ...)               1 |@  "), lines[1]);
});

Deno.test("twoHistograms() has one axis, whichever begins lower", () => {
  const [low, high] = [histogram([[0, 3]]), histogram([[4, 9]])];
  const lines = twoHistograms(high, low, 64);
  assertEquals(lines.map((line) => line.slice(0, 10).trim()), [
    "[0, 1)",
    "[1, 2)",
    "[2, 4)",
    "[4, 8)",
  ]);
  assertEquals(twoHistograms([], [], 64), ["  nothing to show"]);
});

Deno.test("histogramMarkdown() has a row for each bucket, and none of nothing", () => {
  assertEquals(histogramMarkdown(histogram([[511, 3], [512, 1]])).split("\n").slice(2, -1), [
    "| [256, 512) | 3 | 75.0 % |",
    "| [512, 1K) | 1 | 25.0 % |",
  ]);
  assertEquals(histogramMarkdown([]).split("\n").length, 3);
  const empty = [{ lo: -Infinity, hi: 0, count: 0 }];
  assertEquals(histogramMarkdown(empty).split("\n")[2], "| (..., 0) | 0 | 0.0 % |");
});
