import { assertEquals, assertRejects } from "@std/assert";
import { MachineryError, RequestError } from "../../../probes/failure.ts";
import { DEFAULT_KERNEL, fetchKernel, findKernel } from "../../../probes/guest/kernels.ts";
import { cacheWith, FakeSource, kernelOf } from "../../support/kernels.ts";

const OLD = { release: "6.1.0-9-amd64", version: "6.1.27-1" };
const BOOKWORM = { release: "6.1.0-56-amd64", version: "6.1.192-2" };
const BACKPORT = { release: "6.12.95+deb12-amd64", version: "6.12.95-1~bpo12+1" };
const TRIXIE = { release: "6.12.118+deb13-amd64", version: "6.12.118-1" };
const CANDIDATE = { release: "7.3-amd64", version: "7.3~rc7-1~exp1" };
const DEBIAN = [
  kernelOf("5.10.0-46-amd64", "5.10.262-1", "bullseye-security"),
  kernelOf(BOOKWORM.release, BOOKWORM.version, "bookworm-security"),
  kernelOf(TRIXIE.release, TRIXIE.version, "trixie-security"),
  kernelOf(CANDIDATE.release, CANDIDATE.version, "experimental"),
  kernelOf("7.3.4+deb13-amd64", "7.3.4-1~bpo13+1", "trixie-backports"),
];

Deno.test("findKernel() takes the newest cached kernel that is as asked, and asks nobody", async () => {
  await using cache = await cacheWith(OLD, BOOKWORM, BACKPORT, TRIXIE);
  const cases = [
    ["6.1", BOOKWORM.release],
    ["6.1.0", BOOKWORM.release],
    ["6.1.0-9", OLD.release],
    ["6.12", TRIXIE.release],
    ["6.12.95", BACKPORT.release],
    ["6", TRIXIE.release],
  ] as const;
  const source = new FakeSource(cache.path, []);
  for (const [wish, release] of cases) {
    assertEquals(await findKernel(cache.path, wish, undefined, { source }), {
      image: `${cache.path}/kernels/${release}/vmlinuz`,
      modules: `${cache.path}/kernels/${release}/modules`,
      release,
    }, wish);
  }
  assertEquals(source.asked, []);
});

Deno.test("findKernel() takes the same series on every machine where none is asked for", async () => {
  await using cache = await cacheWith(BOOKWORM, TRIXIE);
  assertEquals((await findKernel(cache.path, undefined, undefined)).release, BOOKWORM.release);
  assertEquals(DEFAULT_KERNEL, "6.1");
});

Deno.test("findKernel() fetches what is not in the cache", async () => {
  await using cache = await cacheWith();
  const source = new FakeSource(cache.path, DEBIAN);
  const { release, image } = await findKernel(cache.path, undefined, undefined, { source });
  assertEquals(image, `${cache.path}/kernels/${release}/vmlinuz`);
  await findKernel(cache.path, "6.1", undefined, { source });
  assertEquals(source.asked, ["choose 6.1", `fetch ${BOOKWORM.release}`]);
});

Deno.test("findKernel() always asks for the latest", async () => {
  await using cache = await cacheWith(TRIXIE);
  const source = new FakeSource(cache.path, DEBIAN);
  const { release } = await findKernel(cache.path, "latest", undefined, { source });
  assertEquals(release, "7.3.4+deb13-amd64");
});

Deno.test("findKernel() asks whether there is more than a cached candidate", async () => {
  await using cache = await cacheWith(CANDIDATE);
  const source = new FakeSource(cache.path, DEBIAN);
  const options = { source };
  assertEquals(
    (await findKernel(cache.path, "7.3-amd64", undefined, options)).release,
    "7.3-amd64",
  );
  assertEquals(source.asked, []);
  const { release } = await findKernel(cache.path, "7.3", undefined, options);
  assertEquals(release, "7.3.4+deb13-amd64");
});

Deno.test("fetchKernel() says what was downloaded", async () => {
  await using cache = await cacheWith(BOOKWORM);
  const source = new FakeSource(cache.path, DEBIAN);
  const { kernel, downloadedBytes } = await fetchKernel(cache.path, "5.10", { source });
  assertEquals([kernel.version, downloadedBytes], ["5.10.262-1", 100 << 20]);
});

Deno.test("findKernel() lists what there is when it finds none", async () => {
  await using cache = await cacheWith(BOOKWORM, TRIXIE);
  const source = new FakeSource(cache.path, DEBIAN);
  for (const wish of ["6.11", "6.1.0-5", "4"]) {
    await assertRejects(
      () => findKernel(cache.path, wish, undefined, { source }),
      RequestError,
      `Cannot find a kernel "${wish}" (in the cache: 6.1.0-56-amd64, 6.12.118+deb13-amd64; Debian has 5.10, 6.1, 6.12, 7.3); give the path of a bzImage, or one of these`,
    );
  }
  await assertRejects(
    () => findKernel(cache.path, "bzImage", undefined, { source }),
    RequestError,
    'Cannot find a kernel "bzImage" (in the cache: 6.1.0-56-amd64, 6.12.118+deb13-amd64); give the path of a bzImage, or one of Debian\'s by its version, such as 6.1',
  );
});

Deno.test("findKernel() blames the machinery where Debian could not be asked", async () => {
  await using cache = await cacheWith();
  const unasked = "Debian's lists of testing could not be renewed: 404 Not Found";
  const source = new FakeSource(cache.path, DEBIAN, unasked);
  await assertRejects(
    () => findKernel(cache.path, "7.4", undefined, { source }),
    MachineryError,
    `Cannot find a kernel "7.4": ${unasked} (the cache is empty; Debian's other lists have 5.10, `,
  );
  source.choose = () => Promise.reject(new MachineryError("Debian's archive cannot be asked: no"));
  await assertRejects(
    () => findKernel(cache.path, "6.1", undefined, { source }),
    MachineryError,
    'Cannot fetch a kernel "6.1": Debian\'s archive cannot be asked: no (the cache is empty); --kernel also takes the path of a bzImage',
  );
  source.choose = () => Promise.reject(new Error("Read-only file system (os error 30)"));
  await assertRejects(
    () => findKernel(cache.path, "6.1", undefined, { source }),
    MachineryError,
    `Cannot fetch a kernel "6.1" into "${cache.path}": it cannot be written to`,
  );
});

Deno.test("findKernel() takes a file, with modules or without", async () => {
  await using cache = await cacheWith(BOOKWORM);
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
    release: BOOKWORM.release,
  });
});

Deno.test("findKernel() says what is wrong with a path", async () => {
  await using cache = await cacheWith(BOOKWORM);
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
