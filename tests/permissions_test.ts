/** What tasks are granted: as docs/privileges.md tells it, and no more than they need. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { finish, type Finished, ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const PRIVILEGES = await Deno.readTextFile(`${ROOT}docs/privileges.md`);
const { tasks: TASKS }: { readonly tasks: Readonly<Record<string, string>> } = JSON.parse(
  await Deno.readTextFile(`${ROOT}deno.json`),
);
/** Those of users, and `bench`: tests run whatever they test. */
const RUNNING = Object.entries(TASKS).filter(([, command]) => command.startsWith("deno run "));

/** The flags of a task, such as `--allow-read`. */
function flagsOf(command: string): readonly string[] {
  return command.split(" ").filter((word) => word.startsWith("-"));
}

/** What a task is granted of a kind, such as the programs of `run`, in order. */
function granted(command: string, kind: string): readonly string[] {
  const flag = flagsOf(command).find((flag) => flag.startsWith(`--allow-${kind}=`));
  return flag?.split("=")[1]?.split(",").toSorted() ?? [];
}

/** The cells of a table, the head's first cell being `head`. */
function table(head: string): readonly (readonly string[])[] {
  const lines = PRIVILEGES.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line));
  assertNotEquals(start, -1, `a table of each ${head}`);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** The words that stand in backquotes. */
function named(cell: string | undefined): readonly string[] {
  return [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? "");
}

/** What a table grants a task: each of its rows names things, and the tasks that may have them. */
function told(head: string, task: string): readonly string[] {
  return table(head).filter(([, , tasks]) => named(tasks).includes(task))
    .flatMap(([names]) => named(names)).toSorted();
}

Deno.test("docs/privileges.md tells what each task may read and write", () => {
  const rows = table("task").map(([task, reads, writes]) => [named(task)[0], reads, writes]);
  const yes = (command: string, flag: string) => flagsOf(command).includes(flag) ? "yes" : "no";
  const tasks = RUNNING.map(([task, command]) => [
    task,
    yes(command, "--allow-read"),
    yes(command, "--allow-write"),
  ]);
  assertEquals(rows.toSorted(), tasks.toSorted());
});

for (const [task, command] of RUNNING) {
  Deno.test(`docs/privileges.md tells what ${task} may run, and which variables it has`, () => {
    assertEquals(granted(command, "run"), told("program", task));
    assertEquals(granted(command, "env"), told("variable", task));
  });

  Deno.test(`${task} is granted variables and programs by name, and nothing else`, () => {
    for (const flag of flagsOf(command)) {
      if (task === "scrub" && flag === "--allow-sys=hostname") continue;
      assertMatch(flag, /^--allow-(read|write|env=[\w,]+|run=[\w,/-]+)$/);
    }
  });
}

Deno.test("no task has the network, or everything", () => {
  for (const [task, command] of Object.entries(TASKS)) {
    assert(!/\s(-A|--allow-all|--allow-net|-N)\b/.test(command), task);
  }
});

const BASE = `${ROOT}tests/fixtures/recordings/linux-5.10-2M`;
const PATCHED = `${ROOT}tests/fixtures/recordings/linux-5.10-rfc-2M`;

/** Tasks that run nothing, with arguments with which they read, and write below `folder`. */
const OFFLINE: Readonly<Record<string, (folder: string) => readonly string[]>> = {
  analyze: () => [BASE],
  compare: () => [BASE, PATCHED],
  mail: () => [BASE, PATCHED],
  histogram: () => [`${ROOT}tests/fixtures/histograms/bpftrace-0.17.0-values.txt`],
  report: (folder) => [BASE, "--html", `${folder}/page.html`],
  export: (folder) => [BASE, "--to", "csv", "--out", `${folder}/tables`],
};

/** Runs a task's command with these flags and no more; asks nobody for others. */
async function runWith(flags: readonly string[], words: readonly string[]): Promise<Finished> {
  return await finish(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...flags, "cli.ts", ...words],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

for (const [task, wordsIn] of Object.entries(OFFLINE)) {
  Deno.test(`${task} runs with what its task grants, and with less it does not`, async () => {
    const flags = flagsOf(TASKS[task] ?? "");
    assert(!flags.some((flag) => flag.startsWith("--allow-run")));
    await using folder = await temporaryFolder();
    const words = [task, ...wordsIn(folder.path)];
    const whole = await runWith(flags, words);
    assertEquals(whole.stderr, "");
    // A verdict has an exit code of its own.
    assertEquals(whole.code, task === "analyze" ? 1 : 0);
    for (const flag of flags.filter((flag) => !flag.includes("="))) {
      const less = await runWith(flags.filter((other) => other !== flag), words);
      assertStringIncludes(less.stderr, flag);
      assert(less.code === 64 || less.code === 69, String(less.code));
      assertEquals(less.stdout, "");
    }
  });
}

Deno.test("what only reads writes nothing", async () => {
  await using folder = await temporaryFolder();
  const flags = flagsOf(TASKS["analyze"] ?? "");
  const { code, stderr } = await runWith(flags, ["report", BASE, "--html", `${folder.path}/page`]);
  assertStringIncludes(stderr, "--allow-write");
  assertNotEquals(code, 0);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

const HAS_SSH = (await new Deno.Command("sh", { args: ["-c", "command -v ssh"] }).output()).success;

Deno.test({
  name: `devdax may connect to another machine${HAS_SSH ? "" : " (skipped: no ssh)"}`,
  ignore: !HAS_SSH,
  fn: async () => {
    const target = "ssh:nobody@headcount.invalid";
    const { code, stderr } = await runTask(["devdax", "list", "--target", target]);
    assertMatch(stderr, /Cannot connect to "nobody@headcount.invalid": ssh exited with 255/);
    assertEquals(code, 69);
  },
});
