import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { BuiltKernel } from "headcount";
import { checkTools } from "../probes/kernel_build/tools.ts";
import { finish, type Finished, ROOT, startTask, temporaryFolder } from "./support/cli.ts";
import { makeToyTree, snapshot, toyPatch } from "./support/toy_tree.ts";

/** What keeps this machine from building kernels. */
const lack: string | undefined = await checkTools(true).then(
  () => undefined,
  (error: Error) => error.message.slice(0, 200),
);

/** Where Deno has its own cache, also where XDG_CACHE_HOME is a test's. */
const DENO_DIR = Deno.env.get("DENO_DIR") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;

/** A toy tree, and `kernel` on it. */
interface Toy {
  readonly folder: string;
  readonly tree: string;
  readonly kernel: (...args: readonly string[]) => Promise<Finished>;
}

function toyTest(name: string, fn: (toy: Toy) => Promise<void>): void {
  Deno.test({
    name: lack === undefined ? name : `${name} (skipped: ${lack})`,
    ignore: lack !== undefined,
    fn: async () => {
      await using folder = await temporaryFolder();
      const tree = `${folder.path}/linux`;
      await makeToyTree(tree);
      const env = {
        DENO_DIR,
        XDG_CACHE_HOME: `${folder.path}/cache`,
        KBUILD_OUTPUT: "/elsewhere",
      };
      await fn({
        folder: folder.path,
        tree,
        kernel: async (...args) => {
          const before = await snapshot(tree);
          const finished = await finish(startTask(["kernel", "--tree", tree, ...args], env));
          assertEquals(await snapshot(tree), before, "the tree is only read");
          return finished;
        },
      });
    },
  });
}

/** A run's result as JSON. */
function built({ code, stdout, stderr }: Finished): BuiltKernel {
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

toyTest(
  "kernel builds an image, keeps it in the cache, and says what to do with it",
  async ({ kernel }) => {
    const { code, stdout, stderr } = await kernel();
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^release {2}5\.10\.7-headcount\n/);
    assertStringIncludes(stdout, "(2 files compiled)");
    const image = /^Next: deno task trace --kernel (\/\S+)$/m.exec(stdout)?.[1] ?? "";
    assertMatch(image, /\/cache\/headcount\/builds\/linux-\w+\/bzImage-5\.10\.7-headcount$/);
    assertStringIncludes(await Deno.readTextFile(image), "four\n");
  },
);

toyTest("kernel builds anew what a patch, or its absence, changes", async ({ folder, kernel }) => {
  assertEquals(built(await kernel("--json")).compiled, 2);
  await Deno.writeTextFile(
    `${folder}/v2.mbox`,
    `Subject: [PATCH] mm/gup: 4\n\n${toyPatch("four", "4")}`,
  );
  const patched = built(await kernel("--json", "--patch", `${folder}/v2.mbox`));
  assertEquals(patched.release, "5.10.7-headcount-v2");
  assertEquals(patched.patches, ["[PATCH] mm/gup: 4"]);
  assertEquals(patched.compiled, 1);
  const out = `${folder}/images/bzImage`;
  const base = built(await kernel("--json", "--out", out));
  assertEquals([base.compiled, base.image], [1, out]);
  assertStringIncludes(await Deno.readTextFile(patched.image), "4\n");
  assertStringIncludes(await Deno.readTextFile(out), "four\n");
  assertEquals(built(await kernel("--json")).compiled, 0);
});

toyTest("kernel builds nothing where a patch does not fit", async ({ folder, kernel }) => {
  await Deno.writeTextFile(`${folder}/a.diff`, toyPatch("four", "4").replace("-four", "-vier"));
  const { code, stdout, stderr } = await kernel("--patch", `${folder}/a.diff`);
  assertEquals([code, stdout], [64, ""]);
  assertStringIncludes(stderr, "mm/gup.c: hunk 1, for line 1");
});

