import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { splitLines } from "../../../probes/lines.ts";
import { AWKWARD } from "../../support/awkward_words.ts";
import { finish, ROOT, startCommand, temporaryFolder } from "../../support/cli.ts";
import type { Answer, Request } from "../../support/over_ssh.ts";
import { lacksSshd, type Sshd, startSshd } from "../../support/sshd.ts";

/** Declares a test that needs an sshd. */
function sshTest(name: string, fn: (sshd: Sshd, folder: string) => Promise<void>): void {
  if (lacksSshd !== undefined) {
    Deno.test({ name: `${name} (skipped: ${lacksSshd})`, ignore: true, fn: () => {} });
    return;
  }
  Deno.test(name, async () => {
    await using folder = await temporaryFolder();
    await using sshd = await startSshd(folder.path);
    await fn(sshd, folder.path);
  });
}

/** A target that takes requests in a process of its own. */
interface Far extends AsyncDisposable {
  /** What it says first: its summary, or why there is none. */
  readonly greeting: Record<string, unknown>;
  ask(request: Request): Promise<Answer>;
}

async function connect(sshd: Sshd, host: string): Promise<Far> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-prompt", `${ROOT}tests/support/over_ssh.ts`, host],
    env: { ...sshd.env, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = splitLines(child.stdout);
  const writer = child.stdin.getWriter();
  const next = async () => JSON.parse(String((await lines.next()).value));
  return {
    greeting: await next(),
    ask: async (request) => {
      await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
      return await next();
    },
    [Symbol.asyncDispose]: async () => {
      await writer.close().catch(() => {});
      await child.status;
      await lines.return();
    },
  };
}

/** What is at the far side of connections that are over: folders, and processes that have them. */
async function leftThere(sshd: Sshd): Promise<readonly string[]> {
  const script = 'ls "$0"; pgrep -f "$0/[h]eadcount-" || true';
  for (let tries = 0;; tries++) {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script, sshd.far] }).output();
    const left = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
    if (left.length === 0 || tries === 50) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether a process is there and runs. */
async function isRunning(pid: number | undefined): Promise<boolean> {
  const script = 'read -r stat <"/proc/$0/stat" && case ${stat##*) } in Z*) exit 1 ;; esac';
  const { success } = await new Deno.Command("sh", {
    args: ["-c", script, String(pid)],
    stderr: "null",
  }).output();
  return success;
}

async function isSoonGone(pid: number | undefined): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if (!await isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

sshTest("a command at the far side has streams, numbers and an exit code", async (sshd) => {
  {
    await using far = await connect(sshd, "box");
    const { summary } = far.greeting as { summary: Record<string, unknown> };
    assertEquals([summary["kind"], summary["host"]], ["ssh", "box"]);
    const run = (...command: readonly string[]) => far.ask({ kind: "run", command });
    const both = await run("sh", "-c", "echo out; echo err >&2; echo $$; exit 3");
    assertEquals([both.code, both.stderr], [3, "err\n"]);
    assertEquals(both.stdout, `out\n${both.pid}\n`);
    assertEquals((await run("sh", "-c", "kill -9 $$")).code, 137);
    const missing = await run("no-such-program");
    assertEquals(missing.code, 127);
    assertMatch(missing.stderr ?? "", /no-such-program.*not found/);
    // All of a group goes, its shell too; and what is left of one when its command ends.
    assertEquals((await run("sh", "-c", 'kill -s KILL -- "-$PPID"')).code, 137);
    const left = await run("sh", "-c", "sleep 600 & echo $!");
    assertEquals([left.code, await isSoonGone(Number(left.stdout))], [0, true]);
    const variables = await far.ask({
      kind: "run",
      command: ["sh", "-c", 'printf "%s" "$LONG"'],
      env: { LONG: "it's\na $HOME" },
    });
    assertEquals(variables.stdout, "it's\na $HOME");
    const much = await run("sh", "-c", "head -c 900000 /dev/zero | tr '\\0' a");
    assertEquals(much.stdout?.length, 900_000);

    const started = await far.ask({ kind: "start", command: ["cat"] });
    const ended = await far.ask({ kind: "end", input: "hello\n", signal: "SIGTERM" });
    assertEquals([ended.stdout, ended.code], ["hello\n", 143]);
    assertEquals(await isRunning(started.pid), false);
  }
  assertEquals(await leftThere(sshd), []);
});

sshTest("any words arrive at a command of the far side as they are", async (sshd) => {
  await using far = await connect(sshd, "box");
  const print = ["sh", "-c", `printf '%s\\0' "$@"`, "sh"];
  const arrive = async (words: readonly string[]): Promise<void> => {
    const { stdout } = await far.ask({ kind: "run", command: [...print, ...words] });
    assertEquals(stdout?.split("\0").slice(0, -1), words);
  };
  await arrive(AWKWARD);
  const word = fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: "binary" }))
    .map((text) => text.replaceAll("\0", ""));
  const words = fc.array(word, { minLength: 1, maxLength: 30 });
  await fc.assert(fc.asyncProperty(words, arrive), { numRuns: 15 });
});

