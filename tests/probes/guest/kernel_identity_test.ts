import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { identifyKernel } from "../../../probes/guest/kernel_identity.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { cacheWith } from "../../support/kernels.ts";

Deno.test("identifyKernel() tells a kernel that was built again from the one before", async () => {
  await using folder = await temporaryFolder();
  const image = `${folder.path}/bzImage`;
  await Deno.writeTextFile(image, "one");
  const before = await identifyKernel(folder.path, image);
  assertEquals(before, {
    image,
    // printf one | sha256sum
    sha256: "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
  });
  await Deno.writeTextFile(image, "two");
  assertNotEquals((await identifyKernel(folder.path, image)).sha256, before.sha256);
  await Deno.remove(image);
  await assertRejects(() => identifyKernel(folder.path, image), RequestError, "no such file");
});

Deno.test("identifyKernel() finds Debian's in the cache by the beginning of its release", async () => {
  await using cache = await cacheWith({ release: "6.12.118+deb13-amd64", version: "6.12.118-1" });
  assertEquals((await identifyKernel(cache.path, "6.12")).release, "6.12.118+deb13-amd64");
});
