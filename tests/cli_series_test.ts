import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { identifyKernel } from "headcount";
import { keptCell, writeNote } from "../cli/series_cell.ts";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";
import { readKtap } from "./support/ktap.ts";

/** Arguments, what is said of them on standard error. */
const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /required option '--kernels <list>' not specified/],
  [["--kernels", "7.3", "--kernel", "7.3"], /one kernel of a series: --kernels takes a list/],
  [["--kernels", "7.3", "--align", "2M"], /one align of a series: --aligns takes a list/],
  [["--kernels", "7.3", "--target", "local"], /A series is made in guests/],
  [["--kernels", "7.3", "--modules", "x"], /NAME=PATH,modules=DIR/],
  [["--kernels", "7.3", "--aligns", "2M,3M"], /"3M" is none of 4K, 2M and 1G/],
  [["--kernels", "7.3", "--batches", "1,0"], /--batches.*whole number from 1 on/],
  [["--kernels", "7.3", "--batches", "1,1"], /--batches.*Give each once/],
  [["--kernels", "7.3", "--workload", "gup-test -an4"], /cannot say -n: --batches does/],
  [["--kernels", "7.3", "--workload", "nothing"], /no workload "nothing"/],
  [["--kernels", "7.3", "--expect", "7.2=once"], /"7\.2" is none of the kernels: 7\.3/],
  [["--kernels", "7.3", "--expect", "undecided"], /"undecided" cannot be expected, only once/],
  [["--kernels", "7.3", "--save", "table.doc"], /--save.*ending says the format: \.txt, \.md/],
];

for (const [args, said] of REFUSED) {
  Deno.test(`series ${args.join(" ")} is refused with a way on`, async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, "out");
    const { code, stdout, stderr } = await runTask(["series", "--out", out, ...args]);
    assertMatch(stderr, said);
    assertEquals([stdout, code], ["", 64]);
    assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
  });
}

