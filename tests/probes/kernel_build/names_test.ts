import { assert, assertEquals } from "@std/assert";
import { localVersion } from "../../../probes/kernel_build/names.ts";

Deno.test("localVersion() says what a kernel was patched with", () => {
  assertEquals(localVersion([]), "-headcount");
  assertEquals(localVersion(["/tmp/compound.mbox", "once.patch"]), "-headcount-compound-once");
  assertEquals(localVersion(["0001-mm-gup-Grab.patch"]), "-headcount-0001-mm-gup-Grab");
});

Deno.test("localVersion() is what a release can hold, however patches are called", () => {
  const long = localVersion(["[RFC 6_9] mm,gup: größer!.mbox", "x".repeat(80)]);
  assert(/^[\w.+-]{1,40}$/.test(long), long);
  assert(!long.endsWith("-"));
});
