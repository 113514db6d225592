/** An expectation of a kernel that is booted for it. */

import { assertEquals, assertMatch } from "@std/assert";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestTest, kernelTest } from "../support/guest.ts";

kernelTest("bzImage-7.3-gup-test", "expect traces a kernel and says what it saw", async (image) => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask([
    ...["expect", "per-page", "--target", "guest", "--kernel", image, "--quiet"],
    ...["--out", `${folder.path}/recording`],
  ]);
  assertEquals([code, stderr], [1, ""]);
  assertMatch(stdout, /^7\.3\.4: once, not per-page: 3 grabs for 512 pages in 3 calls, .*\n$/);
  const judged = await runTask(["expect", "once", `${folder.path}/recording`]);
  assertEquals(judged.code, 0);
});

guestTest("expect cannot tell of a kernel that panics", async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await runTask([
    ...["expect", "once", "--target", "guest", "--append", "rdinit=/no/such", "--quiet"],
    ...["--out", `${folder.path}/recording`],
  ]);
  assertEquals(code, 125);
  assertMatch(stdout, /^cannot tell: .*kernel panic: VFS: Unable to mount root fs.*\n$/);
  assertMatch(stderr, /Call Trace:/);
});