Deno.test("series --help fits a terminal of 80 columns and tells the exit codes", async () => {
  const { code, stdout } = await runTask(["series", "--help"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "69 a cell failed");
  assertEquals(stdout.split("\n").filter((line) => line.length > 80), []);
});

/** Recordings that stand for cells of two kernels. */
const CELLS = { base: "puts-debian-6.12-2M", rfc: "puts-linux-5.10-rfc-2M" } as const;

/** A folder with images that are none, and a series of them that is complete. */
async function madeSeries() {
  const folder = await temporaryFolder();
  const out = join(folder.path, "out");
  for (const [name, recording] of Object.entries(CELLS)) {
    const image = join(folder.path, name);
    await Deno.writeTextFile(image, `the kernel ${name}`);
    const cell = join(out, name, "2M-512");
    await Deno.mkdir(cell, { recursive: true });
    await Deno.copyFile(
      `${ROOT}tests/fixtures/recordings/${recording}/recording.jsonl`,
      join(cell, "recording.jsonl"),
    );
    await writeNote(cell, { made: await makings(image) });
  }
  const kernels = Object.keys(CELLS).map((name) => `${name}=${join(folder.path, name)}`).join(",");
  return {
    path: folder.path,
    cell: (name: keyof typeof CELLS) => join(out, name, "2M-512"),
    run: (...options: readonly string[]) =>
      runTask([
        ...["series", "--out", out, "--kernels", kernels, "--aligns", "2M", "--batches", "512"],
        ...["--workload", "direct-io", ...options],
      ]),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function makings(image: string) {
  const { sha256 } = await identifyKernel("", image);
  return {
    ...{ "kernel image": sha256, "command line": "", workload: "direct-io -n 512" },
    ...{ align: 2 ** 21, bytes: 2 ** 21, map: "dev", cpus: 2, memory: 2 ** 31 },
    ...{ bpftrace: "installed", page_ref: true, "check of pages": false },
  };
}

Deno.test("series makes nothing again that is complete, and no guest for it", async () => {
  await using made = await madeSeries();
  const { code, stdout, stderr } = await made.run();
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^\[1\/2\] base 2M 512: kept\n\[2\/2\] rfc 2M 512: kept\nRecorded in .*\n$/);
  const lines = stdout.split("\n");
  assertMatch(lines[3] ?? "", /^base +2M +512 +per-page +1 +256 to 1 +512 +1$/);
  assertMatch(lines[4] ?? "", /^rfc +2M +512 +once +256 to 1 +1 +3 +512 refs$/);
});

Deno.test("series says in its exit code, in KTAP and in files whether all is as expected", async () => {
  await using made = await madeSeries();
  const saved = ["table.md", "series.xml", "series.json"].map((name) => join(made.path, name));
  const { code, stdout } = await made.run(
    ...["--format", "ktap", "--expect", "once", ...saved.flatMap((path) => ["--save", path])],
  );
  assertEquals(code, 1);
  assertEquals(readKtap(stdout).map(({ ok, name }) => [name, ok]), [["base", false], [
    "rfc",
    true,
  ]]);
  const [table, xml, json] = await Promise.all(saved.map((path) => Deno.readTextFile(path)));
  assertStringIncludes(table ?? "", "| base | 2M | 512 | per-page |");
  assertStringIncludes(xml ?? "", '<testsuite name="base" tests="1" failures="1"');
  const { format, rows } = JSON.parse(json ?? "");
  assertEquals([format, rows[0].outcome, rows[1].outcome], [
    ...["headcount.series/1", "unexpected", "ok"],
  ]);
  const { code: asExpected } = await made.run("--expect", "base=per-page,rfc=once");
  assertEquals(asExpected, 0);
});

Deno.test("series makes a cell again whose kernel's image changed, and stops for none that fails", async () => {
  await using made = await madeSeries();
  await Deno.writeTextFile(join(made.path, "base"), "another kernel, which cannot be booted");
  const { code, stdout, stderr } = await made.run();
  assertStringIncludes(stderr, "[1/2] base 2M 512: is made again: the kernel image changed since");
  assertMatch(stdout, /^base +2M +512 +failed /m);
  assertMatch(stdout, /^rfc +2M +512 +once /m);
  assertEquals(code, 69);
});

Deno.test("series tells a kernel that is not there, and goes on", async () => {
  await using made = await madeSeries();
  await Deno.remove(join(made.path, "base"));
  const { code, stdout } = await made.run();
  assertMatch(
    stdout.replaceAll(/\s+/g, " "),
    /base 2M 512: cannot boot ".*": there is no such file/,
  );
  assertMatch(stdout, /^rfc +2M +512 +once /m);
  assertEquals(code, 69);
});

Deno.test("one series at a time is made in a folder", async () => {
  await using made = await madeSeries();
  using lock = await Deno.open(join(made.path, "out", ".lock"), { create: true, write: true });
  await lock.lock(true);
  const { code, stderr } = await made.run();
  assertMatch(stderr, /Another series is being made in/);
  assertEquals(code, 64);
});

const NO_TIMES = { rounds: 1, emulated: false };

Deno.test("keptCell() keeps what is complete and made of the same", async () => {
  await using made = await madeSeries();
  const makings = { "kernel image": "00", workload: "direct-io" };
  const folder = made.cell("base");
  await writeNote(folder, { made: makings });
  assertEquals((await keptCell(folder, makings, NO_TIMES)).kind, "measured");
  assertEquals(await keptCell(folder, { ...makings, workload: "gup-test" }, NO_TIMES), {
    kind: "again",
    why: "the workload changed since",
  });
  assertEquals(await keptCell(folder, makings, { rounds: 1, emulated: true }), {
    kind: "again",
    why: "its times were not taken, or less often",
  });
  await writeNote(folder, { made: makings, rounds: 1 });
  assertEquals((await keptCell(folder, makings, { rounds: 1, emulated: true })).kind, "measured");
  await writeNote(folder, { made: makings, lacks: "no CONFIG_GUP_TEST" });
  assertEquals(await keptCell(folder, makings, NO_TIMES), {
    kind: "lacking",
    why: "no CONFIG_GUP_TEST",
  });
});

Deno.test("keptCell() keeps no recording that was cut off anywhere, and none without a note", async () => {
  await using made = await madeSeries();
  const makings = { "kernel image": "00" };
  const folder = made.cell("rfc");
  await writeNote(folder, { made: makings });
  const text = await Deno.readTextFile(join(folder, "recording.jsonl"));
  const lines = text.trimEnd().split("\n");
  const cuts = ["", text.slice(0, 40), `${lines.slice(0, -1).join("\n")}\n`, text.slice(0, -30)];
  for (const cut of cuts) {
    await Deno.writeTextFile(join(folder, "recording.jsonl"), cut);
    assertEquals(await keptCell(folder, makings, NO_TIMES), {
      kind: "again",
      why: "its recording is not complete",
    }, String(cut.length));
  }
  await Deno.remove(join(folder, "cell.json"));
  assertEquals(await keptCell(folder, makings, NO_TIMES), { kind: "again" });
  assertEquals(await keptCell(join(folder, "none"), makings, NO_TIMES), { kind: "again" });
});
