import { assert, assertEquals } from "@std/assert";
import { decodeItems, type Picture, splitLines, startPicture } from "headcount";
import { readFixture, RECORDINGS, reportOf } from "../support/fixture.ts";

async function pictureOf(name: string): Promise<Picture> {
  const maker = startPicture();
  const bytes = ReadableStream.from([await readFixture(name)]);
  for await (const line of decodeItems(splitLines(bytes))) maker.add(line);
  return maker.picture();
}

Deno.test("what is drawn of each recording is what its report judges", async () => {
  for await (const { name } of Deno.readDir(RECORDINGS)) {
    const [picture, { totals }] = await Promise.all([pictureOf(name), reportOf(name)]);
    assertEquals(picture.timeline.calls, totals.calls, name);
    const sum = picture.timeline.times.reduce((all, [, count]) => all + count, 0);
    assertEquals(sum, totals.calls, name);
    assertEquals(picture.map.rows.length > 0, totals.pages > 0, name);
  }
});

Deno.test("of memory that was taken once, the map has all grabs", async () => {
  for (const name of ["puts-debian-5.10-2M", "puts-debian-6.12-2M", "puts-debian-7.3-2M"]) {
    const [{ map }, { totals }] = await Promise.all([pictureOf(name), reportOf(name)]);
    const [row, ...others] = map.rows;
    assert(row !== undefined && others.length === 0, name);
    assertEquals([row.grabs, row.calls, row.heads], [totals.grabs, totals.calls, totals.heads]);
    assertEquals(row.pieces.reduce((sum, { pages }) => sum + pages, 0), totals.pages, name);
    assert(row.pieces.every(({ by }) => by === "fast"), name);
  }
});
