import { assertEquals, assertThrows } from "@std/assert";
import { MachineryError } from "../../../probes/failure.ts";
import {
  HELPFUL_MODULES,
  moduleName,
  NEEDED_MODULES,
  resolveModules,
} from "../../../probes/guest/modules.ts";

const FOLDER = "/lib/modules/6.1.0";

/** modules.builtin of a kernel that has all of these built in. */
function builtinOf(names: readonly string[]): string {
  return names.map((name) => `kernel/drivers/${name}.ko\n`).join("");
}

const ALL_BUILTIN = builtinOf(NEEDED_MODULES);

Deno.test("moduleName() is what the kernel calls a module file", () => {
  const cases = [
    ["kernel/fs/ext4/ext4.ko", "ext4"],
    ["kernel/drivers/dax/dax_pmem.ko.xz", "dax_pmem"],
    ["kernel/crypto/crc32c-generic.ko.zst", "crc32c_generic"],
    ["virtio-pci.ko.gz", "virtio_pci"],
    ["9pnet_virtio", "9pnet_virtio"],
    ["", ""],
  ] as const;
  for (const [path, name] of cases) assertEquals(moduleName(path), name);
});

Deno.test("resolveModules() wants nothing of a kernel that has everything built in", () => {
  assertEquals(resolveModules({ dependencies: "", builtin: ALL_BUILTIN }, FOLDER), []);
});

Deno.test("resolveModules() loads what is needed first, and each module once", () => {
  const dependencies = [
    "kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/fscache.ko kernel/fs/netfs.ko",
    "kernel/net/9p/9pnet.ko:",
    "kernel/net/9p/9pnet_virtio.ko: kernel/net/9p/9pnet.ko kernel/drivers/virtio.ko",
    "kernel/fs/fscache.ko: kernel/fs/netfs.ko",
    "kernel/fs/netfs.ko:",
    "kernel/drivers/virtio.ko:",
    "kernel/sound/snd.ko:",
    "",
  ].join("\n");
  assertEquals(resolveModules({ dependencies, builtin: ALL_BUILTIN }, FOLDER), [
    "kernel/drivers/virtio.ko",
    "kernel/net/9p/9pnet.ko",
    "kernel/net/9p/9pnet_virtio.ko",
    "kernel/fs/netfs.ko",
    "kernel/fs/fscache.ko",
    "kernel/fs/9p/9p.ko",
  ]);
});

Deno.test("resolveModules() takes dashes for underscores and packed modules for plain ones", () => {
  const dependencies = "kernel/dax/dax-pmem.ko.xz: kernel/dax/device-dax.ko.xz\n" +
    "kernel/dax/device-dax.ko.xz:\nextra/crc32c-generic.ko.zst:\n";
  assertEquals(resolveModules({ dependencies, builtin: ALL_BUILTIN }, FOLDER), [
    "kernel/dax/device-dax.ko.xz",
    "kernel/dax/dax-pmem.ko.xz",
    "extra/crc32c-generic.ko.zst",
  ]);
});

Deno.test("resolveModules() does without what only helps", () => {
  const dependencies = HELPFUL_MODULES.slice(1).map((name) => `kernel/${name}.ko:\n`).join("");
  assertEquals(resolveModules({ dependencies, builtin: ALL_BUILTIN }, FOLDER), [
    "kernel/crc32c_generic.ko",
    "kernel/ext4.ko",
  ]);
});

Deno.test("resolveModules() names everything that is missing", () => {
  const builtin = builtinOf(NEEDED_MODULES.filter((name) => !/nfit|brd/.test(name)));
  assertThrows(
    () => resolveModules({ dependencies: "", builtin }, FOLDER),
    MachineryError,
    `The kernel of "${FOLDER}" cannot make a devdax guest: it has no "nfit", "brd", neither in modules.dep nor in modules.builtin`,
  );
});

Deno.test("resolveModules() refuses a modules.dep that depmod did not write", () => {
  for (const line of ["kernel/fs/9p/9p.ko", "\x7fELF", "readme.txt: kernel/fs/9p/9p.ko"]) {
    assertThrows(
      () => resolveModules({ dependencies: `${line}\n`, builtin: ALL_BUILTIN }, FOLDER),
      MachineryError,
      `Cannot read "${FOLDER}/modules.dep": ${JSON.stringify(line)} is no line of depmod's`,
    );
  }
});
