import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT_CODES } from "headcount";
import { ROOT, runTask } from "./support/cli.ts";

const README = await Deno.readTextFile(`${ROOT}README.md`);
const ARCHITECTURE = await Deno.readTextFile(`${ROOT}docs/architecture.md`) +
  await Deno.readTextFile(`${ROOT}docs/generations.md`);

Deno.test("README names only options that the tasks have", async () => {
  const tasks = ["trace", "matrix", "control", "plan", "analyze", "kernels", "kernel"];
  const runs = await Promise.all(tasks.map((task) => runTask([task, "--help"])));
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

Deno.test("README tells the exit code of each verdict", () => {
  for (const [verdict, code] of Object.entries(EXIT_CODES)) {
    const row = README.split("\n").find((line) => line.startsWith(`| \`${verdict}\``));
    assertEquals(row?.split("|").at(-2)?.trim(), String(code), verdict);
  }
});

Deno.test("README and architecture name only tasks and files that are there", async () => {
  const { tasks }: { tasks: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  for (const [, task] of (README + ARCHITECTURE).matchAll(/deno task (?:-q )?([a-z]+)/g)) {
    assert(task !== undefined && task in tasks, task);
  }
  const paths = (README + ARCHITECTURE).matchAll(
    /`((?:probes|recording|analysis|tests|docs|examples)\/[\w/.-]*)`/g,
  );
  for (const [, path] of paths) await Deno.stat(`${ROOT}${path}`);
});

Deno.test("trace grants its programs by name, and no network", async () => {
  const { tasks }: { tasks: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  for (const [name, command] of Object.entries(tasks)) {
    assert(!/\s(-A|--allow-all|--allow-net)\b/.test(command), name);
    if (name !== "test") assert(!/--allow-(run|env)(\s|$)/.test(command), name);
  }
});
