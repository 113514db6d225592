import { assert, assertEquals } from "@std/assert";
import { pmemDevicesIn, type PmemText } from "../../../probes/devdax/use.ts";

const NOTHING: PmemText = {
  ...{ dax: "", blocks: "", files: "", maps: "", names: "", mounts: "", swaps: "", loops: "" },
};

/** As a guest with a label area shows it. */
const BLOCKS =
  "pmem0 259:0 block\npmem0p1 259:1 pmem0\npmem1 259:2 block dm-0 md1\npmem2s 259:3 block";

function uses(text: Partial<PmemText>): readonly string[] {
  return pmemDevicesIn({ ...NOTHING, blocks: BLOCKS, ...text }).uses
    .map(({ device, how }) => `${device} ${how}`)
    .filter((use) => !use.startsWith("pmem1 is part of"));
}

Deno.test("processes that have a device open or mapped are named, each once", () => {
  const files = `/proc/1/fd:
/proc/175/fd:
lr-x------    1 root     root            64 Nov 26 08:15 0 -> /dev/dax0.1
lr-x------    1 root     root            64 Nov 26 08:15 3 -> /dev/dax0.1
lrwx------    1 root     root            64 Nov 26 08:15 4 -> /container/dev/pmem0
lrwx------    1 root     root            64 Nov 26 08:15 5 -> /home/pmem0.txt.d/x`;
  const maps = "/proc/175/maps:7fe23ea00000-7fe23ec00000 rw-s 00000000 00:06 250   /dev/dax0.1\n" +
    "/proc/9/maps:7fe23ea00000-7fe23ec00000 rw-s 00000000 00:06 250   /dev/dax0.0";
  const names = "/proc/175/comm:sleep\n/proc/9/comm:a: b";
  assertEquals(uses({ files, maps, names }), [
    "dax0.1 is mapped by process 175 (sleep)",
    "pmem0 is open in process 175 (sleep)",
    "dax0.0 is mapped by process 9 (a: b)",
  ]);
});

Deno.test("a mount is found by the device's number, by its name, and told once by its shortest path", () => {
  const mounts = `22 1 259:1 / / rw - ext4 /dev/root rw
39 28 259:0 / /root/mnt/a\\040b rw - ext4 /dev/pmem0 rw
39 28 259:0 / /mnt/a\\040b rw - ext4 /dev/pmem0 rw
40 28 0:44 / /data rw shared:1 master:2 - btrfs /dev/pmem2s rw
41 28 8:1 / /boot rw - ext4 /dev/sda1 rw`;
  assertEquals(uses({ mounts }), [
    "pmem0 is mounted on /",
    "pmem0 is mounted on /mnt/a b",
    "pmem2s is mounted on /data",
  ]);
});

Deno.test("swap, other devices, loops and the kernel are uses, a partition's of the whole", () => {
  const text = {
    dax: "dax0.0 1048576 4096 device_dax\ndax1.0 1048576 2097152 kmem\ndax2.0 1048576 4096 ",
    swaps:
      "Filename Type Size Used Priority\n/dev/pmem0p1 partition 1020 0 -2\n/dev/sda2 partition 1 0 -3",
    loops: "/sys/block/loop3/loop/backing_file:/dev/pmem0\n/sys/block/loop4/loop/backing_file:/a",
  };
  assertEquals(uses(text), [
    "dax1.0 is memory of the kernel's (system-ram)",
    "pmem0 is swapped to",
    "pmem0 is behind loop3",
  ]);
  const devices = pmemDevicesIn({ ...NOTHING, blocks: BLOCKS });
  assertEquals(devices.uses.map(({ how }) => how), ["is part of dm-0", "is part of md1"]);
});

Deno.test("a device whose size cannot be read has none", () => {
  const { dax } = pmemDevicesIn({ ...NOTHING, dax: "dax0.0   device_dax\ndax1.0 x 1e999 kmem" });
  assertEquals(dax.map(({ bytes, alignBytes }) => [bytes, alignBytes]), [[0, 0], [0, 0]]);
});

Deno.test("the names of as many processes as there can be are looked up at once", () => {
  const pids = Array.from({ length: 20_000 }, (_, i) => i + 1);
  const maps = pids.map((pid) => `/proc/${pid}/maps:7f-80 rw-s 0 00:06 250   /dev/dax0.0`).join(
    "\n",
  );
  const names = pids.map((pid) => `/proc/${pid}/comm:p${pid}`).join("\n");
  const began = performance.now();
  assertEquals(uses({ maps, names }).at(-1), "dax0.0 is mapped by process 20000 (p20000)");
  assert(performance.now() - began < 2000);
});
