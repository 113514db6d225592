import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runTask, temporaryFolder } from "./support/cli.ts";
import { textOf } from "./support/page.ts";

const RECORDINGS = "tests/fixtures/recordings";

Deno.test("report writes a page of one recording, with the program that lies beside it", async () => {
  await using folder = await temporaryFolder();
  const recording = `${folder.path}/made`;
  await Deno.mkdir(recording);
  await Deno.copyFile(`${RECORDINGS}/linux-7.3-2M/recording.jsonl`, `${recording}/recording.jsonl`);
  await Deno.writeTextFile(`${recording}/headcount.bt`, "BEGIN { changed < 1 }\n");
  for (const argument of [recording, `${recording}/recording.jsonl`]) {
    const file = `${folder.path}/page.html`;
    const { code, stdout, stderr } = await runTask(["report", argument, "--html", file]);
    assertEquals([code, stdout, stderr], [0, "", ""]);
    const text = textOf(await Deno.readTextFile(file));
    assertStringIncludes(text, "BEGIN { changed < 1 }");
    assertStringIncludes(text, "it was changed since");
  }
});

Deno.test("report reads what is compressed, and writes to standard output", async () => {
  const { code, stdout } = await runTask([
    ...["report", `${RECORDINGS}/series-linux-5.10`, `${RECORDINGS}/series-linux-5.10-rfc`],
    ...["--html", "-"],
  ]);
  assertEquals(code, 0);
  assertStringIncludes(textOf(stdout), "512x fewer");
});

Deno.test("report refuses what is not alike, unless that is forced", async () => {
  const args = ["report", `${RECORDINGS}/debian-6.1-2M`, `${RECORDINGS}/debian-6.1-1G`];
  const refused = await runTask([...args, "--html", "-"]);
  assertEquals([refused.code, refused.stdout], [3, ""]);
  assertStringIncludes(refused.stderr, "not alike");
  assertEquals((await runTask([...args, "--html", "-", "--force"])).code, 0);
});

Deno.test("report says what it cannot do", async () => {
  const recording = `${RECORDINGS}/linux-7.3-2M`;
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[recording], "--html"],
    [[recording, "--html", "no/such/folder/page.html"], 'Cannot write the page "no/such'],
    [[`${RECORDINGS}/none`, "--html", "-"], "there is no"],
    [[...Array<string>(7).fill(recording), "--html", "-"], "6 at most"],
    [["-", "-", "--html", "-"], "can be given once"],
  ];
  for (const [args, words] of cases) {
    const { code, stdout, stderr } = await runTask(["report", ...args]);
    assertEquals([code, stdout], [64, ""], words);
    assert(stderr.includes(words), stderr);
  }
});
