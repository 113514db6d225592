import { assertEquals, assertRejects } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { applyPatches, readPatchOutput } from "../../../probes/kernel_build/patches.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { makeToyTree, snapshot, toyPatch } from "../../support/toy_tree.ts";

/** Applies differences to the toy tree; tells what became of its files. */
async function apply(
  texts: readonly string[],
): Promise<{ files: Record<string, string | null>; notes: string[] }> {
  await using folder = await temporaryFolder();
  const [tree, work] = [`${folder.path}/linux`, `${folder.path}/work`];
  await makeToyTree(tree);
  await Deno.mkdir(work);
  const before = await snapshot(tree);
  const notes: string[] = [];
  try {
    const patches = texts.map((text, i) => ({ file: "a.mbox", title: `patch ${i + 1}`, text }));
    const patched = await applyPatches(tree, patches, {
      work,
      signal: new AbortController().signal,
      onNote: (text) => notes.push(text),
    });
    const files = Object.fromEntries(
      [...patched].map(([path, content]) => [
        path,
        content === null ? null : new TextDecoder().decode(content.bytes),
      ]),
    );
    return { files, notes };
  } finally {
    assertEquals(await snapshot(tree), before, "the tree is only read");
  }
}

Deno.test("applyPatches() applies one patch after the other, in a text around them", async () => {
  const second = toyPatch("four", "4").replace(" two", " 2");
  const { files, notes } = await apply([`Why.\n---\n${toyPatch("two", "2")}-- \n2.39\n`, second]);
  assertEquals(files, { "mm/gup.c": "one\n2\nthree\n4\nfive\nsix\nseven\n" });
  assertEquals(notes, []);
});

Deno.test("applyPatches() makes, removes and moves files", async () => {
  const made = "--- /dev/null\n+++ b/mm/new/x.c\n@@ -0,0 +1 @@\n+x\n";
  const removed = "--- a/mm/gup_test.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-test\n";
  const moved = "diff --git a/include/linux/mm.h b/include/linux/gup.h\nsimilarity index 100%\n" +
    "rename from include/linux/mm.h\nrename to include/linux/gup.h\n";
  assertEquals((await apply([made, removed, moved])).files, {
    "mm/new/x.c": "x\n",
    "mm/gup_test.c": null,
    "include/linux/mm.h": null,
    "include/linux/gup.h": "#define PAGE_SIZE 4096\n",
  });
});

Deno.test("applyPatches() names the hunk that does not fit", async () => {
  const other = toyPatch("four", "4").replace("-four", "-vier");
  await assertRejects(
    () => apply([toyPatch("two", "2"), other]),
    RequestError,
    "mm/gup.c: hunk 1, for line 1",
  );
  await assertRejects(() => apply([other]), RequestError, '"patch 1" of "a.mbox"');
});

Deno.test("applyPatches() knows a patch that is there already, and a file that is not", async () => {
  const twice = toyPatch("four", "4");
  await assertRejects(() => apply([twice, twice]), RequestError, "changed already");
  const elsewhere = twice.replaceAll("mm/gup.c", "mm/slow.c");
  await assertRejects(
    () => apply([elsewhere]),
    RequestError,
    "a file that it changes is not there",
  );
});

Deno.test("applyPatches() tells where a patch fits only nearly", async () => {
  const { files, notes } = await apply([toyPatch("four", "4").replace(" one", " eins")]);
  assertEquals(files["mm/gup.c"]?.includes("\n4\n"), true);
  assertEquals(notes.length, 1);
  assertEquals(
    notes[0]?.startsWith('"patch 1": hunk 1 of mm/gup.c was put at line'),
    true,
    notes[0],
  );
});

Deno.test("readPatchOutput() keeps hunks with their files", () => {
  const text = `patching file mm/gup.c
Hunk #1 succeeded at 2252 (offset 2 lines).
Hunk #3 FAILED at 2300.
1 out of 3 hunks FAILED
patching file 'mm/my file.c' (renamed from mm/a.c)
Hunk #1 succeeded at 7 with fuzz 2 (offset -1 lines).
`;
  assertEquals(readPatchOutput(text).hunks, [
    { file: "mm/gup.c", hunk: 1, line: 2252, fits: true },
    { file: "mm/gup.c", hunk: 3, line: 2300, fits: false },
    { file: "mm/my file.c", hunk: 1, line: 7, fits: true, fuzz: 2 },
  ]);
});

Deno.test("readPatchOutput() reads a name that is made to take long at once", () => {
  const began = performance.now();
  const name = "mm/gup.c" + " (b".repeat(100_000);
  const { hunks } = readPatchOutput(`patching file ${name}\nHunk #1 FAILED at 1.\n`);
  assertEquals(hunks[0]?.file === name, true);
  assertEquals(performance.now() - began < 2000, true);
});
