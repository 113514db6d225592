import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const FILE = `${ROOT}tests/fixtures/histograms/bpftrace-0.27.1-values.txt`;

Deno.test("histogram prints what bpftrace counted, in as many columns as it is told", async () => {
  const { code, stdout, stderr } = await runTask(["histogram", FILE, "--columns", "60"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.match(/^@.*$/gm)?.slice(0, 4), ["@h", "@big", "@h", "@k[write,andmore]"]);
  assertStringIncludes(stdout, "\n  [512, 1K)             2 |@@@");
  assertEquals(Math.max(...stdout.split("\n").map((line) => line.length)), 60);
});

Deno.test("histogram --to markdown, json and svg print the same", async () => {
  const [markdown, json, svg] = await Promise.all(
    ["markdown", "json", "svg"].map((to) => runTask(["histogram", FILE, "--to", to])),
  );
  assertStringIncludes(markdown?.stdout ?? "", "**`@n`**\n\n| bucket | count | share |\n");
  const found: { name: string; key?: string; histogram: unknown[] }[] = JSON.parse(
    json?.stdout ?? "",
  );
  const below = found.find(({ name }) => name === "@n")?.histogram[0];
  assertEquals(below, { lo: null, hi: 0, count: 2 });
  assertEquals(found.find(({ key }) => key === "1,x")?.histogram, [{ lo: 2, hi: 4, count: 1 }]);
  assertMatch(svg?.stdout ?? "", /^<svg [^]*<\/svg>\n$/);
});

Deno.test("histogram says what is wrong with a file, and where", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/printed`;
  const said = async (text: string): Promise<string> => {
    await Deno.writeTextFile(file, text);
    const { code, stdout, stderr } = await runTask(["histogram", file]);
    assertEquals([code, stdout], [64, ""]);
    return stderr;
  };
  assertMatch(
    await said('{"type": "map", "data": {"@c": 1}}\n'),
    /no histogram in .*bpftrace -f json/,
  );
  assertMatch(await said('\n{"type": "hist", "data": {"@h": ['), /line 2: .*cut off/);
  assertMatch((await runTask(["histogram", "/no/such"])).stderr, /Cannot read "\/no\/such"/);
});
