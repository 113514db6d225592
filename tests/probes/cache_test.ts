import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { cached, cacheFolder, digest, exists, fingerprint } from "../../probes/cache.ts";
import { RequestError } from "../../probes/failure.ts";
import { temporaryFolder } from "../support/cli.ts";

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("cached() makes a file once", async () => {
  await using folder = await temporaryFolder();
  const cache = `${folder.path}/deep/cache`;
  let made = 0;
  const make = async (path: string): Promise<void> => {
    await Deno.writeTextFile(path, `made ${++made}`);
  };
  assertEquals(await cached(cache, "kernel.elf", make), `${cache}/kernel.elf`);
  assertEquals(await cached(cache, "kernel.elf", make), `${cache}/kernel.elf`);
  assertEquals(await Deno.readTextFile(`${cache}/kernel.elf`), "made 1");
  assertEquals(await namesIn(cache), ["kernel.elf"]);
});

Deno.test("cached() shows a file only when it is whole", async () => {
  await using folder = await temporaryFolder();
  const path = await cached(folder.path, "image", async (unfinished) => {
    await Deno.writeTextFile(unfinished, "half");
    assertEquals(await exists(`${folder.path}/image`), false);
    assertEquals(unfinished.endsWith(".part"), true);
    await Deno.writeTextFile(unfinished, "whole");
  });
  assertEquals(await Deno.readTextFile(path), "whole");
});

Deno.test("cached() leaves nothing of what could not be made", async () => {
  await using folder = await temporaryFolder();
  const fail = async (path: string): Promise<void> => {
    await Deno.writeTextFile(path, "half");
    throw new Error("the disk is full");
  };
  await assertRejects(() => cached(folder.path, "image", fail), Error, "the disk is full");
  assertEquals(await namesIn(folder.path), []);
  await cached(folder.path, "image", (path) => Deno.writeTextFile(path, "whole"));
  assertEquals(await namesIn(folder.path), ["image"]);
});

Deno.test("cached() lets runs make the same file at once", async () => {
  await using folder = await temporaryFolder();
  const runs = Array.from({ length: 20 }, () =>
    cached(folder.path, "image", async (path) => {
      await Deno.writeTextFile(path, "half");
      await Deno.writeTextFile(path, "whole");
    }));
  assertEquals(new Set(await Promise.all(runs)), new Set([`${folder.path}/image`]));
  assertEquals(await Deno.readTextFile(`${folder.path}/image`), "whole");
  assertEquals(await namesIn(folder.path), ["image"]);
});

Deno.test("cached() sweeps what killed runs left, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  await Deno.mkdir(`${path}/tree-1.part`);
  await Deno.writeTextFile(`${path}/tree-1.part/init`, "");
  for (const name of ["old.part", "new.part", "old"]) {
    await Deno.writeTextFile(`${path}/${name}`, "");
  }
  const hourAgo = Date.now() / 1000 - 3600;
  for (const name of ["tree-1.part", "old.part", "old"]) {
    await Deno.utime(`${path}/${name}`, hourAgo, hourAgo);
  }
  await cached(path, "image", (unfinished) => Deno.writeTextFile(unfinished, ""));
  assertEquals(await namesIn(path), ["image", "new.part", "old"]);
});

Deno.test("cacheFolder() follows the XDG convention", () => {
  const folderBy = (variables: Readonly<Record<string, string>>): string =>
    cacheFolder((name) => variables[name]);
  const HOME = "/home/user";
  assertEquals(folderBy({ XDG_CACHE_HOME: "/var/cache", HOME }), "/var/cache/headcount");
  for (
    const variables of [{ HOME }, { XDG_CACHE_HOME: "", HOME }, { XDG_CACHE_HOME: "it", HOME }]
  ) {
    assertEquals(folderBy(variables), "/home/user/.cache/headcount");
  }
  const complaint = "Cannot find the cache: set HOME or XDG_CACHE_HOME";
  assertThrows(() => folderBy({}), RequestError, complaint);
});

Deno.test("digest() tells parts apart", async () => {
  const [whole, cut] = await Promise.all([digest(["ab", "c"]), digest(["a", "bc"])]);
  assertEquals(/^[\da-f]{16}$/.test(whole), true);
  assertEquals(whole === cut, false);
  assertEquals(await digest(["ab", "c"]), whole);
});

Deno.test("fingerprint() changes with a file's size and time", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "a");
  await Deno.utime(path, 1000, 1000);
  const first = await fingerprint(path);
  assertEquals(first, `${await Deno.realPath(path)} 1 1000000`);
  await Deno.symlink(path, `${folder.path}/link`);
  assertEquals(await fingerprint(`${folder.path}/link`), first);
  await Deno.utime(path, 1001, 1001);
  assertEquals(await fingerprint(path) === first, false);
});
