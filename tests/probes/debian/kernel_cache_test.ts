import { assertEquals } from "@std/assert";
import { cachedKernels, isWhole, writeManifest } from "../../../probes/debian/kernel_cache.ts";
import { temporaryFolder } from "../../support/cli.ts";

Deno.test("cachedKernels() lists whole kernels by the versions of their packages", async () => {
  await using cache = await temporaryFolder();
  const kernels = `${cache.path}/kernels`;
  assertEquals(await cachedKernels(cache.path), []);
  const packages = {
    "6.1.0-56-amd64": "linux-image-6.1.0-56-amd64 6.1.192-2 amd64\n",
    "6.1.0-0.deb11.52-amd64": "linux-image-6.1.0-0.deb11.52-amd64 6.1.180-1~deb11u1 amd64\n",
    "7.3.4": undefined,
  };
  for (const [release, text] of Object.entries(packages)) {
    await Deno.mkdir(`${kernels}/${release}`, { recursive: true });
    await Deno.writeTextFile(`${kernels}/${release}/vmlinuz`, "");
    if (text !== undefined) await Deno.writeTextFile(`${kernels}/${release}/package`, text);
  }
  // Neither what is not finished, nor what has no kernel, nor the link of older versions.
  for (const release of ["6.1.0-57-amd64.part", ".setup.x"]) {
    await Deno.mkdir(`${kernels}/${release}`);
    await Deno.writeTextFile(`${kernels}/${release}/vmlinuz`, "");
  }
  await Deno.mkdir(`${kernels}/6.1.0-58-amd64`);
  await Deno.symlink("6.1.0-56-amd64", `${kernels}/default`);
  const found = await cachedKernels(cache.path);
  assertEquals(found.map(({ release, version }) => [release, version]), [
    ["6.1.0-0.deb11.52-amd64", "6.1.180-1~deb11u1"],
    ["6.1.0-56-amd64", "6.1.192-2"],
    ["7.3.4", "7.3.4"],
  ]);
  assertEquals(found[1]?.folder, `${kernels}/6.1.0-56-amd64`);
});

Deno.test("isWhole() sees what was cut short or is gone, and allows what came later", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  assertEquals(await isWhole(path), false);
  await Deno.mkdir(`${path}/modules/kernel`, { recursive: true });
  await Deno.writeTextFile(`${path}/vmlinuz`, "image");
  await Deno.writeTextFile(`${path}/modules/kernel/brd.ko`, "module");
  await writeManifest(path);
  assertEquals(await Deno.readTextFile(`${path}/manifest`), "5 vmlinuz\n6 modules/kernel/brd.ko\n");
  assertEquals(await isWhole(path), true);
  await Deno.writeTextFile(`${path}/notes`, "mine");
  assertEquals(await isWhole(path), true);
  await Deno.truncate(`${path}/vmlinuz`, 3);
  assertEquals(await isWhole(path), false);
  await Deno.writeTextFile(`${path}/vmlinuz`, "image");
  await Deno.remove(`${path}/modules/kernel/brd.ko`);
  assertEquals(await isWhole(path), false);
});
