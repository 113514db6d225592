/** `doctor` and `devdax` of this machine, whatever it is, with the permissions that their tasks grant. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Diagnosis, ListedDevdax } from "headcount";
import { runTask, temporaryFolder } from "./support/cli.ts";

Deno.test("doctor: the exit code says whether this machine can be traced", async () => {
  await using folder = await temporaryFolder();
  const args = ["doctor", "--target", "local", "--out", `${folder.path}/out`, "--json"];
  const { code, stdout, stderr } = await runTask(args, { TMPDIR: folder.path });
  assertEquals(stderr, "");
  const { runs, targets }: { runs: boolean; targets: Diagnosis[] } = JSON.parse(stdout);
  assertEquals(code, runs ? 0 : 69);
  assertEquals(targets.length, 1);
  const checks = targets[0]?.checks ?? [];
  assertEquals(runs, checks.every(({ state }) => state !== "fail"));
  assert(checks.length >= 15, JSON.stringify(checks));
  assertEquals(
    checks.find(({ name }) => name === "recordings")?.found.startsWith(folder.path),
    true,
  );
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), [], "nothing is left behind");
});

Deno.test("doctor: what it prints fits a terminal", async () => {
  const { stdout } = await runTask(["doctor", "--target", "local"]);
  assertMatch(stdout, /^This machine, \S+: trace /);
  for (const line of stdout.split("\n")) assert(line.length <= 80, line);
});

Deno.test("devdax list changes nothing, and says what to do where there is nothing", async () => {
  await using folder = await temporaryFolder();
  const state = `${folder.path}/state`;
  const { code, stdout, stderr } = await runTask(["devdax", "list", "--json"], {
    XDG_STATE_HOME: state,
  });
  if (code !== 0) return assertStringIncludes(stderr, "ndctl");
  const { regions, advice }: ListedDevdax = JSON.parse(stdout);
  assertEquals(advice !== undefined, regions.length === 0);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("devdax create refuses an align that is none, with what there are", async () => {
  const { code, stderr } = await runTask(["devdax", "create", "--align", "3M"]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "Allowed choices are 4K, 2M, 1G.");
});
