import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Report } from "headcount";
import { cacheFolder } from "../../probes/cache.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { finish, runTask, startTrace, temporaryFolder } from "../support/cli.ts";
import { growsTo } from "../support/faults.ts";
import { guestTest, leftoversAtRest } from "../support/guest.ts";
import { traceEach } from "../support/traced.ts";

/** The kernel that a trace takes by itself. */
async function debian(): Promise<{ image: string; modules: string }> {
  const { image, modules = "" } = await findKernel(cacheFolder(), undefined, undefined);
  return { image, modules };
}

/** Runs a trace that must fail and returns what it says. */
async function failingTrace(
  options: readonly string[],
  exit: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/recording`;
  const { code, stdout, stderr } = await runTask(["trace", "--out", out, ...options], {
    TMPDIR: folder.path,
    ...env,
  });
  assertEquals(code, exit, stderr);
  assertEquals(stdout, "");
  assertEquals(await leftoversAtRest(folder.path), []);
  return stderr;
}

guestTest("trace names a kernel panic and shows the end of the log", async () => {
  const stderr = await failingTrace(["--append", "rdinit=/no/such"], 69);
  assertMatch(stderr, /kernel panic: VFS: Unable to mount root fs/);
  assertStringIncludes(stderr, "Call Trace:");
});

guestTest("trace names the phase in which the time ran out", async () => {
  const stderr = await failingTrace(["--timeout", "2"], 69);
  assertMatch(stderr, /No verdict within 2 s \(in phase "\w+"\)/);
});

guestTest("trace names a module that the kernel refuses", async () => {
  await using folder = await temporaryFolder();
  const modules = `${folder.path}/modules`;
  const kernel = await debian();
  await new Deno.Command("cp", { args: ["-r", kernel.modules, modules] }).output();
  for await (const path of filesBelow(modules)) {
    if (/\/brd\.ko/.test(path)) await Deno.truncate(path, 3000);
  }
  const options = ["--kernel", kernel.image, "--modules", modules];
  assertMatch(await failingTrace(options, 69), /module brd\.ko|"xz" exited/);
});

guestTest("trace names modules that are missing", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/modules.dep`, "kernel/fs/9p/9p.ko:\n");
  await Deno.writeTextFile(
    `${folder.path}/modules.builtin`,
    "kernel/drivers/virtio/virtio_pci.ko\n",
  );
  const options = ["--kernel", (await debian()).image, "--modules", folder.path];
  const stderr = await failingTrace(options, 69);
  assertStringIncludes(stderr, '"nfit", "nd_pmem", "dax_pmem", "device_dax", "brd"');
});

guestTest("trace says that a kernel without its modules cannot mount the host's root", async () => {
  const stderr = await failingTrace(["--kernel", (await debian()).image], 69);
  assertStringIncludes(stderr, "host root over 9p");
  assertStringIncludes(stderr, "--modules");
});

guestTest("trace tells a bzImage that is cut short", async () => {
  await using folder = await temporaryFolder();
  const image = `${folder.path}/bzImage`;
  await Deno.copyFile((await debian()).image, image);
  await Deno.truncate(image, 3_000_000);
  assertStringIncludes(await failingTrace(["--kernel", image], 69), "the bzImage is cut short");
});

guestTest("trace says how to get a program that is missing", async () => {
  await using folder = await temporaryFolder();
  const programs = "bpftrace cat cpio deno getconf gzip id ldd mke2fs ndctl sh test xz zstd";
  for (const name of programs.split(" ")) {
    const found = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] }).output();
    const path = new TextDecoder().decode(found.stdout).trim();
    if (path.startsWith("/")) await Deno.symlink(path, `${folder.path}/${name}`);
  }
  const stderr = await failingTrace([], 69, { PATH: folder.path });
  assertMatch(stderr, /no program "qemu-system-x86_64".*\.\/setup/);
});

