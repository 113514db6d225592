import { assert, assertEquals, assertRejects } from "@std/assert";
import { exists } from "../../../probes/cache.ts";
import { RequestError } from "../../../probes/failure.ts";
import { unpackedName } from "../../../probes/guest/kernel_image.ts";
import { listKernels, removeKernels } from "../../../probes/guest/kernel_list.ts";
import { cacheWith, FakeSource, kernelOf } from "../../support/kernels.ts";

const CACHED = [
  { release: "6.1.0-50-amd64", version: "6.1.176-1" },
  { release: "6.12.118+deb13-amd64", version: "6.12.118-1" },
];
const DEBIAN = [
  kernelOf("6.1.0-50-amd64", "6.1.176-1", "bookworm-security"),
  kernelOf("6.1.0-55-amd64", "6.1.192-1", "bookworm-security"),
  kernelOf("6.1.0-56-amd64", "6.1.192-2", "bookworm-security"),
  kernelOf("6.12.118+deb13-amd64", "6.12.118-1", "trixie-security"),
  kernelOf("7.3.4+deb13-amd64", "7.3.4-1~bpo13+1", "trixie-backports"),
];

Deno.test("listKernels() lists the cache, and beside it the newest of each series or all", async () => {
  await using cache = await cacheWith(...CACHED);
  const source = new FakeSource(cache.path, DEBIAN);
  const list = async (available: "none" | "newest of each series" | "all") =>
    (await listKernels(cache.path, { source, available })).map((kernel) =>
      `${kernel.release} ${kernel.cachedBytes === undefined ? "-" : "cached"} ${
        kernel.suite ?? "-"
      }`
    );
  assertEquals(await list("none"), [
    "6.1.0-50-amd64 cached -",
    "6.12.118+deb13-amd64 cached -",
  ]);
  assertEquals(source.asked, []);
  assertEquals(await list("newest of each series"), [
    "6.1.0-50-amd64 cached bookworm-security",
    "6.1.0-56-amd64 - bookworm-security",
    "6.12.118+deb13-amd64 cached trixie-security",
    "7.3.4+deb13-amd64 - trixie-backports",
  ]);
  assertEquals((await list("all")).length, 5);
});

Deno.test("listKernels() tells series, version and bytes", async () => {
  await using cache = await cacheWith();
  const source = new FakeSource(cache.path, DEBIAN.slice(-1));
  assertEquals(await listKernels(cache.path, { source, available: "all" }), [{
    release: "7.3.4+deb13-amd64",
    series: "7.3",
    version: "7.3.4-1~bpo13+1",
    suite: "trixie-backports",
    downloadBytes: 100 << 20,
  }]);
});

Deno.test("removeKernels() removes kernels, and what was made of them", async () => {
  await using cache = await cacheWith(...CACHED, { release: "6.1.0-5-amd64", version: "6.1.20-1" });
  const kernels = `${cache.path}/kernels`;
  const name = await unpackedName(`${kernels}/6.1.0-50-amd64/vmlinuz`);
  await Deno.mkdir(`${cache.path}/unpacked`);
  await Deno.writeFile(`${cache.path}/unpacked/${name}`, new Uint8Array(1000));
  await Deno.writeFile(`${cache.path}/unpacked/another.elf`, new Uint8Array(1000));

  const [exact, ...others] = await removeKernels(cache.path, "6.1.0-5");
  assertEquals([exact?.release, others], ["6.1.0-5-amd64", []]);
  const [removed] = await removeKernels(cache.path, "6.1");
  assertEquals(removed?.release, "6.1.0-50-amd64");
  assert((removed?.freedBytes ?? 0) >= 1000);
  assertEquals(await exists(`${kernels}/6.1.0-50-amd64`), false);
  assertEquals(await exists(`${cache.path}/unpacked/${name}`), false);
  assertEquals(await exists(`${cache.path}/unpacked/another.elf`), true);

  await assertRejects(
    () => removeKernels(cache.path, "6.1"),
    RequestError,
    'Cannot remove the kernel "6.1": it is not in the cache (6.12.118+deb13-amd64)',
  );
  await removeKernels(cache.path, "6.12.118+deb13-amd64");
  await assertRejects(() => removeKernels(cache.path, "6"), RequestError, "(which is empty)");
});
