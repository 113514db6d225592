import { assertEquals, assertRejects } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { listFiles, openTree, readVersion } from "../../../probes/kernel_build/tree.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { makeToyTree } from "../../support/toy_tree.ts";

const NEVER = new AbortController().signal;

Deno.test("readVersion() reads a Makefile's head", () => {
  assertEquals(
    readVersion("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 176\nEXTRAVERSION =\n"),
    "6.1.176",
  );
  assertEquals(readVersion("VERSION = 5\nPATCHLEVEL = 10\n"), "5.10.0");
  assertEquals(readVersion("VERSION = 1.2\n"), undefined);
});

Deno.test("openTree() refuses what is no tree", async () => {
  await using folder = await temporaryFolder();
  await assertRejects(() => openTree(folder.path), RequestError, "it is no tree of Linux");
  await assertRejects(() => openTree(`${folder.path}/no`), RequestError, "there is no such folder");
});

Deno.test("openTree() tells the way on from a tree that was configured in place", async () => {
  await using folder = await temporaryFolder();
  const tree = `${folder.path}/linux`;
  await makeToyTree(tree);
  assertEquals((await openTree(tree)).version, "5.10.7");
  await Deno.writeTextFile(`${tree}/.config`, "");
  await assertRejects(() => openTree(tree), RequestError, '".config" is there');
  await assertRejects(() => openTree(tree), RequestError, "make mrproper");
});

Deno.test("openTree() takes git's word for what is no source", async () => {
  await using folder = await temporaryFolder();
  const tree = `${folder.path}/linux`;
  await makeToyTree(tree, { ".gitignore": ".*\n*.o\ninclude/generated/\n" });
  await new Deno.Command("git", { args: ["init", "-q", tree] }).output();
  for (const path of [".config", "mm/gup.o", "include/generated/autoconf.h", "mm/new.c"]) {
    await Deno.mkdir(`${tree}/include/generated`, { recursive: true });
    await Deno.writeTextFile(`${tree}/${path}`, "");
  }
  const { ignored } = await openTree(tree);
  const { files } = await listFiles(tree, new Set([...ignored, ".git"]), NEVER);
  assertEquals([...files.keys()].filter((path) => /^(\.c|include|mm)/.test(path)).sort(), [
    "include/linux/mm.h",
    "mm/gup.c",
    "mm/gup_test.c",
    "mm/new.c",
  ]);
});
