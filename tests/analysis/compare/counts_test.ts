import { assertEquals } from "@std/assert";
import { changeOf, compareCounts, disagreementText, timesText } from "headcount";
import { reportOf } from "../../support/fixture.ts";

Deno.test("Debian's 6.12 and 7.3: what the deleted device path did, count by count", async () => {
  const { counts, disagreements } = compareCounts(
    [await reportOf("puts-debian-6.12-2M")],
    [await reportOf("puts-debian-7.3-2M")],
  );
  assertEquals(
    counts.map(({ name, baseline, patched, change }) => [name, baseline, patched, change]),
    [
      ["calls", 3, 3, "same"],
      ["pages", 512, 512, "same"],
      ["grabs", 512, 3, "171x fewer"],
      ["fewest grabs", 3, 3, "same"],
      ["pages per grab", 1, "256, 255, 1", "up to 256x more"],
      ["grabs per head", "256, 255, 1", 1, "up to 256x fewer"],
      ["heads", 1, 1, "same"],
      ["order of heads", "9", "9", "same"],
      ["references", 512, 512, "same"],
      ["pgmap look-ups", 512, 0, "none any more"],
      ["real look-ups", 3, 0, "none any more"],
      ["puts", 1, 3, "3x more"],
    ],
  );
  assertEquals(disagreements, []);
});

Deno.test("puts that are made unseen are none that were counted", async () => {
  const gets = await reportOf("puts-debian-6.1-2M");
  const { counts } = compareCounts([gets], [await reportOf("puts-debian-6.12-2M")]);
  const puts = counts.find(({ name }) => name === "puts");
  assertEquals([puts?.baseline, puts?.patched, puts?.change], [null, 1, ""]);
});

Deno.test("what the slow path took is told where it took something", async () => {
  const slow = await reportOf("ways-debian-6.12-process-vm");
  const { counts } = compareCounts([slow], [slow]);
  assertEquals(counts.some(({ name }) => name === "slow calls"), true);
});

Deno.test("recordings of one side that do not agree are told of, not averaged", async () => {
  const before = await reportOf("linux-5.10-2M");
  const after = await reportOf("linux-5.10-rfc-2M");
  const { counts, disagreements } = compareCounts([before, before, after], [after, after]);
  const grabs = counts.find(({ name }) => name === "grabs");
  assertEquals([grabs?.baseline, grabs?.patched, grabs?.change], ["3..512", 3, "differs"]);
  const disagreement = disagreements.find(({ name }) => name === "grabs");
  assertEquals(
    disagreement && disagreementText(disagreement),
    "The 3 recordings of the baseline differ in grabs: 512, 512, 3.",
  );
});

Deno.test("changeOf() says what it can", () => {
  assertEquals(
    [[0, 5], [5, 0], [10, 11], [11, 10], [2, 3], ["3..9", 3], ["256 to 1", 1]].map((
      [before = null, after = null],
    ) => changeOf(before, after)),
    [
      "none before",
      "none any more",
      "1 more",
      "1 fewer",
      "1.5x more",
      "differs",
      "up to 256x fewer",
    ],
  );
  assertEquals(timesText(1.96), "2.0x");
});
