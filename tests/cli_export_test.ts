import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const RECORDING = `${ROOT}tests/fixtures/recordings/calls-debian-6.1-2M`;
const COMPRESSED = `${ROOT}tests/fixtures/recordings/calls-linux-5.10-gup-test`;

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

for (const to of ["csv", "parquet"]) {
  Deno.test(`export --to ${to} writes three tables, and writes over nothing`, async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, "new", "tables");
    const args = ["export", RECORDING, "--to", to, "--out", out];
    assertEquals(await runTask(args), { code: 0, stdout: "", stderr: "" });
    assertEquals(await names(out), [`calls.${to}`, `puts.${to}`, `runs.${to}`]);
    const again = await runTask(args);
    assertMatch(again.stderr, /calls\.(csv|parquet)" is there already; give another --out/);
    assertEquals(again.code, 64);
  });
}

Deno.test("export --to perfetto writes one file, of compressed recordings as well", async () => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, "trace.json");
  const { code } = await runTask(["export", COMPRESSED, "--to", "perfetto", "--out", out]);
  const trace = JSON.parse(await Deno.readTextFile(out));
  assertEquals(code, 0);
  assertMatch(trace.otherData["headcount.verdict"], /^per-page: /);
});

const STACKS = `${ROOT}tests/fixtures/recordings/stacks-debian-6.1-2M`;

Deno.test("export --to folded writes who pinned how many pages, or made how many calls", async () => {
  await using folder = await temporaryFolder();
  const folded = async (...words: readonly string[]): Promise<string[]> => {
    const out = join(folder.path, `${words.length}.folded`);
    const args = ["export", STACKS, "--to", "folded", "--out", out, ...words];
    assertEquals(await runTask(args), { code: 0, stdout: "", stderr: "" });
    return (await Deno.readTextFile(out)).trimEnd().split("\n");
  };
  const write = "deno;entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_pwrite64;vfs_write;" +
    "blkdev_write_iter;__blkdev_direct_IO;bio_iov_iter_get_pages;iov_iter_get_pages2;" +
    "__iov_iter_get_pages_alloc;internal_get_user_pages_fast";
  const { ledger } = JSON.parse(await Deno.readTextFile(`${STACKS}/report.json`));
  for (
    const [words, name, own] of [[[], "pages", 512], [["--weight", "calls"], "calls", 3]] as const
  ) {
    const lines = await folded(...words);
    assertEquals(lines.filter((line) => line.includes("pwrite")), [`${write} ${own}`]);
    const sum = lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    const law = ledger.laws.find((law: { name: string }) => law.name === name);
    assertEquals(sum, law.kernel);
  }
});

Deno.test("export --to folded says of a recording that was cut off what it lacks", async () => {
  await using folder = await temporaryFolder();
  const cut = join(folder.path, "recording.jsonl");
  const lines = (await Deno.readTextFile(`${STACKS}/recording.jsonl`)).split("\n");
  await Deno.writeTextFile(cut, lines.slice(0, 3).join("\n"));
  const { code, stderr } = await runTask([
    "export",
    cut,
    "--to",
    "folded",
    "--out",
    `${cut}.folded`,
  ]);
  assertMatch(stderr, /it was cut off, and they are told at the end; record it again/);
  assertEquals([code, await names(folder.path)], [64, ["recording.jsonl"]]);
});

Deno.test("examples/verdict_by_sql.ts gives the verdict's numbers", async () => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, "tables");
  await runTask(["export", RECORDING, "--to", "parquet", "--out", out]);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", `${ROOT}examples/verdict_by_sql.ts`, out],
    cwd: ROOT,
  }).output();
  const numbers = Object.fromEntries(
    new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.split(/ +/)),
  );
  const { verdict, totals } = JSON.parse(await Deno.readTextFile(`${RECORDING}/report.json`));
  assertEquals(
    [numbers.seen, +numbers.grabs, +numbers.pages, +numbers.refs, +numbers.least_grabs],
    [verdict, totals.grabs, totals.pages, totals.refs, totals.leastGrabs],
  );
});

const PYTHON = "import duckdb";
const lack = await new Deno.Command("python3", { args: ["-c", PYTHON], stderr: "null" }).output()
  .then(({ success }) => success ? undefined : "no duckdb in python3", () => "no python3");

Deno.test({
  name: `DuckDB reads the same numbers${lack === undefined ? "" : ` (skipped: ${lack})`}`,
  ignore: lack !== undefined,
  fn: async () => {
    await using folder = await temporaryFolder();
    for (const recording of [RECORDING, COMPRESSED]) {
      for (const to of ["parquet", "csv"]) {
        const out = join(folder.path, `${recording.split("/").at(-1)}-${to}`);
        await runTask(["export", recording, "--to", to, "--out", out]);
        const { stdout, stderr } = await new Deno.Command("python3", {
          args: ["-c", DUCKDB, out, to, `${ROOT}examples/verdict_by_sql.sql`],
        }).output();
        assertEquals(new TextDecoder().decode(stderr), "");
        const numbers = JSON.parse(new TextDecoder().decode(stdout));
        const { verdict, totals } = JSON.parse(await Deno.readTextFile(`${recording}/report.json`));
        assertEquals(
          [numbers.seen, numbers.calls, numbers.grabs, numbers.refs, numbers.least_grabs],
          [verdict, totals.calls, totals.grabs, totals.refs, totals.leastGrabs],
        );
        assertEquals(numbers.grabs_of_runs, totals.grabs);
      }
    }
  },
});

const DUCKDB = `
import duckdb, json, sys
folder, to, query = sys.argv[1:]
for table in "calls", "runs", "puts":
    duckdb.sql(f"CREATE VIEW {table} AS FROM '{folder}/{table}.{to}'")
answer = duckdb.sql(open(query).read())
print(json.dumps(dict(zip(answer.columns, answer.fetchone())), default=int))
`;

for (
  const [args, said] of [
    [["-", "--to", "csv", "--out", "x"], /Cannot export standard input: a recording is read twice/],
    [[RECORDING, "--to", "pprof", "--out", "x"], /--to.*Allowed choices are perfetto, csv/],
    [
      [RECORDING, "--to", "folded", "--out", "x"],
      /it was recorded without them; deno task trace --stacks records them/,
    ],
    [[RECORDING, "--to", "csv", "--out", "x", "--weight", "calls"], /is for --to folded only/],
    [[RECORDING, "--to", "csv"], /required option '--out <path>' not specified/],
    [["/no/such", "--to", "csv", "--out", "x"], /there is no "\/no\/such"/],
    [[RECORDING, "--to", "perfetto", "--out", "/no/such/x"], /Cannot write "\/no\/such\/x"/],
  ] as const
) {
  Deno.test(`export ${args.slice(1).join(" ")} is refused with a way on: ${said.source}`, async () => {
    const { code, stdout, stderr } = await runTask(["export", ...args]);
    assertMatch(stderr, said);
    assertEquals([code, stdout], [64, ""]);
  });
}
