import { assertEquals } from "@std/assert";
import { findVmemmapBase } from "../../probes/known_facts.ts";
import { temporaryFolder } from "../support/cli.ts";
import { fakeTarget } from "../support/fake_target.ts";

/** A kernel that was moved by so many bytes; it has `vmemmap_base` or not. */
function kernel(moved: number, hasBase = true) {
  return fakeTarget("guest", (command) => {
    const address = (from: number) => `ffffffff${(from + moved).toString(16)} D`;
    if (command.endsWith(" _text")) return [`${address(0x81000000)} _text\n`, 0];
    return [hasBase ? `${address(0x82415730)} vmemmap_base\n` : "", 0];
  });
}

Deno.test("findVmemmapBase() looks for it once for each build, wherever the kernel is moved to", async () => {
  await using folder = await temporaryFolder();
  const first = kernel(0x200000);
  assertEquals(await findVmemmapBase(first, folder.path, "6.1 build"), 0x82615730);
  const moved = kernel(0x5000000);
  assertEquals(await findVmemmapBase(moved, folder.path, "6.1 build"), 0x87415730);
  assertEquals([first.asked.length, moved.asked.length], [2, 1]);
  const other = kernel(0);
  assertEquals(await findVmemmapBase(other, folder.path, "6.12 build"), 0x82415730);
  assertEquals(other.asked.length, 2);
});

Deno.test("findVmemmapBase() gives 0 where a kernel has none, and asks what is no build each time", async () => {
  await using folder = await temporaryFolder();
  for (const asked of [2, 1]) {
    const target = kernel(0, false);
    assertEquals(await findVmemmapBase(target, folder.path, "5.4 build"), 0);
    assertEquals(target.asked.length, asked);
  }
  const target = kernel(0);
  assertEquals(await findVmemmapBase(target, folder.path, undefined), 0x82415730);
  assertEquals(await findVmemmapBase(target, folder.path, undefined), 0x82415730);
  assertEquals(target.asked.length, 2);
});
