import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Comparison, Unlike } from "headcount";
import { join } from "node:path";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const RECORDINGS = `${ROOT}tests/fixtures/recordings`;
const BEFORE = `${RECORDINGS}/linux-5.10-2M`;
const AFTER = `${RECORDINGS}/linux-5.10-rfc-2M`;
const OTHER = `${RECORDINGS}/debian-6.1-1G`;

Deno.test("compare: two recordings, as text and as JSON", async () => {
  const text = await runTask(["compare", BEFORE, AFTER]);
  assertEquals([text.code, text.stderr], [0, ""]);
  assertStringIncludes(
    text.stdout,
    "per-page -> once: 512 -> 3 grabs for 512 pages (171x fewer)\n",
  );
  const json = await runTask(["compare", "--json", BEFORE, AFTER]);
  const compared: Comparison = JSON.parse(json.stdout);
  assertEquals([compared.kind, compared.format], ["comparison", "headcount.comparison/1"]);
  assertEquals(compared.workloads.map(({ patched }) => patched.verdict), ["once"]);
});

Deno.test("compare refuses what is not alike with a code of its own, and says what", async () => {
  const refused = await runTask(["compare", BEFORE, OTHER]);
  assertEquals([refused.code, refused.stdout], [3, ""]);
  assertMatch(refused.stderr, /align +2 MiB +1 GiB/);
  const json = await runTask(["compare", "--json", BEFORE, OTHER]);
  const unlike: Unlike = JSON.parse(json.stdout);
  assertEquals([json.code, unlike.kind, unlike.differences.length], [3, "unlike", 1]);
  const forced = await runTask(["compare", "--force", BEFORE, OTHER]);
  assertEquals(forced.code, 0);
  assertStringIncludes(forced.stdout, "NOT ALIKE");
});

Deno.test("compare exits with 2 where a side is undecided", async () => {
  const lost = `${RECORDINGS}/calls-debian-7.3-lost`;
  const { code, stdout } = await runTask(["compare", lost, lost]);
  assertEquals(code, 2);
  assertStringIncludes(stdout, "is undecided");
});

Deno.test("several recordings of a side: by commas, and all of a folder", async () => {
  await using folder = await temporaryFolder();
  for (const name of ["b", "a"]) {
    await Deno.mkdir(join(folder.path, name));
    await Deno.copyFile(`${AFTER}/recording.jsonl`, join(folder.path, name, "recording.jsonl"));
  }
  await Deno.mkdir(join(folder.path, "no recording"));
  const of = async (side: string): Promise<number | undefined> => {
    const { stdout, stderr } = await runTask(["compare", "--json", BEFORE, side]);
    assert(stdout !== "", stderr);
    const compared: Comparison = JSON.parse(stdout);
    return compared.workloads[0]?.patched.reports.length;
  };
  assertEquals(await of(folder.path), 2);
  assertEquals(await of(`${AFTER},${AFTER},${folder.path}/a`), 3);
});

Deno.test("a recording comes from standard input, and only once", async () => {
  const command = new Deno.Command("sh", {
    args: ["-c", `deno task -q compare "$0" - <"$1/recording.jsonl"`, BEFORE, AFTER],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { code, stdout } = await command.output();
  assertEquals(code, 0);
  assertStringIncludes(new TextDecoder().decode(stdout), "per-page -> once");
  const twice = await runTask(["compare", "-", "-"]);
  assertEquals(twice.code, 64);
  assertStringIncludes(twice.stderr, "Standard input is one recording");
});

Deno.test("recordings that are not there are named", async () => {
  for (const task of ["compare", "mail"]) {
    const { code, stderr } = await runTask([task, BEFORE, `${AFTER},none`]);
    assertEquals(code, 64);
    assertStringIncludes(stderr, 'Cannot read the recording "none"');
  }
  const { code, stderr } = await runTask(["compare", BEFORE, `${ROOT}docs`]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "the folder holds none");
  assertEquals((await runTask(["compare", BEFORE, `${AFTER},`])).code, 64);
});

Deno.test("mail: what it prints passes --check; a text that does not is told line by line", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "mail.txt");
  const mail = await runTask(["mail", BEFORE, AFTER]);
  assertEquals([mail.code, mail.stderr], [0, ""]);
  await Deno.writeTextFile(file, mail.stdout);
  assertEquals(await runTask(["mail", "--check", file]), { code: 0, stdout: "", stderr: "" });
  await Deno.writeTextFile(file, `fine\n${"x".repeat(73)}\n75k -> 3 us\n`);
  const checked = await runTask(["mail", "--check", file]);
  assertEquals(checked.code, 1);
  assertEquals(checked.stdout, `${file}:2: too long: 73 columns, at most 72\n`);
});

Deno.test("mail refuses what is not alike, and what it cannot do", async () => {
  assertEquals((await runTask(["mail", BEFORE, OTHER])).code, 3);
  const nothing = await runTask(["mail"]);
  assertEquals(nothing.code, 64);
  assertStringIncludes(nothing.stderr, "There is nothing to mail");
  assertEquals((await runTask(["mail", "--check", "none"])).code, 64);
  assertEquals((await runTask(["mail", "--check", "x", BEFORE])).code, 64);
});
