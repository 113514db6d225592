import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Report } from "headcount";
import { createNamespace } from "../../probes/device.ts";
import type { Guest } from "../../probes/guest/guest.ts";
import { collect, type Process } from "../../probes/targets/target.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest } from "../support/guest.ts";
import { bootDebian, headcountInside, pinAgain } from "../support/inside.ts";

const BYTES = 2 ** 21;

/** Starts a trace on a guest's own. */
function start(guest: Guest, ...words: readonly string[]): Promise<Process> {
  return headcountInside(guest, ["trace", "--json", ...words]);
}

/** The report of a trace there, after checking what holds of every clean one. */
async function reportOf(headcount: Promise<Process>): Promise<Report> {
  const { code, stdout, stderr } = await collect(await headcount);
  assertMatch(stderr, /^target: local \(root and bpftrace\)$/m);
  const report: Report = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([report.ledger.clean, code], [true, report.verdict === "once" ? 0 : 1], stderr);
  // Attaching and detaching amid calls leaves none that was seen in part.
  assertEquals(report.ledger.balance.uneven + report.ledger.balance.unsure, 0);
  return report;
}

guestTest("headcount observes a process, and all processes, on its machine", async () => {
  await using folder = await temporaryFolder();
  await using guest = await bootDebian(`${folder.path}/kernel.log`);
  await createNamespace(guest, { mode: "devdax", alignBytes: BYTES, map: "dev" });
  const pinning = await pinAgain(guest, BYTES);
  const pid = pinning.number;
  const pinner = ({ processes }: Report) => processes?.find((it) => it.pid === pid);

  const one = await reportOf(
    start(guest, "--pid", String(pid), "--duration", "3s", "--out", "/tmp/one"),
  );
  assertEquals([one.verdict, one.workload.scope, one.device], ["per-page", "process", null]);
  assert(one.totals.calls > 3);
  assertEquals(one.processes?.length, 1);
  assertEquals(pinner(one)?.grabs, one.totals.pages);

  const observing = start(guest, "--all", "--duration", "5m", "--out", "/tmp/all");
  const { kill } = await observing;
  const grows = 'until [ "$(wc -c <"$0")" -gt 20000 ]; do sleep 0.2; done 2>/dev/null';
  await collect(guest.exec(["sh", "-c", grows, "/tmp/all/recording.jsonl"]));
  // Who has seen enough ends it: that is no interruption.
  await kill("SIGINT");
  const all = await reportOf(observing);
  assertEquals(all.ledger.end, { kind: "complete" });
  assertEquals([all.verdict, all.workload.scope], ["per-page", "machine"]);
  assertEquals([pinner(all)?.comm, pinner(all)?.grabs], ["deno", all.totals.grabs]);
  // Whatever else ran there only execed; and nothing is headcount's, nor started by it.
  const others = all.processes?.filter((it) => it.pid !== pid) ?? [];
  assertEquals(others.filter(({ pages, slowPages }) => pages > slowPages), []);
  assertEquals(others.filter(({ comm }) => /^(bpftrace|cat|grep)$/.test(comm ?? "")), []);
});

guestTest(
  "headcount traces a command on its machine, and stops it with all it started",
  async () => {
    await using folder = await temporaryFolder();
    await using guest = await bootDebian(`${folder.path}/kernel.log`);
    const script = "dd if=/dev/ram0 of=/dev/null iflag=direct bs=1M count=2; sleep 600 & echo over";
    const command = await reportOf(start(guest, "--out", "/tmp/dd", "--", "sh", "-c", script));
    assertEquals([command.verdict, command.workload.scope], ["once", "command"]);
    // It left something that has its output, and is not waited for.
    assertEquals(command.ledger.workloadExit, 0);
    assertEquals((await collect(guest.exec(["pkill", "-f", "^sleep 600"]))).code, 0);
    const dd = command.processes?.find(({ comm }) => comm === "dd");
    assert(dd !== undefined && dd.pages >= 512, JSON.stringify(command.processes));

    // One that is stopped takes what it started with it.
    const stopping = start(
      guest,
      "--out",
      "/tmp/stopped",
      "--",
      "sh",
      "-c",
      "sleep 600 & sleep 600",
    );
    const stop = (await stopping).kill;
    const runs = 'until [ "$(pgrep -f "^sleep 600" | wc -l)" = 2 ]; do sleep 0.2; done';
    await collect(guest.exec(["sh", "-c", runs]));
    await stop("SIGINT");
    await collect(await stopping);
    assertEquals((await collect(guest.exec(["pgrep", "-f", "^sleep 600"]))).code, 1);
  },
);

guestTest(
  "a command runs in a guest with this machine's programs and folder, and may fail",
  async () => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const noise = "(while sleep 0.1; do echo more; done) &";
    const script =
      `${noise} ls README.md; dd if=/dev/zero of=/dev/ram0 oflag=direct bs=1M count=2; exit 3`;
    const failed = await runTask(["trace", "--out", out, "--", "sh", "-c", script]);
    assertEquals([failed.code, failed.stdout], [69, ""], failed.stderr);
    // Both streams come out on standard error: a report has standard output to itself.
    assertMatch(failed.stderr, /^README\.md$/m);
    assertMatch(failed.stderr, /^2097152 bytes .* copied/m);
    assertMatch(failed.stderr, /The recording so far is kept in/);
    assertMatch(failed.stderr, /^headcount: The workload "sh" failed: it exited with 3$/m);
    const { code, stdout } = await runTask(["analyze", "--json", out]);
    const report: Report = JSON.parse(stdout);
    assertEquals([report.verdict, code, report.ledger.workloadExit], ["undecided", 2, 3]);
    // The 512 of the two blocks; a futex of the shell's or of dd's own may take a page more.
    const seen = /As far as was seen: (\d+) grabs for (\d+) pages/.exec(report.reasons.join(" "));
    assert(seen !== null && seen[1] === seen[2] && Number(seen[2]) >= 512, String(report.reasons));
    const dd = report.processes?.find(({ comm }) => comm === "dd");
    assert(dd !== undefined && dd.pages >= 512, JSON.stringify(report.processes));
  },
);
