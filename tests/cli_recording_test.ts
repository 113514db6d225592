import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { renderJson } from "headcount";
import { plainAnalyze } from "../cli/analyze.ts";
import { createRecording, readReport, RECORDING_FILES } from "../cli/recording_file.ts";
import { generateRecording } from "./bench/recording.ts";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

const FIXTURE = `${ROOT}tests/fixtures/recordings/linux-7.3-2M/recording.jsonl`;
const TEXT = [...generateRecording(20_000)].join("");
const CHECKSUM = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

Deno.test("plainAnalyze() leaves all that is not plain to the parser", () => {
  assertEquals(plainAnalyze(["analyze", "x"]), { recording: "x", json: false });
  assertEquals(plainAnalyze(["analyze", "-", "--json"]), { recording: "-", json: true });
  for (
    const others of [
      [],
      ["x"],
      ["trace", "x"],
      ["analyze"],
      ["analyze", "--json"],
      ["analyze", "x", "y"],
      ["analyze", "--help"],
      ["analyze", "x", "-h"],
      ["analyze", "--", "x"],
      ["--json", "analyze", "x"],
    ]
  ) {
    assertEquals(plainAnalyze(others), undefined, others.join(" "));
  }
});

Deno.test("analyze does the same with its arguments parsed", async () => {
  const plain = await runTask(["analyze", "--json", FIXTURE]);
  assertEquals(await runTask(["analyze", "--json", "--", FIXTURE]), plain);
});

Deno.test("readReport() reads a compressed recording as it does the plain one", async () => {
  await using folder = await temporaryFolder();
  const expected = renderJson(await readReport(FIXTURE));
  const compressed = zstdCompressSync(await Deno.readFile(FIXTURE));
  await Deno.writeFile(join(folder.path, RECORDING_FILES.zstd), compressed);
  assertEquals(renderJson(await readReport(folder.path)), expected);
  assertEquals(renderJson(await readReport(join(folder.path, RECORDING_FILES.zstd))), expected);
});

Deno.test("readReport() reads a compressed recording up to where it was cut off", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, RECORDING_FILES.zstd);
  const compressed = zstdCompressSync(TEXT);
  const whole = 100_000;
  await Deno.writeFile(file, compressed);
  const { verdict, totals } = await readReport(file);
  assertEquals(verdict, "once");
  await Deno.writeFile(file, compressed.subarray(0, Math.min(whole, compressed.length >> 1)));
  const cut = await readReport(file);
  assertEquals([cut.verdict, cut.ledger.end.kind], ["undecided", "cut off"]);
  assertEquals(cut.totals.calls > 0 && cut.totals.calls < totals.calls, true);
});

Deno.test("readReport() takes a compressed recording that is damaged for one that was cut off", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, RECORDING_FILES.zstd);
  const compressed = zstdCompressSync(TEXT, CHECKSUM);
  for (const place of [compressed.length >> 2, compressed.length >> 1, compressed.length - 100]) {
    const damaged = Uint8Array.from(compressed);
    damaged[place] = (damaged[place] ?? 0) ^ 0xff;
    await Deno.writeFile(file, damaged);
    const { verdict, ledger } = await readReport(file);
    assertEquals([verdict, ledger.end.kind], ["undecided", "cut off"], `byte ${place}`);
  }
});

Deno.test("readReport() refuses what is compressed but no recording", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "notes.zst");
  await Deno.writeFile(file, zstdCompressSync("no recording\n"));
  await assertRejects(() => readReport(file), SyntaxError, "its first line is no header");
});

for (const compressed of [false, true]) {
  const how = compressed ? "compressed" : "plain";
  Deno.test(`createRecording() writes a ${how} recording that can be read while it grows`, async () => {
    await using folder = await temporaryFolder();
    const lines = TEXT.split("\n").slice(0, 3000).map((line) => `${line}\n`);
    {
      await using recording = await createRecording(folder.path, compressed);
      for (const line of lines) await recording.write(line);
      // As a killed process would leave it, after what waits was written.
      await new Promise((resolve) => setTimeout(resolve, compressed ? 1200 : 0));
      const { ledger, totals } = await readReport(folder.path);
      assertEquals([ledger.end.kind, totals.calls > 1000], ["cut off", true]);
    }
    const report = await readReport(folder.path);
    const names = await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name);
    assertEquals(names, [compressed ? RECORDING_FILES.zstd : RECORDING_FILES.plain]);
    assertEquals(report.ledger.unreadable, 0);
  });
}

Deno.test("analyze - reads standard input, compressed or not", async () => {
  const expected = await Deno.readTextFile(FIXTURE.replace("recording.jsonl", "report.txt"));
  const plain = await Deno.readFile(FIXTURE);
  for (const bytes of [plain, zstdCompressSync(plain)]) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "analyze", "-"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(bytes);
    await writer.close();
    const { code, stdout } = await child.output();
    assertEquals([code, new TextDecoder().decode(stdout)], [0, expected]);
  }
});