sshTest("files and folders are brought, and go with the connection", async (sshd, folder) => {
  const file = `${folder}/a 'file'`;
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7 % 256);
  await Deno.writeFile(file, bytes, { mode: 0o755 });
  {
    await using far = await connect(sshd, "box");
    const { path = "" } = await far.ask({ kind: "provide", path: file });
    const sums = await far.ask({
      kind: "run",
      command: ["sh", "-c", 'cmp "$0" "$1" && test -x "$0" && ls -l "$0"', path, file],
    });
    assertEquals([sums.code, sums.stdout?.slice(0, 10)], [0, "-rwx------"], sums.stderr);
    const whole = await far.ask({ kind: "provide", path: `${ROOT}probes/ssh` });
    const same = ["diff", "-r", whole.path ?? "", `${ROOT}probes/ssh`];
    assertEquals((await far.ask({ kind: "run", command: same })).code, 0);
    const { path: none = "" } = await far.ask({ kind: "provide", path: `${folder}/none` });
    const failed = await far.ask({ kind: "run", command: ["cat", none] });
    assertMatch(failed.error ?? "", /No such file/);
  }
  assertEquals(await leftThere(sshd), []);
});

sshTest("a login shell that prints something is no part of what commands print", async (sshd) => {
  await using far = await connect(sshd, "noisy");
  const { code, stdout, stderr } = await far.ask({
    kind: "run",
    command: ["sh", "-c", "echo out; echo err >&2"],
  });
  assertEquals([code, stdout, stderr], [0, "out\n", "err\n"]);
});

sshTest("a connection that drops takes with it what runs there", async (sshd) => {
  await using far = await connect(sshd, "box");
  // A process that would not hear of it by itself, and what it started.
  const script = "trap '' HUP PIPE TERM; sleep 600 & sleep 600";
  const { pid } = await far.ask({ kind: "start", command: ["sh", "-c", script] });
  assert(await isRunning(pid));
  const [connection = 0] = await sshd.connections();
  Deno.kill(connection, "SIGKILL");
  const { error } = await far.ask({ kind: "lose" });
  assertEquals(error, 'The connection to "box" is gone: ssh exited with 255');
  assertEquals(await isSoonGone(pid), true);
  assertEquals(await leftThere(sshd), []);
  // No command makes a connection of its own.
  const late = await far.ask({ kind: "run", command: ["true"] });
  assertMatch(late.error ?? "", /connection to "box" is gone/);
  assertEquals((await sshd.connections()).length, 0);
});

