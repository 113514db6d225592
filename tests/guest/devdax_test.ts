/** Making devdax devices on a machine whose persistent memory is in use, and putting all back. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cacheFolder, renderDevdax, RequestError } from "headcount";
import type { DevdaxWish } from "../../probes/devdax/choose.ts";
import { makeDevdax } from "../../probes/devdax/create.ts";
import { type Namespace, readInventory } from "../../probes/devdax/inventory.ts";
import { putBackDevdax } from "../../probes/devdax/restore.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { openTarget } from "../../probes/targets/open.ts";
import { readText, type Target } from "../../probes/targets/target.ts";
import { temporaryFolder } from "../support/cli.ts";
import { guestDeadline, guestTest } from "../support/guest.ts";

const MIB = 2 ** 20;
const NOW = "2026-11-25T00:00:00Z";

/** A guest that is a test machine for this: nobody has made its device. */
function boot(folder: string, options: { append?: string; kernel?: string } = {}): Promise<Target> {
  return openTarget({
    target: "guest",
    append: "",
    memoryBytes: 2 ** 31,
    cpus: 2,
    bytes: 512 * MIB,
    cache: cacheFolder(),
    log: `${folder}/kernel.log`,
    signal: guestDeadline(),
    onEvent: () => {},
    ...options,
  });
}

async function shell(target: Target, script: string): Promise<string> {
  return await readText(target, ["sh", "-c", `set -e; ${script}`], "Preparing the guest");
}

/** What loads a module of the guest's kernel, as a line of shell. */
async function insmod(target: Target, path: string): Promise<string> {
  const { modules } = await findKernel(cacheFolder(), undefined, undefined);
  return `/run/headcount/bin/busybox insmod ${target.provide(`${modules}/kernel/${path}`)}`;
}

async function find(target: Target, name: string): Promise<Namespace> {
  const { namespaces } = await readInventory(target);
  const found = namespaces.find((it) => it.name === name);
  assert(found !== undefined, `${name} is among ${namespaces.map((it) => it.name).join(" ")}`);
  return found;
}

/** What of a namespace is to be what it was. */
function shape({ mode, map, alignBytes, label, bytes, contents }: Namespace): unknown {
  return { mode, map, alignBytes, label, bytes, contents: contents.kind };
}

