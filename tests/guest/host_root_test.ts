import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { RequestError } from "headcount";
import { readKernelFacts } from "../../probes/kernel.ts";
import { collect, readText, type Target } from "../../probes/targets/target.ts";
import { ROOT, temporaryFolder } from "../support/cli.ts";
import { guestTest } from "../support/guest.ts";
import { traceMeddled } from "../support/traced.ts";

/** Looks at what a guest sees of this machine that is to have `folder` and headcount's code only. */
async function look(target: Target, folder: string): Promise<void> {
  const text = async (...command: string[]) => await readText(target, command, "Looking around");
  for (const path of ["/etc/passwd", Deno.execPath(), `${ROOT}README.md`]) {
    await Deno.stat(path);
    for (const seen of [path, `/run/headcount/host${path}`]) {
      const { code } = await collect(target.exec(["test", "-e", seen]));
      assertNotEquals(code, 0, `"${seen}" is there`);
    }
    assertThrows(() => target.provide(path), RequestError, "--no-host-root");
  }
  // Not only what is mounted: all that QEMU offers.
  const tags = await text("sh", "-c", "cat /sys/bus/virtio/drivers/9pnet_virtio/*/mount_tag");
  assertEquals(tags.split("\0").filter((tag) => tag !== "").toSorted(), ["share0", "share1"]);

  await Deno.writeTextFile(`${folder}/seen`, "by the guest");
  assertEquals(await text("cat", target.provide(`${folder}/seen`)), "by the guest");
  for (const path of [target.provide(`${folder}/seen`), "/bin/new"]) {
    const { code } = await collect(target.exec(["touch", path]));
    assertNotEquals(code, 0, `"${path}" could be written`);
  }
  // Read anew, whatever the cache has of this kernel.
  assertEquals((await readKernelFacts(target)).pageBytes, 4096);
}

guestTest("a guest without the host's root sees none of its files, and traces as any", async () => {
  await using folder = await temporaryFolder();
  const options = { shares: [folder.path] };
  const { report } = await traceMeddled("direct-io", folder.path, options, {
    before: (target) => look(target, folder.path),
  });
  assertEquals([report.verdict, report.ledger.clean], ["per-page", true]);
  assertEquals([report.totals.pages, report.totals.grabs], [512, 512]);
});
