import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MachineryError, type Report } from "headcount";
import { createNamespace } from "../../probes/device.ts";
import { SLOTS } from "../../probes/guest/channel.ts";
import { collect, type Output } from "../../probes/targets/target.ts";
import { ROOT, temporaryFolder } from "../support/cli.ts";
import { guestTest, leftoversAtRest } from "../support/guest.ts";
import { bootDebian, headcountInside } from "../support/inside.ts";

function text({ stdout }: Output): string {
  return new TextDecoder().decode(stdout);
}

guestTest("a guest runs commands with their streams, several at a time", async () => {
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`);

  const failing = await collect(guest.exec(["sh", "-c", "echo out; echo err >&2; exit 3"]));
  assertEquals([text(failing), failing.stderr, failing.code], ["out\n", "err\n", 3]);

  const quoted = ["a b", "it's", "$HOME", 'say "x"', "two\nlines\\n", "", "*"];
  const echoed = await collect(guest.exec(["printf", "%s|", ...quoted]));
  assertEquals(text(echoed), `${quoted.join("|")}|`);

  const absent = await collect(guest.exec(["no-such-program"]));
  assertEquals(absent.code, 127);

  const bytes = await collect(guest.exec(["cat", guest.provide(`${ROOT}README.md`)]));
  assertEquals(bytes.stdout, await Deno.readFile(`${ROOT}README.md`));

  // More commands than there are ports, all of which must get their own output.
  const many = Array.from(
    { length: 20 },
    (_, i) => collect(guest.exec(["sh", "-c", `sleep 0.0$((${i} % 5)); echo ${i}`])),
  );
  assertEquals((await Promise.all(many)).map(text), many.map((_, i) => `${i}\n`));

  const random = guest.exec(["head", "-c", "3000000", "/dev/urandom"]);
  assertEquals((await collect(random)).stdout.length, 3_000_000);
});

guestTest("a guest's command takes input, and signals, and streams what it prints", async () => {
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`);

  const asking = guest.exec(["sh", "-c", "echo ready; read -r word; echo got $word"]);
  const reader = asking.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "ready\n");
  await asking.write("this\n");
  assertEquals(new TextDecoder().decode((await reader.read()).value), "got this\n");
  assertEquals((await reader.read()).done, true);
  assertEquals(await new Response(asking.stderr).text(), "");
  assertEquals(await asking.exit, 0);

  const sleeping = guest.exec(["sleep", "60"]);
  assert(await sleeping.pid > 1);
  await sleeping.kill("SIGTERM");
  assertEquals((await collect(sleeping)).code, 128 + 15);

  const written = await collect(guest.exec(["touch", guest.provide(`${ROOT}written-by-a-guest`)]));
  assertMatch(written.stderr, /Read-only file system/);
});

guestTest("what a command leaves running is gone with it, and prints no more", async () => {
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`);
  const left = "(while :; do echo more; echo more >&2; sleep 0.01; done) & sleep 600 & echo over";
  const leaving = await collect(guest.exec(["sh", "-c", left]));
  assertMatch(text(leaving), /^(more\n)*over\n(more\n)*$/);
  // As many as there are ports: one of them has that which was the command's.
  const next = await Promise.all(
    Array.from({ length: SLOTS }, () => collect(guest.exec(["sh", "-c", "sleep 0.3; echo next"]))),
  );
  assertEquals(next.map((output) => [text(output), output.stderr]), next.map(() => ["next\n", ""]));
  const sleeping = await collect(guest.exec(["pgrep", "-f", "^sleep 600"]));
  assertEquals(text(sleeping), "");
});

guestTest("a guest has all the processors that it was asked for", async () => {
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`, { cpus: 4 });
  const online = await collect(guest.exec(["cat", "/sys/devices/system/cpu/online"]));
  assertEquals([text(online), guest.summary.cpus], ["0-3\n", 4]);
});

guestTest("a guest whose kernel panics is lost, with the panic as the reason", async () => {
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`);
  const crash = assertRejects(() =>
    collect(guest.exec(["sh", "-c", "echo c >/proc/sysrq-trigger"]))
  );
  assertMatch((await guest.lost).message, /The guest is gone: kernel panic: sysrq triggered crash/);
  await crash;
  assertEquals(await leftoversAtRest(guest.folder), []);
});

guestTest(
  "an NVDIMM that cannot be made a devdax device is named, with ndctl's words",
  async () => {
    await using folder = await temporaryFolder();
    // libnvdimm wants regions of whole 16 MiB: this one has 1 MiB too many.
    await using guest = await bootDebian(`${folder.path}/kernel.log`, { region: 129 * 2 ** 20 });
    const error = await assertRejects(
      () => createNamespace(guest, { mode: "devdax", alignBytes: 2 ** 21, map: "dev" }),
      MachineryError,
    );
    assertMatch(error.message, /Cannot make a devdax device .* "ndctl" exited with/);
    assertMatch(error.evidence, /namespace/);
  },
);

guestTest("headcount traces the machine that it runs on", async () => {
  // This machine is the guest: headcount runs inside and knows nothing of the outside.
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`);
  await createNamespace(guest, { mode: "devdax", alignBytes: 2 ** 21, map: "dev" });
  const words = ["trace", "--json", "--out", "/tmp/recording"];
  const { code, stdout, stderr } = await collect(await headcountInside(guest, words));
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /^target: local \(root, bpftrace and a devdax device\)$/m);
  const report: Report = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(report.verdict, "per-page");
  assertEquals(report.target.kind, "local");
  assertEquals(report.target.accelerator, "tcg");
  assertEquals([report.totals.pages, report.totals.grabs], [512, 512]);
  assertEquals(report.ledger.clean, true);
});
