import { assert, assertEquals, assertMatch } from "@std/assert";
import { cacheFolder, type Report } from "headcount";
import { bootGuest, type Guest } from "../../probes/guest/guest.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import { collect } from "../../probes/targets/target.ts";
import { finish, startCommand, temporaryFolder } from "../support/cli.ts";
import { guestDeadline, kernelTest } from "../support/guest.ts";
import { freePort, lacksSshd, untilGreeted, writeSshFiles } from "../support/sshd.ts";

const MACHINE = {
  append: "",
  memoryBytes: 2 ** 31,
  cpus: 2,
  regionBytes: regionBytes(2 ** 21, 2 ** 21),
  diskBytes: 2 ** 21,
  cache: cacheFolder(),
  onEvent: () => {},
};

/** Two guests that can be reached as machines are. */
interface Machines extends AsyncDisposable {
  /** What answers to `box`. */
  readonly box: Guest;
  /** What answers to `box2`. */
  readonly box2: Guest;
  /** Variables of whoever connects to them. */
  readonly env: Readonly<Record<string, string>>;
}

/** Boots two guests, in each of which an sshd runs. */
async function bootMachines(image: string, folder: string): Promise<Machines> {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const ports = [port, await freePort(port + 1)] as const;
  const [box, box2] = await Promise.all(
    ports.map(async (from) =>
      stack.use(
        await bootGuest({
          ...MACHINE,
          kernel: { image },
          forward: { from, to: 22 },
          log: `${folder}/kernel-${from}.log`,
          signal: guestDeadline(),
        }),
      )
    ),
  );
  assert(box !== undefined && box2 !== undefined);
  const tools = "/run/headcount/tools";
  const { bin, start } = await writeSshFiles(folder, {
    port,
    second: ports[1],
    listen: 22,
    address: "0.0.0.0",
    // Both guests see the host's folders at one place.
    seen: box.provide(folder),
    environment: {
      TMPDIR: "/tmp",
      // As the guest's own commands have them: what is on its image of tools is quick.
      PATH: `${tools}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      LD_LIBRARY_PATH: `${tools}/lib`,
    },
  });
  const network = [
    "busybox=/run/headcount/bin/busybox",
    "$busybox ip link set lo up",
    "$busybox ip addr add 10.0.2.15/24 dev eth0",
    "$busybox ip link set eth0 up",
    'exec sh "$0"',
  ].join("\n");
  for (const guest of [box, box2]) {
    void collect(guest.exec(["sh", "-c", network, guest.provide(start)])).catch(() => {});
  }
  await Promise.all(ports.map((it) => untilGreeted(it, 60)));
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}`, TMPDIR: folder };
  const guests = stack.move();
  return { box, box2, env, [Symbol.asyncDispose]: () => guests.disposeAsync() };
}

/** What runs in the guest that headcount started, and folders of its connections. */
async function leftIn(guest: Guest): Promise<string> {
  const script =
    'pgrep -x bpftrace; pgrep -fx "dd .*headcount-test.*"; ls -d /tmp/headcount-* 2>/dev/null; true';
  for (let tries = 0;; tries++) {
    const { stdout } = await collect(guest.exec(["sh", "-c", script]));
    const left = new TextDecoder().decode(stdout);
    if (left === "" || tries === 30) return left;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const READ = "if=/dev/ram0 of=/dev/null iflag=direct bs=1M count=2".split(" ");

function sshKernelTest(name: string, fn: (image: string) => Promise<void>): void {
  const kernel = "bzImage-7.3-gup-test";
  if (lacksSshd === undefined) kernelTest(kernel, name, fn);
  else Deno.test({ name: `${name} (skipped: ${lacksSshd})`, ignore: true, fn: () => {} });
}

sshKernelTest("machines are traced over ssh, and a connection may drop", async (image) => {
  await using folder = await temporaryFolder();
  await using machines = await bootMachines(image, folder.path);
  const { box, box2, env } = machines;
  const trace = (...words: readonly string[]) => startCommand(["trace", ...words], env);

  // A drop in mid-trace: what was recorded is kept, and nothing goes on there.
  const dropped = `${folder.path}/dropped`;
  const words = ["--target", "ssh:box", "--out", dropped, "--timeout", "400", "--", "sh", "-c"];
  const script = `dd ${READ.join(" ")}; echo read; exec sleep 600`;
  const child = await trace(...words, script);
  const { connection, said } = await untilSaid(child, "read", folder.path);
  Deno.kill(connection, "SIGKILL");
  const { code } = await child.status;
  const after = await said();
  assertEquals(code, 69, after);
  assertMatch(after, /^target: ssh:box \(root, bpftrace\)$/m);
  assertMatch(after, /^headcount: The connection to "box" is gone: ssh exited with \d+$/m);
  assertMatch(after, /The recording so far is kept in/);
  assertEquals(await leftIn(box), "");
  const analyzed = await finish(await startCommand(["analyze", "--json", dropped]));
  const cut: Report = JSON.parse(analyzed.stdout);
  assertEquals([analyzed.code, cut.verdict], [2, "undecided"]);
  assertEquals([cut.target.kind, cut.target.host], ["ssh", "box"]);
  assertMatch(JSON.stringify(cut.ledger.end), /"failed".*connection to .* is gone/);

  // Two machines at once, and one that is another than it was.
  const both = `${folder.path}/both`;
  const hosts = ["box", "box2", "stranger"].flatMap((host) => ["--target", `ssh:${host}`]);
  const table = await finish(
    await trace(...hosts, "--out", both, "--timeout", "400", "--json", "--", "dd", ...READ),
  );
  assertEquals(table.code, 69, table.stderr);
  const { rows, merged } = JSON.parse(table.stdout);
  assertEquals(
    rows.map(({ host, verdict, kind }: Record<string, string>) => [host, verdict ?? kind]),
    [["box", "once"], ["box2", "once"], ["stranger", "failed"]],
    table.stderr,
  );
  assertEquals(merged.recordings, 2);
  assert(merged.totals.pages >= 1024);
  const [one, two] = rows;
  assertEquals(merged.totals.grabs, one.sums.totals.grabs + two.sums.totals.grabs);
  assertMatch(table.stderr, /^box2: target: ssh:box2 \(root, bpftrace\)$/m);
  const alone = await finish(await startCommand(["analyze", "--json", `${both}/box2`]));
  const report: Report = JSON.parse(alone.stdout);
  assertEquals([alone.code, report.verdict, report.ledger.clean], [0, "once", true]);
  assertEquals(report.totals, two.sums.totals);
  assertEquals([await leftIn(box), await leftIn(box2)], ["", ""]);
});

/** Waits until a trace says a line; gives the ssh process of its connection, and all that it says. */
async function untilSaid(
  child: Deno.ChildProcess,
  line: string,
  folder: string,
): Promise<{ readonly connection: number; said(): Promise<string> }> {
  let text = "";
  const seen = Promise.withResolvers<void>();
  const read = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      text += decoder.decode(chunk, { stream: true });
      if (text.split("\n").includes(line)) seen.resolve();
    }
    seen.reject(new Error(text));
  })();
  void new Response(child.stdout).text();
  await seen.promise;
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-f", `^/usr/bin/ssh .*-M -S ${folder}/headcount-ssh-`],
  }).output();
  return {
    connection: Number(new TextDecoder().decode(stdout)),
    said: async () => {
      await read.catch(() => {});
      return text;
    },
  };
}
