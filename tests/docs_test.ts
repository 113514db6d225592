import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BISECT_CODES, EXIT_CODES } from "headcount";
import { EXIT_BISECT_USAGE } from "../cli/expect.ts";
import { EXIT_INTERRUPTED, EXIT_MACHINERY } from "../cli/output.ts";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const README = await Deno.readTextFile(`${ROOT}README.md`);
const ARCHITECTURE = await Deno.readTextFile(`${ROOT}docs/architecture.md`) +
  await Deno.readTextFile(`${ROOT}docs/generations.md`) +
  await Deno.readTextFile(`${ROOT}docs/compare.md`) +
  await Deno.readTextFile(`${ROOT}docs/export.md`) +
  await Deno.readTextFile(`${ROOT}docs/histograms.md`) +
  await Deno.readTextFile(`${ROOT}docs/devdax.md`) +
  await Deno.readTextFile(`${ROOT}docs/privileges.md`) +
  await Deno.readTextFile(`${ROOT}docs/troubleshooting.md`) +
  await Deno.readTextFile(`${ROOT}docs/ssh.md`);
const BISECT = await Deno.readTextFile(`${ROOT}docs/bisect.md`);

Deno.test("README names only options that the tasks have", async () => {
  const tasks = [
    ...["trace", "matrix", "control", "series", "expect", "plan", "analyze", "compare", "mail"],
    ...["report", "kernels", "kernel", "export", "histogram", "scrub", "devdax"],
    ...["devdax create", "doctor"],
  ];
  const runs = await Promise.all(tasks.map((task) => runTask([...task.split(" "), "--help"])));
  const help = runs.map(({ stdout }) => stdout).join("");
  const named = new Set(README.match(/(?<=[`\s])--[a-z]+\b/g));
  assert(named.size > 8);
  for (const option of named) assertStringIncludes(help, option);
});

Deno.test("README shows a real run: the lines are those of a recording's report", async () => {
  const report = await Deno.readTextFile(
    `${ROOT}tests/fixtures/recordings/calls-debian-6.1-2M/report.txt`,
  );
  const shown = README.split("```text\n")[1]?.split("```")[0] ?? "";
  const lines = shown.split("\n").slice(2).filter((line) => line !== "...");
  assert(lines.length > 30);
  for (const line of lines) assert(report.split("\n").includes(line), line);
});

Deno.test("README shows what compare and mail print of recordings that are kept", async () => {
  const blocks = README.split("```text\n").slice(1).map((rest) => rest.split("```")[0] ?? "");
  const shown = {
    "Counts, exact": "debian-6.12-7.3.compare",
    "count, exact": "linux-5.10-rfc.mail",
  };
  for (const [words, file] of Object.entries(shown)) {
    const text = await Deno.readTextFile(`${ROOT}tests/fixtures/comparisons/${file}.txt`);
    const lines = blocks.find((block) => block.includes(words))?.split("\n") ?? [];
    assert(lines.length > 10, words);
    for (const line of lines) {
      if (line.trim() !== "...") assert(text.split("\n").includes(line), line);
    }
  }
});

Deno.test("README and docs/export.md show a line of real stacks", async () => {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/folded`;
  const recording = `${ROOT}tests/fixtures/recordings/stacks-debian-6.1-2M`;
  await runTask(["export", recording, "--to", "folded", "--out", out]);
  const lines = (await Deno.readTextFile(out)).split("\n");
  for (const text of [README, await Deno.readTextFile(`${ROOT}docs/export.md`)]) {
    const shown = text.split("```text\n").map((rest) => rest.split("```")[0] ?? "")
      .find((block) => block.includes("pwrite64"));
    assert(lines.includes(shown?.replaceAll("\n", "") ?? ""), shown);
  }
});

Deno.test("README tells the exit code of each verdict", () => {
  for (const [verdict, code] of Object.entries(EXIT_CODES)) {
    const row = README.split("\n").find((line) => line.startsWith(`| \`${verdict}\``));
    assertEquals(row?.split("|").at(-2)?.trim(), String(code), verdict);
  }
});

Deno.test("docs/bisect.md tells the exit codes of expect", () => {
  const codes = [...Object.values(BISECT_CODES), EXIT_BISECT_USAGE, EXIT_INTERRUPTED];
  const told = [...BISECT.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  assertEquals(told, [...new Set(codes)]);
});

Deno.test("docs/ssh.md tells the exit codes of several machines", async () => {
  const { stdout } = await runTask(["trace", "--help"]);
  assertStringIncludes(stdout, "ssh:HOST");
  const text = (await Deno.readTextFile(`${ROOT}docs/ssh.md`)).replaceAll("\n", " ");
  for (const code of [EXIT_MACHINERY, EXIT_INTERRUPTED, ...new Set(Object.values(EXIT_CODES))]) {
    assert(new RegExp(`The exit code is that of the worst:.*\\b${code} .*`).test(text), `${code}`);
  }
});

Deno.test("README and architecture name only tasks and files that are there", async () => {
  const { tasks }: { tasks: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  for (const [, task] of (README + ARCHITECTURE + BISECT).matchAll(/deno task (?:-q )?([a-z]+)/g)) {
    assert(task !== undefined && task in tasks, task);
  }
  const paths = (README + ARCHITECTURE).matchAll(
    /`((?:probes|recording|analysis|tests|docs|examples)\/[\w/.-]*)`/g,
  );
  for (const [, path] of paths) await Deno.stat(`${ROOT}${path}`);
});
