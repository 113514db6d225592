import { assertEquals } from "@std/assert";
import { foldStacks } from "../../../analysis/export/folded.ts";
import type { StackEvent } from "../../../recording/event.ts";

const WRITE: StackEvent = {
  kind: "stack",
  comm: "deno",
  frames: ["internal_get_user_pages_fast+1", "iov_iter_get_pages2+25", "vfs_write+562"],
  calls: 3,
  pages: 512,
};
const WRITTEN = "deno;vfs_write;iov_iter_get_pages2;internal_get_user_pages_fast";

Deno.test("foldStacks() begins with the thread and the outermost frame", () => {
  assertEquals(foldStacks([WRITE]), [`${WRITTEN} 512`]);
  assertEquals(foldStacks([WRITE], "calls"), [`${WRITTEN} 3`]);
});

Deno.test("foldStacks() adds up what differs only by places in functions", () => {
  const elsewhere = { ...WRITE, frames: [...WRITE.frames.slice(0, 2), "vfs_write+0x23f"] };
  const other = { ...WRITE, comm: "dd", pages: 1 };
  assertEquals(foldStacks([WRITE, other, elsewhere]), [
    `${WRITTEN.replace("deno", "dd")} 1`,
    `${WRITTEN} 1024`,
  ]);
});

Deno.test("foldStacks() leaves out what weighs nothing, and keeps stacks without a frame", () => {
  const failed = { ...WRITE, pages: 0 };
  assertEquals(foldStacks([failed]), []);
  assertEquals(foldStacks([failed], "calls"), [`${WRITTEN} 3`]);
  assertEquals(foldStacks([{ ...WRITE, frames: [] }]), ["deno 512"]);
});

Deno.test("foldStacks() keeps names from ending frames or lines", () => {
  const odd = { ...WRITE, comm: "a;b\nc 7", frames: ["f+1"] };
  assertEquals(foldStacks([odd]), ["a:b?c 7;f 512"]);
});
