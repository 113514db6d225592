import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type BuiltKernel, cacheFolder, type Report } from "headcount";
import { checkTools } from "../../probes/kernel_build/tools.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { testUnless } from "../support/guest.ts";
import { isFile } from "../support/test_kernel.ts";

const TREE = Deno.env.get("HEADCOUNT_TEST_TREE");
const SAID = "patched for a test";

/** Folder of the cache in which the tree was built before, or what keeps a kernel from being built. */
async function findBuild(): Promise<{ folder: string } | string> {
  if (TREE === undefined) return "HEADCOUNT_TEST_TREE is not set";
  const path = await Deno.realPath(TREE).catch(() => undefined);
  if (path === undefined) return `HEADCOUNT_TEST_TREE: there is no "${TREE}"`;
  const tools = await checkTools(true).then(() => undefined, (error: Error) => error.message);
  if (tools !== undefined) return tools.slice(0, 200);
  const builds = `${cacheFolder()}/builds`;
  const names = await Array.fromAsync(Deno.readDir(builds), ({ name }) => name).catch(() => []);
  for (const name of names) {
    const folder = `${builds}/${name}`;
    const tree = await Deno.readTextFile(`${folder}/tree`).catch(() => "");
    if (tree === path && isFile(`${folder}/objects/arch/x86/boot/bzImage`)) return { folder };
  }
  return `it was not built before, which takes long: deno task kernel --tree ${TREE}`;
}

/** A patch that has a kernel's log say something; it adds to the end of a file of the tree. */
async function sayingPatch(): Promise<string> {
  const lines = (await Deno.readTextFile(`${TREE}/mm/gup.c`)).trimEnd().split("\n");
  const added = [
    "static int __init headcount_test(void)",
    "{",
    `\tpr_notice("${SAID}\\n");`,
    "\treturn 0;",
    "}",
    "late_initcall(headcount_test);",
  ];
  return [
    "Subject: [PATCH] mm/gup: Say that it was patched",
    "",
    "--- a/mm/gup.c",
    "+++ b/mm/gup.c",
    `@@ -${lines.length - 2},3 +${lines.length - 2},${3 + added.length} @@`,
    ...lines.slice(-3).map((line) => ` ${line}`),
    ...added.map((line) => `+${line}`),
    "",
  ].join("\n");
}

async function buildAndTrace(buildFolder: string): Promise<void> {
  await using folder = await temporaryFolder();
  const [patch, image] = [`${folder.path}/said.mbox`, `${folder.path}/bzImage`];
  await Deno.writeTextFile(patch, await sayingPatch());
  const place = ["--tree", TREE ?? "", "--build-dir", buildFolder];
  const built = await runTask(["kernel", ...place, "--patch", patch, "--out", image, "--json"]);
  assertEquals(built.code, 0, built.stderr);
  const { release, compiled }: BuiltKernel = JSON.parse(built.stdout);
  assertStringIncludes(release, "-headcount-said");
  // It, what knows the release, and what is made at the end: 15 to 17 on 5.10 to 7.3.
  assert(compiled < 40, `${compiled} files were compiled for a patch of one`);
  const out = `${folder.path}/recording`;
  const trace = ["trace", "--target", "guest", "--kernel", image, "--out", out, "--json"];
  const traced = await runTask(trace);
  assert(traced.code <= 1, traced.stderr);
  const report: Report = JSON.parse(traced.stdout);
  assertEquals(report.kernel.release, release);
  assert(["once", "per-page"].includes(report.verdict), `${report.verdict}: ${report.reasons}`);
  assertStringIncludes(await Deno.readTextFile(`${out}/kernel.log`), SAID);
}

const build = await findBuild();
const NAME = "a kernel that was built with a patch boots, is patched, and is traced";
if (typeof build === "string") testUnless(build, NAME, () => Promise.resolve());
else testUnless(undefined, NAME, () => buildAndTrace(build.folder));
