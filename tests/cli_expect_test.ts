import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const RECORDINGS = `${ROOT}tests/fixtures/recordings`;

/** Arguments, the line that is printed, and the exit code. */
const ANSWERS: readonly (readonly [string, RegExp, number])[] = [
  ["once linux-7.3-2M", /^7\.3\.4: once, as expected: 3 grabs for 512 pages in 3 calls,.*\n$/, 0],
  ["per-page linux-7.3-2M", /^7\.3\.4: once, not per-page: 3 grabs for 512 pages.*\n$/, 1],
  ["repeated,once debian-6.1-2M", /^6\.1\S+: per-page, not repeated or once: 512 grabs.*\n$/, 1],
  ["once interrupted-6.1", /^6\.1\S+: undecided, cannot tell: the session was interr.*\n$/, 125],
  ["per-page debian-6.1-4K", /^6\.1\S+: once, which any kernel is where nothing can.*\n$/, 125],
];

for (const [args, line, exit] of ANSWERS) {
  Deno.test(`expect ${args} exits with ${exit}`, async () => {
    const [verdict = "", recording = ""] = args.split(" ");
    const { code, stdout, stderr } = await runTask([
      "expect",
      verdict,
      `${RECORDINGS}/${recording}`,
    ]);
    assertMatch(stdout, line);
    assertEquals([stderr, code], ["", exit]);
  });
}

/** Mistakes in the command line, and what is said of them. */
const MISTAKES: readonly (readonly [string, RegExp])[] = [
  ["", /missing required argument 'verdict'/],
  ["undecided", /"undecided" cannot be expected, only once, per-page, repeated, unbalanced/],
  ["once /no/such", /there is no "\/no\/such"/],
  ["once LICENSE", /its first line is no header/],
  ["once --kernal 6.1", /unknown option '--kernal'/],
  ["once --target guest --kernel /no/such", /"\/no\/such": there is no such file/],
  ["once LICENSE --kernel 6.1", /"LICENSE" is judged as it is: --kernel is for making one/],
];

for (const [args, said] of MISTAKES) {
  Deno.test(`expect ${args || "alone"} ends a bisection: the mistake is not the commit's`, async () => {
    await using folder = await temporaryFolder();
    const out = args.includes("/no/such") && args.includes("guest")
      ? ["--out", `${folder.path}/recording`]
      : [];
    const words = args.split(" ").filter((word) => word !== "");
    const { code, stdout, stderr } = await runTask(["expect", ...words, ...out]);
    assertMatch(stderr, said);
    assertEquals([stdout, code], ["", 192]);
    assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
  });
}

Deno.test("a kernel that cannot be booted is none that can be judged", async () => {
  await using folder = await temporaryFolder();
  const kernel = `${folder.path}/bzImage`;
  await Deno.writeTextFile(kernel, "the build failed");
  const { code, stdout } = await runTask([
    ...["expect", "once", "--target", "guest", "--kernel", kernel, "--quiet"],
    ...["--out", `${folder.path}/recording`],
  ]);
  assertMatch(stdout, /^cannot tell: .*\n$/);
  assertEquals(code, 125);
});

/** What git says, in a repository of recordings' names. */
async function git(cwd: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("git", {
    args: [...["-c", "user.name=nobody", "-c", "user.email=nobody@invalid"], ...args],
    cwd,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", LC_ALL: "C" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const HISTORY = [
  ...["linux-5.10-2M", "debian-6.1-2M", "puts-debian-6.12-2M", "interrupted-6.1"],
  ...["puts-debian-7.3-2M", "calls-debian-7.3-2M", "linux-7.3-2M"],
];

/** Starts a bisection over the recordings. */
async function startBisection(folder: string): Promise<void> {
  await git(folder, "init", "--quiet");
  for (const name of HISTORY) {
    await Deno.writeTextFile(`${folder}/recording`, `${RECORDINGS}/${name}\n`);
    await git(folder, "add", "recording");
    await git(folder, "commit", "--quiet", "-m", name);
  }
  const { code, text } = await git(folder, "bisect", "start", "HEAD", `HEAD~${HISTORY.length - 1}`);
  assertEquals(code, 0, text);
}

const hasGit = await new Deno.Command("git", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);
const SKIPPED = hasGit ? "" : " (skipped: no git)";

Deno.test({
  name: `git bisect run finds where the answer changed, past what cannot be told${SKIPPED}`,
  ignore: !hasGit,
  fn: async () => {
    await using folder = await temporaryFolder();
    await startBisection(folder.path);
    const judge = `deno task --quiet --cwd ${ROOT} expect per-page "$(cat recording)"`;
    const { text } = await git(folder.path, "bisect", "run", "sh", "-c", judge);
    // Of the two that may be the first, one was skipped.
    const [, left = ""] = /only 'skip'ped commits left[^]*any of:\n([^]*)We cannot/.exec(text) ??
      [];
    const names = await Promise.all(
      left.trim().split("\n").map((id) => git(folder.path, "log", "-1", "--format=%s", id)),
    );
    assertEquals(names.map(({ text }) => text.trim()).toSorted(), [
      "interrupted-6.1",
      "puts-debian-7.3-2M",
    ]);
  },
});

Deno.test({
  name: `git bisect run ends at a mistake in the command line${SKIPPED}`,
  ignore: !hasGit,
  fn: async () => {
    await using folder = await temporaryFolder();
    await startBisection(folder.path);
    const judge = `deno task --quiet --cwd ${ROOT} expect twice "$(cat recording)"`;
    const { text } = await git(folder.path, "bisect", "run", "sh", "-c", judge);
    assertStringIncludes(text, "exit code 192");
    const { text: log } = await git(folder.path, "bisect", "log");
    assertEquals(log.match(/^git bisect (good|bad|skip)/gm)?.length ?? 0, 0, log);
  },
});
