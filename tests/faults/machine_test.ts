/** What goes wrong with the machine that headcount runs on, provoked for real. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { finish, runTask, startTrace, temporaryFolder } from "../support/cli.ts";
import { growsTo, lacksMounts, traceWithin } from "../support/faults.ts";
import { guestTest, leftoversAtRest, testUnless } from "../support/guest.ts";

/** Many calls, so that a fault comes in the middle of them. */
const LONG = ["--align", "1G", "--size", "1G"];

testUnless(lacksMounts, "a full disk ends a trace, and what was recorded is readable", async () => {
  await using folder = await temporaryFolder();
  const place = { folder: `${folder.path}/disk`, options: "size=100k" };
  await Deno.mkdir(place.folder);
  const out = `${place.folder}/recording`;
  const { code, stdout, stderr } = await traceWithin(
    place,
    ["--out", out, ...LONG],
    { TMPDIR: folder.path },
    `deno task -q analyze "${out}"`,
  );
  assertEquals(code, 69, stderr);
  assertMatch(stderr, /^The recording so far is kept in/m);
  assertMatch(stderr, /Cannot write the recording in ".*": No space left .*; --out takes another/);
  assertMatch(stdout, /^undecided: the recording was cut off: it has no footer\./);
  assertEquals(await leftoversAtRest(folder.path), []);
});

testUnless(lacksMounts, "a TMPDIR without space is named when the guest dies of it", async () => {
  await using folder = await temporaryFolder();
  const place = { folder: `${folder.path}/tmp`, options: "size=64k" };
  await Deno.mkdir(place.folder);
  const { code, stdout, stderr } = await traceWithin(
    place,
    ["--out", `${folder.path}/recording`],
    { TMPDIR: place.folder },
    `ls -A "${place.folder}"`,
  );
  assertEquals([code, stdout], [69, ""], stderr);
  assertMatch(
    stderr,
    /The guest is gone: QEMU .* no space left .* in "[^"]*\/tmp"; TMPDIR takes another/,
  );
  assertEquals(await leftoversAtRest(folder.path), []);
});

testUnless(lacksMounts, "a home that cannot be written to is told, with the way on", async () => {
  await using folder = await temporaryFolder();
  const place = { folder: `${folder.path}/home`, options: "ro" };
  await Deno.mkdir(place.folder);
  const { DENO_DIR = `${Deno.env.get("HOME")}/.cache/deno` } = Deno.env.toObject();
  const { code, stdout, stderr } = await traceWithin(
    place,
    ["--out", `${folder.path}/recording`],
    { HOME: place.folder, XDG_CACHE_HOME: "", TMPDIR: folder.path, DENO_DIR },
  );
  assertEquals([code, stdout], [69, ""], stderr);
  assertMatch(stderr, /it cannot be written to; make it writable, or set XDG_CACHE_HOME/);
});

guestTest("a TMPDIR that is not there is named", async () => {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/recording`;
  const { code, stderr } = await runTask(["trace", "--out", out], {
    TMPDIR: `${folder.path}/none`,
  });
  assertEquals(code, 69, stderr);
  assertMatch(stderr, /Cannot make a temporary folder for the guest: .*; TMPDIR takes another/);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

guestTest("a recording whose folder is removed meanwhile is no recording", async () => {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/recording`;
  const child = await startTrace(["--out", out, ...LONG], { TMPDIR: folder.path });
  await growsTo(`${out}/recording.jsonl`, 10_000);
  await Deno.remove(out, { recursive: true });
  const { code, stdout, stderr } = await finish(child);
  assertEquals([code, stdout], [69, ""], stderr);
  assertStringIncludes(stderr, `The recording is gone: "${out}" was removed while it was made`);
  assertEquals(await leftoversAtRest(folder.path), []);
});

guestTest("two traces at once do not meet", async () => {
  await using folder = await temporaryFolder();
  const ended = await Promise.all(["a", "b"].map(async (name) => {
    const args = ["--quiet", "--out", `${folder.path}/${name}`];
    return await finish(await startTrace(args, { TMPDIR: folder.path }));
  }));
  for (const { code, stdout, stderr } of ended) {
    assertEquals(code, 1, stderr);
    assertMatch(stdout, /^per-page: 512 grabs for 512 pages/);
  }
  assertEquals(await leftoversAtRest(folder.path), []);
});