guestTest("devdax devices are made of what is nobody's, and all is put back", async () => {
  await using folder = await temporaryFolder();
  await using target = await boot(folder.path);
  const options = { folder: `${folder.path}/state`, now: NOW };
  const wish: DevdaxWish = { alignBytes: 2 * MIB, bytes: 32 * MIB };
  const make = (more: Partial<DevdaxWish> = {}) =>
    makeDevdax(target, { ...wish, ...more }, options);
  const refused = async (more: Partial<DevdaxWish>, ...words: readonly string[]) => {
    const { message } = await assertRejects(() => make(more), RequestError);
    for (const word of words) assertStringIncludes(message, word);
  };

  // As it comes: one namespace, blank, of the whole region. It is taken unasked, and put back.
  const fresh = await find(target, "namespace0.0");
  assertEquals([fresh.mode, fresh.contents.kind], ["raw", "blank"]);
  const first = await make();
  assertEquals([first.namespace, first.device.path], ["namespace0.0", "/dev/dax0.0"]);
  assertEquals((await make({ map: "mem" })).before?.mode, "raw", "its own is made anew unasked");
  assertEquals((await find(target, "namespace0.0")).map, "mem");

  // ndctl itself would remake it under the process that has it open.
  const holder = target.exec(["sh", "-c", "exec </dev/dax0.0; echo open; exec sleep 600"]);
  const reader = holder.stdout.getReader();
  await reader.read();
  await refused({}, "namespace0.0 is open in process ", "(sleep)");
  await refused(
    { overwrite: "namespace0.0" },
    "is open in process ",
    "no option takes a namespace",
  );
  const [held] = await putBackDevdax(target, options);
  assertEquals(held?.kind, "refused");
  await holder.kill("SIGKILL");
  while (!(await reader.read()).done);
  await Promise.all([new Response(holder.stderr).text(), holder.exit]);
  assertEquals((await putBackDevdax(target, options)).map(({ kind }) => kind), ["restored"]);
  assertEquals(shape(await find(target, "namespace0.0")), shape(fresh));
  assertEquals(await putBackDevdax(target, options), [], "nothing is written down any more");

  // Labels divide the region: somebody's file system, some raw bytes, and free space.
  await shell(
    target,
    `ndctl destroy-namespace -f namespace0.0
     ndctl create-namespace -m fsdax -s 128M -a 2M -n keep
     ndctl create-namespace -m raw -s 64M
     /usr/sbin/mke2fs -q -F -t ext4 /dev/pmem0
     echo precious >/dev/pmem0.1
     mkdir /tmp/mnt && mount -t ext4 /dev/pmem0 /tmp/mnt`,
  );
  const keep = await find(target, "namespace0.0");
  const { device, before, ...made } = await make();
  assertEquals([made.namespace, made.region, before], ["namespace0.2", "region0", undefined]);
  assert(device.bytes >= 32 * MIB && device.bytes < 64 * MIB, String(device.bytes));
  const text = renderDevdax(await readInventory(target));
  assertStringIncludes(text, "holds ext4, is mounted on /tmp/mnt");
  assertStringIncludes(text, "bytes that no program known here wrote");
  for (const line of text.split("\n")) assert(line.length <= 80, line);
  const all: Partial<DevdaxWish> = { bytes: 512 * MIB };
  await refused(all, "region0 has ", "namespace0.0 is mounted on /tmp/mnt", "namespace0.1 ");
  await refused({ overwrite: "namespace0.0" }, "is mounted on /tmp/mnt; end that first");
  await shell(target, "umount /tmp/mnt");
  await shell(target, "ndctl create-namespace -m sector -s 64M; ndctl list -R >/dev/null");
  const rest: Partial<DevdaxWish> = { bytes: 256 * MIB };
  await refused(rest, "region0 has ");
  await refused({ overwrite: "namespace0.9" }, 'of "namespace0.9": there is no such namespace');
  await shell(target, "mkswap /dev/pmem0.1; swapon /dev/pmem0.1");
  await refused({ overwrite: "namespace0.1" }, "is swapped to; end that first");
  await shell(
    target,
    `swapoff /dev/pmem0.1
     ${await insmod(target, "drivers/md/dm-mod.ko")}
     dmsetup create above --noudevsync --table "0 2048 linear /dev/pmem0.1 0"`,
  );
  await refused({ overwrite: "namespace0.1" }, "is part of dm-0; end that first");
  await shell(target, "dmsetup remove above --noudevsync");

  // By its name it is taken; mode, align and name come back, what it held does not.
  const taken = await make({ overwrite: "namespace0.0", alignBytes: 4096, map: "mem" });
  assertEquals([taken.device.alignBytes, taken.before?.held], [4096, "ext4"]);
  assertEquals((await find(target, "namespace0.0")).label, "keep");
  const put = await putBackDevdax(target, options);
  assertEquals(put.map(({ namespace, kind }) => [namespace, kind]), [
    ["namespace0.0", "restored"],
    ["namespace0.2", "freed"],
  ]);
  const { mode, map, alignBytes, label, bytes } = keep;
  const again = await find(target, "namespace0.0");
  assertEquals({ mode, map, alignBytes, label, bytes }, {
    mode: again.mode,
    map: again.map,
    alignBytes: again.alignBytes,
    label: again.label,
    bytes: again.bytes,
  });

  // What became memory of the kernel's is nobody's to take.
  const { namespace: lent, device: dax } = await make({ bytes: 200 * MIB, map: "mem" });
  const name = dax.path.replace("/dev/", "");
  await shell(
    target,
    `${await insmod(target, "drivers/dax/kmem.ko")}
     daxctl reconfigure-device --mode=system-ram ${name} >/dev/null`,
  );
  await refused({ overwrite: lent }, "is memory of the kernel's (system-ram)");
  assertStringIncludes(renderDevdax(await readInventory(target)), "system-ram");
  assertEquals((await putBackDevdax(target, options)).map(({ kind }) => kind), ["refused"]);
});
