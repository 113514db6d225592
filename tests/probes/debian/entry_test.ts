import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { MachineryError } from "../../../probes/failure.ts";
import { exists } from "../../../probes/cache.ts";
import {
  diskBytes,
  explainDisk,
  filesOf,
  makeEntry,
  removeEntry,
} from "../../../probes/debian/entry.ts";
import { temporaryFolder } from "../../support/cli.ts";

/** How an entry with one file is made. */
function wish(parent: string, text: string) {
  const folder = `${parent}/6.1`;
  return {
    parent,
    name: "6.1",
    isGood: () => exists(`${folder}/vmlinuz`),
    make: async (entry: string, work: string) => {
      await Deno.writeTextFile(`${work}/download`, "large");
      assertEquals(await exists(folder), false, "nothing is there before it is whole");
      await Deno.writeTextFile(`${entry}/vmlinuz`, text);
    },
    onWait: () => {},
  };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name !== ".lock").sort();
}

Deno.test("makeEntry() makes a folder once", async () => {
  await using parent = await temporaryFolder();
  const folder = `${parent.path}/6.1`;
  assertEquals(await makeEntry(wish(parent.path, "one")), { folder, made: true });
  assertEquals(await makeEntry(wish(parent.path, "two")), { folder, made: false });
  assertEquals(await Deno.readTextFile(`${folder}/vmlinuz`), "one");
  assertEquals([await namesIn(parent.path), await namesIn(folder)], [["6.1"], ["vmlinuz"]]);
});

Deno.test("makeEntry() makes it once for two who want it at the same time", async () => {
  await using parent = await temporaryFolder();
  const made = await Promise.all([
    makeEntry(wish(parent.path, "one")),
    makeEntry(wish(parent.path, "two")),
  ]);
  assertEquals(made.map((one) => one.made).sort(), [false, true]);
});

Deno.test("makeEntry() replaces what is not good", async () => {
  await using parent = await temporaryFolder();
  await Deno.mkdir(`${parent.path}/6.1/modules`, { recursive: true });
  const damaged = wish(parent.path, "new");
  const make = (entry: string) => Deno.writeTextFile(`${entry}/vmlinuz`, "new");
  assertEquals((await makeEntry({ ...damaged, make })).made, true);
  assertEquals([await namesIn(parent.path), await namesIn(`${parent.path}/6.1`)], [
    ["6.1"],
    ["vmlinuz"],
  ]);
});

Deno.test("makeEntry() leaves nothing when it fails, and removes what the killed left", async () => {
  await using parent = await temporaryFolder();
  await Deno.mkdir(`${parent.path}/5.10.part/entry`, { recursive: true });
  const failing = {
    ...wish(parent.path, ""),
    make: async (entry: string) => {
      await Deno.writeTextFile(`${entry}/half`, "");
      throw new Error("no network");
    },
  };
  await assertRejects(() => makeEntry(failing), Error, "no network");
  assertEquals(await namesIn(parent.path), []);
});

Deno.test("removeEntry() removes a folder and all that is in it", async () => {
  await using parent = await temporaryFolder();
  await makeEntry(wish(parent.path, "one"));
  await removeEntry(parent.path, "6.1", { onWait: () => {} });
  assertEquals(await namesIn(parent.path), []);
});

Deno.test("filesOf() and diskBytes() look into folders, and not through links", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/modules/kernel`, { recursive: true });
  await Deno.writeFile(`${folder.path}/modules/kernel/brd.ko`, new Uint8Array(100_000).fill(1));
  await Deno.symlink("/", `${folder.path}/modules/source`);
  const paths = await Array.fromAsync(filesOf(folder.path), ({ path }) => path);
  assertEquals(paths.sort(), ["modules/kernel/brd.ko", "modules/source"]);
  assert(await diskBytes(folder.path) >= 100_000);
});

Deno.test("explainDisk() tells of a full disk and of a cache that cannot be written", () => {
  const cases = [
    [new MachineryError("Unpacking", "tar: x: Cannot write: No space left on device"), "no space"],
    [new MachineryError("Unpacking", "tar: x: Wrote only 4608 of 10240 bytes"), "no space"],
    [new Error("Read-only file system (os error 30): mkdir '/cache'"), "cannot be written"],
    [new Deno.errors.PermissionDenied("Permission denied (os error 13)"), "cannot be written"],
  ] as const;
  for (const [error, why] of cases) {
    const explained = explainDisk(error, "Cannot fetch it", "/cache");
    assertInstanceOf(explained, MachineryError);
    assertStringIncludes(explained.message, 'Cannot fetch it into "/cache": ');
    assertStringIncludes(explained.message, why);
    assertStringIncludes(explained.message, "XDG_CACHE_HOME");
  }
  const other = new MachineryError("404 Not Found");
  assertEquals(explainDisk(other, "Cannot fetch it", "/cache"), other);
});
