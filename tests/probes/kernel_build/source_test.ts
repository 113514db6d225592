import { assert, assertEquals } from "@std/assert";
import type { PatchedFiles } from "../../../probes/kernel_build/patches.ts";
import { refreshSource } from "../../../probes/kernel_build/source.ts";
import { openTree } from "../../../probes/kernel_build/tree.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { makeToyTree, snapshot } from "../../support/toy_tree.ts";

const NEVER = new AbortController().signal;
const OLD = new Date("2020-12-08");

/** A tree whose files are old, and its folder of sources. */
async function inPlace(
  test: (
    tree: string,
    source: string,
    refresh: (patched?: PatchedFiles) => Promise<void>,
  ) => Promise<
    void
  >,
): Promise<void> {
  await using folder = await temporaryFolder();
  const [path, source] = [`${folder.path}/linux`, `${folder.path}/source`];
  await makeToyTree(path);
  for (const file of ["mm/gup.c", "mm/gup_test.c"]) await Deno.utime(`${path}/${file}`, OLD, OLD);
  await test(path, source, async (patched = new Map()) => {
    await refreshSource(source, await openTree(path), patched, NEVER);
  });
}

function content(text: string): { bytes: Uint8Array; mode: number } {
  return { bytes: new TextEncoder().encode(text), mode: 0o644 };
}

async function time(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

Deno.test("refreshSource() has a tree's files at their own times, and follows its changes", async () => {
  await inPlace(async (tree, source, refresh) => {
    await refresh();
    assertEquals(await Deno.readTextFile(`${source}/mm/gup_test.c`), "test\n");
    assertEquals(await time(`${source}/mm/gup.c`), OLD.getTime());
    await Deno.remove(`${tree}/mm`, { recursive: true });
    await Deno.mkdir(`${tree}/lib/new`, { recursive: true });
    await Deno.writeTextFile(`${tree}/lib/new/a.c`, "a");
    await refresh();
    assertEquals(await Deno.readTextFile(`${source}/lib/new/a.c`), "a");
    assertEquals(await Deno.stat(`${source}/mm`).catch((error) => error.name), "NotFound");
  });
});

Deno.test("refreshSource() never writes into the tree", async () => {
  await inPlace(async (tree, _, refresh) => {
    const before = await snapshot(tree);
    await refresh();
    await refresh(new Map([["mm/gup.c", content("patched")], ["mm/gup_test.c", null]]));
    await refresh();
    assertEquals(await snapshot(tree), before);
  });
});

Deno.test("refreshSource() gives a new time to what a patch changes, and to what it no longer does", async () => {
  await inPlace(async (_, source, refresh) => {
    const file = `${source}/mm/gup.c`;
    const patched = new Map([["mm/gup.c", content("patched")]]);
    await refresh();
    await refresh(patched);
    assertEquals(await Deno.readTextFile(file), "patched");
    assert(await time(file) > OLD.getTime());
    await Deno.utime(file, OLD, OLD);
    await refresh(patched);
    assertEquals(await time(file), OLD.getTime(), "the same patch once more");
    await refresh();
    assertEquals((await Deno.readTextFile(file)).slice(0, 4), "one\n");
    assert(await time(file) > OLD.getTime(), "what was built of the patched file is not new");
  });
});

Deno.test("refreshSource() makes and removes files as patches do", async () => {
  await inPlace(async (_, source, refresh) => {
    await refresh(new Map([["mm/new/x.c", content("x")], ["mm/gup_test.c", null]]));
    assertEquals(await Deno.readTextFile(`${source}/mm/new/x.c`), "x");
    assertEquals(
      await Deno.lstat(`${source}/mm/gup_test.c`).catch((error) => error.name),
      "NotFound",
    );
    await refresh();
    assertEquals(await Deno.readTextFile(`${source}/mm/gup_test.c`), "test\n");
    assertEquals(await Deno.stat(`${source}/mm/new`).catch((error) => error.name), "NotFound");
  });
});

Deno.test("refreshSource() has a link of the tree lead to what is patched", async () => {
  await inPlace(async (tree, source, refresh) => {
    await Deno.symlink("gup.c", `${tree}/mm/same.c`);
    await refresh(new Map([["mm/gup.c", content("patched")]]));
    assertEquals(await Deno.readTextFile(`${source}/mm/same.c`), "patched");
  });
});
