/** What the doctor says of a guest, and of one in which something was taken away. */

import { assertEquals, assertMatch } from "@std/assert";
import { cacheFolder, type Check } from "headcount";
import { readMachineFacts } from "../../probes/doctor/facts.ts";
import { judgeMachine } from "../../probes/doctor/machine.ts";
import { openDevice } from "../../probes/memory/open.ts";
import { openTarget } from "../../probes/targets/open.ts";
import { readText, type Target } from "../../probes/targets/target.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestDeadline, guestTest, leftoversAtRest } from "../support/guest.ts";

/** A machine whose commands all run under another, and whose bpftrace may be elsewhere. */
function under(target: Target, prefix: readonly string[], bpftrace = target.bpftrace): Target {
  return {
    summary: target.summary,
    deno: target.deno,
    lost: target.lost,
    bpftrace,
    exec: (command, options) => target.exec([...prefix, ...command], options),
    provide: (path) => target.provide(path),
    async [Symbol.asyncDispose](): Promise<void> {},
  };
}

async function examine(target: Target, device = "any"): Promise<readonly Check[]> {
  return judgeMachine(await readMachineFacts(target, NO_FACTS), { device, isGuest: false });
}

/** Reading symbols and types takes seconds, and nothing that is taken away here changes them. */
const NO_FACTS = { error: "not read" };

/** States and findings of what is amiss, by name. */
function amiss(checks: readonly Check[]): Record<string, string> {
  const some = checks.filter(({ state }) => state === "warn" || state === "fail");
  return Object.fromEntries(some.map(({ name, state, found }) => [name, `${state}: ${found}`]));
}

const GUP_TEST = "warn: the kernel's benchmark is not there: --workload gup-test does not run";
const WITHOUT_DEBUGFS = "the kernel's benchmark (gup-test) cannot be had";

guestTest("the doctor sees what is taken away from a machine", async () => {
  await using folder = await temporaryFolder();
  const bytes = 2 ** 21;
  await using guest = await openTarget({
    ...{ target: "guest", append: "", memoryBytes: 2 ** 31, cpus: 2, bytes },
    cache: cacheFolder(),
    log: `${folder.path}/kernel.log`,
    signal: guestDeadline(),
    onEvent: () => {},
  });
  // bpftrace takes seconds to say its version, under emulation.
  const target = under(guest, [], ["echo", "bpftrace v0.17.0"]);
  const shell = (script: string) => readText(target, ["sh", "-c", script], "Meddling");
  // A guest has one command at a time for each port: what a mount hides, it hides from one command.
  const without = (...mounts: readonly string[]) =>
    under(target, [
      ...["unshare", "-m", "sh", "-c", `umount ${mounts.join(" ")}; exec "$@"`, "sh"],
    ]);

  assertEquals(amiss(await examine(target)), { gup_test: GUP_TEST, devdax: "fail: no device" });
  await openDevice(target, { bytes });
  assertEquals(amiss(await examine(target)), { gup_test: GUP_TEST });
  assertEquals(
    amiss(await examine(target, "/dev/dax7.0"))["devdax"],
    "fail: no device /dev/dax7.0",
  );

  assertEquals(amiss(await examine(without("/sys/kernel/debug"))), {
    gup_test: GUP_TEST,
    debugfs: `warn: not mounted: ${WITHOUT_DEBUGFS}`,
  });
  const blind = await examine(without("/sys/kernel/tracing", "/sys/kernel/debug"));
  assertEquals(amiss(blind)["tracefs"], "fail: not mounted");

  const hide = 'mount -t tmpfs none /sys/kernel/btf; exec "$@"';
  const typeless = await examine(under(target, ["unshare", "-m", "sh", "-c", hide, "sh"]));
  assertMatch(amiss(typeless)["BTF"] ?? "", /^fail: /);
  await shell("rm /dev/ram0");
  assertMatch(
    amiss(await examine(target))["ram disk"] ?? "",
    /^fail: no \/dev\/ram0 and no module/,
  );
  await shell("mknod /dev/ram0 b 1 0");

  const lost = await examine(under(guest, [], ["/nowhere/bpftrace"]));
  assertMatch(amiss(lost)["bpftrace"] ?? "", /^fail: does not run: .*not found/);

  const setpriv = "/usr/bin/setpriv";
  const contained = [setpriv, "--bounding-set=-sys_admin,-bpf,-perfmon"];
  assertMatch(amiss(await examine(under(target, contained)))["root"] ?? "", /^fail: user 0, but /);
  const nobody = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"];
  assertMatch(amiss(await examine(under(target, nobody)))["root"] ?? "", /^fail: user 65534/);

  await shell("echo 0 >/sys/kernel/debug/kprobes/enabled");
  assertMatch(
    amiss(await examine(target))["kprobes"] ?? "",
    /^fail: switched off: they are attached/,
  );
  await shell("echo 1 >/sys/kernel/debug/kprobes/enabled");
  await shell("echo 0 >/proc/sys/kernel/ftrace_enabled");
  assertMatch(amiss(await examine(target))["kprobes"] ?? "", /^fail: ftrace is switched off/);
  await shell("echo 1 >/proc/sys/kernel/ftrace_enabled");
  await shell("echo never >/sys/kernel/mm/transparent_hugepage/enabled");
  assertMatch(amiss(await examine(target))["THP"] ?? "", /^warn: switched off/);

  const holder = target.exec(["sh", "-c", "exec </dev/dax0.0; echo open; exec sleep 600"]);
  const reader = holder.stdout.getReader();
  await reader.read();
  assertMatch(
    amiss(await examine(target))["devdax"] ?? "",
    /^warn: \/dev\/dax0\.0: .*, align 2M, is open in process \d+ \(sleep\)$/,
  );
  await holder.kill("SIGKILL");
  while (!(await reader.read()).done);
  await Promise.all([new Response(holder.stderr).text(), holder.exit]);
});

guestTest("doctor says that a guest can be traced, and leaves nothing behind", async () => {
  await using folder = await temporaryFolder();
  const args = ["doctor", "--target", "guest", "--quiet"];
  const { code, stdout, stderr } = await runTask(args, { TMPDIR: folder.path });
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^A guest, 6\.1\.\S+: trace runs/);
  assertMatch(stdout, /^ {2}ok {4}devdax +\/dev\/dax0\.0: \d+ MiB, align 2M, used by nobody$/m);
  for (const line of stdout.split("\n")) assertEquals(line.length <= 80, true, line);
  assertEquals(await leftoversAtRest(folder.path), []);
});
