import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Archive } from "../../../probes/debian/archive.ts";
import { findKernels } from "../../../probes/debian/releases.ts";
import { SUITES } from "../../../probes/debian/suites.ts";
import { MachineryError } from "../../../probes/failure.ts";
import { temporaryFolder } from "../../support/cli.ts";

/** A small suite: its lists are 0.4 MB. */
const SMALL = SUITES.filter(({ name }) => name === "bookworm-security");
const NONE = { name: "no-such-suite", archive: "main" } as const;

/** Why Debian's archive cannot be asked here. */
const unreachable: string | undefined = await (async () => {
  await using cache = await temporaryFolder();
  try {
    await new Archive({ cache: cache.path }).refresh(SMALL, 60_000);
  } catch (error) {
    if (error instanceof MachineryError) return error.message;
    throw error;
  }
})();

/** Declares a test that asks Debian's archive. */
function archiveTest(name: string, fn: () => Promise<void>): void {
  const why = unreachable === undefined ? "" : ` (skipped: ${unreachable})`;
  Deno.test({ name: `${name}${why}`, ignore: unreachable !== undefined, fn });
}

archiveTest("an archive renews lists once, finds kernels in them and downloads", async () => {
  await using cache = await temporaryFolder();
  const told: string[] = [];
  const options = { cache: cache.path, onEvent: ({ text }: { text: string }) => told.push(text) };
  const archive = new Archive(options);
  assertEquals(await archive.refresh(SMALL, 60_000), SMALL);
  assertEquals(await new Archive(options).refresh(SMALL, 60_000), SMALL);
  assertEquals(told, ["asking Debian's archive for its lists (bookworm-security)"]);
  assertEquals(archive.unasked(), undefined);

  const [suite] = SMALL;
  assert(suite !== undefined);
  const packages = await archive.packages(suite);
  const kernels = findKernels(suite.name, packages);
  assert(kernels.length > 0);
  for (const { release, bytes } of kernels) {
    assertMatch(release, /^\d+\.\d+.*-amd64$/);
    assert(bytes > 20_000_000, release);
  }

  const smallest = packages.toSorted((a, b) => a.bytes - b.bytes)[0];
  assert(smallest !== undefined && smallest.bytes < 100_000);
  const downloads = `${cache.path}/downloads`;
  await Deno.mkdir(downloads);
  await archive.download("Trying", suite.name, [smallest], downloads);
  const [file, ...others] = await Array.fromAsync(Deno.readDir(downloads), ({ name }) => name);
  assertEquals(others, []);
  assert(file?.startsWith(`${smallest.name}_`));
  assertEquals((await Deno.stat(`${downloads}/${file}`)).size, smallest.bytes);
});

archiveTest("an archive goes on without a suite that fails, and names it", async () => {
  await using cache = await temporaryFolder();
  const archive = new Archive({ cache: cache.path });
  assertEquals(await archive.refresh([NONE, ...SMALL], 60_000), SMALL);
  assertMatch(archive.unasked() ?? "", /^Debian's lists of no-such-suite could not be renewed: ./);
  await assertRejects(
    () => new Archive({ cache: cache.path }).refresh([NONE], 60_000),
    MachineryError,
    "Debian's archive cannot be asked: ",
  );
});

archiveTest("an archive says what is wrong with a download", async () => {
  await using cache = await temporaryFolder();
  const archive = new Archive({ cache: cache.path });
  await archive.refresh(SMALL, 60_000);
  const none = { name: "linux-image-0.0.1-amd64", version: "0.0.1-1" };
  await assertRejects(
    () => archive.download("Cannot fetch it", "bookworm-security", [none], cache.path),
    MachineryError,
    "Cannot fetch it: Unable to locate package linux-image-0.0.1-amd64; check the network",
  );
});

archiveTest("an archive stops when it is aborted", async () => {
  await using cache = await temporaryFolder();
  const abort = new AbortController();
  const archive = new Archive({
    cache: cache.path,
    signal: abort.signal,
    onEvent: () => abort.abort(new Error("stopped")),
  });
  await assertRejects(() => archive.refresh(SUITES, 60_000), Error, "stopped");
});