toyTest(
  "kernel says which option is not on, why not, and what it is for",
  async ({ tree, kernel }) => {
    const forgotten = `${tree}/forgotten`;
    await Deno.writeTextFile(forgotten, "DEV_DAX=\nDEBUG_PAGE_REF\nIO_URING\nGUP_BENCHMARK\n");
    const { code, stderr } = await kernel();
    assertEquals(code, 69);
    assertStringIncludes(
      stderr,
      "no CONFIG_DEV_DAX (DEV_DAX depends on TRANSPARENT_HUGEPAGE): devdax;",
    );
    assertStringIncludes(
      stderr,
      "no CONFIG_IO_URING (Linux 5.10.7 does not know it): ways of taking",
    );
    assert(!/GUP_BENCHMARK|PAGE_REF/.test(stderr), stderr);
    await Deno.writeTextFile(forgotten, "DEBUG_PAGE_REF\nGUP_BENCHMARK\nGUP_TEST\n");
    assertStringIncludes((await kernel()).stderr, "no CONFIG_GUP_BENCHMARK or CONFIG_GUP_TEST (");
    await Deno.writeTextFile(forgotten, "DEBUG_PAGE_REF\n");
    const other = await kernel();
    assertEquals(other.code, 0);
    assertStringIncludes(
      other.stderr,
      "note: no CONFIG_DEBUG_PAGE_REF (Linux 5.10.7 does not know it)",
    );
    await Deno.writeTextFile(forgotten, "^$\n");
  },
);

toyTest(
  "kernel takes further options, and refuses those that take a needed one away",
  async ({ folder, kernel }) => {
    const own = `${folder}/my own.config`;
    await Deno.writeTextFile(own, 'CONFIG_NUMA=y\nCONFIG_LOCALVERSION="-mine"\n');
    assertEquals(built(await kernel("--json", "--config", own)).release, "5.10.7-mine");
    await Deno.writeTextFile(own, "CONFIG_KPROBES=n\n");
    const { code, stderr } = await kernel("--config", own);
    assertEquals(code, 64);
    assertStringIncludes(stderr, `no CONFIG_KPROBES ("${own}" turns it off): probes`);
  },
);

toyTest(
  "kernel shows why a build failed, and where all that it printed is",
  async ({ folder, kernel }) => {
    await Deno.writeTextFile(`${folder}/bad.diff`, toyPatch("two", "error: no two"));
    const { code, stderr } = await kernel("--patch", `${folder}/bad.diff`);
    assertEquals(code, 69);
    assertStringIncludes(stderr, "2:error: no two\n");
    const log = /all that it printed is in "(.*)"/.exec(stderr)?.[1] ?? "";
    assertStringIncludes(await Deno.readTextFile(log), "error: no two");
  },
);

toyTest(
  "kernel refuses a folder to build in that is another's",
  async ({ folder, tree, kernel }) => {
    const refusal = async (dir: string): Promise<string> => {
      const { code, stderr } = await kernel("--build-dir", dir);
      assertEquals(code, 64, stderr);
      return stderr;
    };
    assertStringIncludes(await refusal(`${tree}/build`), "it is in the tree, which is only read");
    assertStringIncludes(await refusal(folder), "there are files that no build made");
    await makeToyTree(`${folder}/other`);
    await kernel("--build-dir", `${folder}/build`, "--tree", `${folder}/other`);
    assertStringIncludes(await refusal(`${folder}/build`), "it is the folder of");
  },
);

Deno.test("kernel names all tools that are missing, and Debian's packages", async () => {
  await using folder = await temporaryFolder();
  await makeToyTree(`${folder.path}/linux`);
  await Deno.symlink(Deno.execPath(), `${folder.path}/deno`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "kernel", "--tree", `${folder.path}/linux`],
    cwd: ROOT,
    env: { NO_COLOR: "1", DENO_DIR, PATH: folder.path, XDG_CACHE_HOME: `${folder.path}/cache` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stderr } = await finish(child);
  assertEquals(code, 69, stderr);
  assertStringIncludes(stderr, "there is no make, gcc, ld, flex, bison, bc,");
  assertMatch(stderr, /apt-get install --no-install-recommends make gcc .*pahole/);
  assertEquals(
    await Deno.stat(`${folder.path}/cache/headcount`).catch((error) => error.name),
    "NotFound",
  );
});
