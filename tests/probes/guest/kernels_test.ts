import { assertEquals, assertRejects } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { findKernel } from "../../../probes/guest/kernels.ts";
import { temporaryFolder } from "../../support/cli.ts";

/** A cache with these kernels, the first of them the default. */
async function cacheWith(...releases: readonly string[]) {
  const folder = await temporaryFolder();
  const kernels = `${folder.path}/kernels`;
  for (const release of releases) {
    await Deno.mkdir(`${kernels}/${release}/modules`, { recursive: true });
    await Deno.writeTextFile(`${kernels}/${release}/vmlinuz`, "");
  }
  if (releases[0] !== undefined) await Deno.symlink(releases[0], `${kernels}/default`);
  return folder;
}

Deno.test("findKernel() takes the kernel that ./setup fetched", async () => {
  await using cache = await cacheWith("6.1.0-56-amd64", "6.12.5-amd64");
  assertEquals(await findKernel(cache.path, undefined, undefined), {
    image: `${cache.path}/kernels/6.1.0-56-amd64/vmlinuz`,
    modules: `${cache.path}/kernels/6.1.0-56-amd64/modules`,
  });
});

Deno.test("findKernel() finds the newest release that begins as asked", async () => {
  await using cache = await cacheWith(
    "6.1.0-9-amd64",
    "6.1.0-56-amd64",
    "6.12.5+deb12-amd64",
    "6.12.38-amd64",
    "7.3.4",
  );
  // What a download that was cut off leaves is no kernel.
  await Deno.mkdir(`${cache.path}/kernels/.6.1.0-99-amd64`);
  await Deno.writeTextFile(`${cache.path}/kernels/.6.1.0-99-amd64/vmlinuz`, "");
  await Deno.mkdir(`${cache.path}/kernels/6.1.0-99-amd64`);
  const cases = [
    ["6.1", "6.1.0-56-amd64"],
    ["6.1.0", "6.1.0-56-amd64"],
    ["6.1.0-9", "6.1.0-9-amd64"],
    ["6.12", "6.12.38-amd64"],
    ["6.12.5", "6.12.5+deb12-amd64"],
    ["6", "6.12.38-amd64"],
    ["7.3.4", "7.3.4"],
  ] as const;
  for (const [wish, release] of cases) {
    const { image } = await findKernel(cache.path, wish, undefined);
    assertEquals(image, `${cache.path}/kernels/${release}/vmlinuz`, wish);
  }
});

Deno.test("findKernel() lists what there is when it finds none", async () => {
  await using cache = await cacheWith("6.12.5-amd64", "6.1.0-56-amd64");
  for (const wish of ["6.11", "6.1.0-5", "5.10", "bzImage"]) {
    await assertRejects(
      () => findKernel(cache.path, wish, undefined),
      RequestError,
      `Cannot find a kernel "${wish}" (in the cache: 6.1.0-56-amd64, 6.12.5-amd64); give the path of a bzImage`,
    );
  }
});

Deno.test("findKernel() says what to do about an empty cache", async () => {
  await using cache = await cacheWith();
  await assertRejects(
    () => findKernel(cache.path, undefined, undefined),
    RequestError,
    'Cannot choose a guest kernel: the cache is empty; "./setup" fetches one, --kernel takes a bzImage',
  );
  await assertRejects(
    () => findKernel(cache.path, "6.1", undefined),
    RequestError,
    'Cannot find a kernel "6.1" (the cache is empty)',
  );
});

Deno.test("findKernel() takes a file, with modules or without", async () => {
  await using cache = await cacheWith("6.1.0-56-amd64");
  const image = `${cache.path}/bzImage`;
  await Deno.writeTextFile(image, "");
  assertEquals(await findKernel(cache.path, image, undefined), { image });
  assertEquals(await findKernel(cache.path, `${cache.path}/./bzImage`, cache.path), {
    image,
    modules: cache.path,
  });
  assertEquals(await findKernel(cache.path, "6.1", cache.path), {
    image: `${cache.path}/kernels/6.1.0-56-amd64/vmlinuz`,
    modules: cache.path,
  });
});

Deno.test("findKernel() says what is wrong with a path", async () => {
  await using cache = await cacheWith("6.1.0-56-amd64");
  const none = `${cache.path}/none`;
  const cases = [
    [none, undefined, `Cannot boot "${none}": there is no such file`],
    [cache.path, undefined, `Cannot boot "${cache.path}": it is not a file; give a bzImage`],
    [undefined, none, `Cannot use --modules "${none}": there is no such folder`],
  ] as const;
  for (const [wish, modules, message] of cases) {
    await assertRejects(() => findKernel(cache.path, wish, modules), RequestError, message);
  }
});