guestTest(
  "Ctrl-C in the middle of a workload keeps the recording, which is undecided",
  async () => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const options = ["--json", "--align", "1G", "--size", "1G", "--out", out];
    const child = await startTrace(options, { TMPDIR: folder.path });
    await growsTo(`${out}/recording.jsonl`, 20_000);
    child.kill("SIGINT");
    const { code, stdout } = await finish(child);
    assertEquals(code, 2);
    const report: Report = JSON.parse(stdout);
    assertEquals(report.verdict, "undecided");
    assertMatch(report.reasons[0] ?? "", /interrupted by SIGINT/);
    const again = await runTask(["analyze", "--json", out]);
    assertEquals(again.stdout, stdout);
    assertEquals(await leftoversAtRest(folder.path), []);
  },
);

guestTest(
  "nothing outlives a headcount that is killed, and its recording is readable",
  async () => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const options = ["--quiet", "--align", "1G", "--size", "1G", "--out", out];
    const child = await startTrace(options, { TMPDIR: folder.path });
    await growsTo(`${out}/recording.jsonl`, 20_000);
    child.kill("SIGKILL");
    await finish(child);
    assertEquals(await leftoversAtRest(folder.path), []);
    const { code, stdout } = await runTask(["analyze", out]);
    assertEquals(code, 2);
    assertMatch(stdout, /^undecided: the recording (was|is) cut off/);
  },
);

guestTest(
  "a workload that fails is an error with its last lines, and keeps its recording",
  async () => {
    await using folder = await temporaryFolder();
    const ready = '{"step":"ready","pid":1,"address":"0x1000","bytes":4096}';
    const shell = (name: string, script: string) => ({
      name,
      command: ["sh", "-c", script],
      told: [name],
      environment: {},
    });
    const commands = [
      shell("failing", `echo '${ready}'; read -r go; echo "no such disk" >&2; exit 3`),
      shell("killed", `echo '${ready}'; read -r go; echo "so far" >&2; kill -9 $$`),
      shell("babbling", `echo '${ready}'; read -r go; echo "all is well"; exec sleep 60`),
      shell("hasty", `echo '${ready}'; read -r go`),
      { ...shell("own", "echo out; kill -9 $$"), scope: "command" } as const,
    ];
    const [failing, killed, babbling, hasty, own] = await traceEach(folder.path, commands);
    const told = [failing, killed, babbling, hasty, own].map((left) => {
      const footer = left?.items.at(-1);
      assert(footer?.kind === "footer");
      // The tracer ended in order: its totals are there.
      assertEquals(footer.totals?.entered, footer.totals?.calls);
      assertEquals(footer.end, { kind: "failed", what: left?.failure?.message ?? "" });
      assertEquals(left?.report.verdict, "undecided");
      // The guest's shell says it of what was killed, at some time.
      const lines = left?.failure?.evidence.split("\n").filter((line) => line !== "Killed");
      return [left?.failure?.message, lines?.join("\n")];
    });
    assertEquals(told, [
      ['The workload "failing" failed: it exited with 3', "no such disk"],
      [
        'The workload "killed" failed: it exited with 137, as one that signal 9 ends',
        "so far",
      ],
      [
        'The workload "babbling" failed: it said what cannot be understood: "all is well"',
        "all is well",
      ],
      ['The workload "hasty" failed: it ended before it said that it was done', ""],
      ['The workload "own" failed: it exited with 137, as one that signal 9 ends', "out"],
    ]);
  },
);

guestTest("SIGTERM while the guest boots leaves neither guest nor folder", async () => {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/recording`;
  const child = await startTrace(["--out", out], { TMPDIR: folder.path });
  await growsTo(`${out}/kernel.log`, 500);
  child.kill("SIGTERM");
  const { code, stderr } = await finish(child);
  assertEquals(code, 130);
  assertMatch(stderr, /Stopped by SIGTERM in phase "\w+"/);
  assertEquals(await leftoversAtRest(folder.path), []);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