sshTest("a killed headcount leaves nothing there", async (sshd, folder) => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-prompt", `${ROOT}tests/support/over_ssh.ts`, "box"],
    env: { ...sshd.env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = splitLines(child.stdout);
  await lines.next();
  const writer = child.stdin.getWriter();
  const request: Request = { kind: "start", command: ["sleep", "600"] };
  await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
  const { pid }: Answer = JSON.parse(String((await lines.next()).value));
  assert(await isRunning(pid));
  child.kill("SIGKILL");
  await child.status;
  await writer.close().catch(() => {});
  await lines.return();
  assertEquals(await isSoonGone(pid), true);
  assertEquals(await leftThere(sshd), []);
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("headcount-")), []);
});

sshTest("a host whose key is another one is refused, in ssh's words", async (sshd) => {
  const child = await startCommand(["trace", "--target", "ssh:stranger"], sshd.env);
  const { code, stdout, stderr } = await finish(child);
  assertEquals([code, stdout], [69, ""], stderr);
  assertMatch(stderr, /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/);
  assertMatch(stderr, /^headcount: Cannot connect to "stranger": ssh exited with 255$/m);
});

sshTest("who is not root there is told so", async (sshd) => {
  const child = await startCommand(["plan", "--target", "ssh:plain"], sshd.env);
  const { code, stderr } = await finish(child);
  assertEquals(code, 64, stderr);
  assertMatch(stderr, /"plain" cannot be traced: "plain" is logged in there, and only root/);
  assertEquals(await leftThere(sshd), []);
});

sshTest("a machine with little more than a shell will do", async (sshd) => {
  await using far = await connect(sshd, "bare");
  const run = (...command: readonly string[]) => far.ask({ kind: "run", command });
  assertEquals((await run("sh", "-c", "echo $PATH")).stdout?.endsWith("/few\n"), true);
  assertEquals((await run("gzip")).code, 127);
  assertMatch((await far.ask({ kind: "deno" })).error ?? "", /"bare" has no Deno, .* --gup-test/);
});

sshTest("a master that runs already is used, and goes on", async (sshd, folder) => {
  const ssh = async (...args: readonly string[]) => {
    const command = new Deno.Command("ssh", { args: [...args], env: sshd.env });
    const { stdout } = await command.output();
    return new TextDecoder().decode(stdout);
  };
  // Its configuration has it run a command of its own.
  await ssh("-o", "RemoteCommand=none", "shared", "true");
  try {
    {
      await using far = await connect(sshd, "shared");
      const { stdout } = await far.ask({ kind: "run", command: ["echo", "through"] });
      assertEquals([stdout, (await sshd.connections()).length], ["through\n", 1]);
      const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assertEquals(names.filter((name) => name.startsWith("shared-")).length, 1);
    }
    assertEquals(await leftThere(sshd), []);
    assertEquals(await ssh("-o", "RemoteCommand=none", "shared", "echo on"), "on\n");
  } finally {
    await ssh("-O", "exit", "shared");
  }
});

sshTest(
  "several machines of which none can be traced are a table all the same",
  async (sshd, folder) => {
    const hosts = ["stranger", "plain", "box"].flatMap((host) => ["--target", `ssh:${host}`]);
    const out = `${folder}/out`;
    const child = await startCommand(["trace", ...hosts, "--out", out, "--", "true"], sshd.env);
    const { code, stdout, stderr } = await finish(child);
    assertEquals(code, 69, stderr);
    const words = stdout.split("\n").slice(1, 4).map((line) => line.split(/ +/));
    assertEquals(words.map((row) => [row[0], row.at(-1)]), [
      ["stranger", "failed"],
      ["plain", "failed"],
      // This machine, which can be traced or not.
      ["box", words[2]?.at(-1)],
    ]);
    assertMatch(stdout, /^ {2}stranger: Cannot connect to "stranger": ssh exited with 255$/m);
    assertMatch(stderr, /^stranger: .*[Hh]ost key/m);
    assertEquals(await leftThere(sshd), []);
  },
);
