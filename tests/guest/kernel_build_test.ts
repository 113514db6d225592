import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cacheFolder, type Report } from "headcount";
import { checkTools } from "../../probes/kernel_build/tools.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { testUnless } from "../support/guest.ts";

const TREE = Deno.env.get("HEADCOUNT_TEST_TREE");
const SAID = "patched for a test";

/** What keeps a kernel from being built in a few minutes; a tree's first build takes longer. */
async function lack(): Promise<string | undefined> {
  if (TREE === undefined) return "HEADCOUNT_TEST_TREE is not set";
  const tools = await checkTools(true).then(() => undefined, (error: Error) => error.message);
  if (tools !== undefined) return tools.slice(0, 200);
  const path = await Deno.realPath(TREE);
  for await (const { name } of Deno.readDir(`${cacheFolder()}/builds`)) {
    const folder = `${cacheFolder()}/builds/${name}`;
    const tree = await Deno.readTextFile(`${folder}/tree`).catch(() => "");
    const image = `${folder}/objects/arch/x86/boot/bzImage`;
    if (tree === path && await Deno.stat(image).catch(() => undefined)) return undefined;
  }
  return `${TREE} was not built before, which takes long: deno task kernel --tree ${TREE}`;
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

testUnless(
  await lack().catch((error: Error) => error.message),
  "a kernel that was built with a patch boots, is patched, and is traced",
  async () => {
    await using folder = await temporaryFolder();
    const [patch, image] = [`${folder.path}/said.mbox`, `${folder.path}/bzImage`];
    await Deno.writeTextFile(patch, await sayingPatch());
    const build = ["kernel", "--tree", TREE ?? "", "--patch", patch, "--out", image, "--json"];
    const { code, stdout, stderr } = await runTask(build);
    assertEquals(code, 0, stderr);
    const { release, compiled }: { release: string; compiled: number } = JSON.parse(stdout);
    assertStringIncludes(release, "-headcount-said");
    assert(compiled < 100, `${compiled} files were compiled for a patch of one`);
    const out = `${folder.path}/recording`;
    const trace = ["trace", "--target", "guest", "--kernel", image, "--out", out, "--json"];
    const traced = await runTask(trace);
    const report: Report = JSON.parse(traced.stdout);
    assertEquals(report.kernel.release, release);
    assert(["once", "per-page"].includes(report.verdict), `${report.verdict}: ${report.reasons}`);
    assertStringIncludes(await Deno.readTextFile(`${out}/kernel.log`), SAID);
  },
);
