import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  analyze,
  decodeItems,
  type EXIT_CODES,
  renderJson,
  renderText,
  splitLines,
} from "headcount";

import { readReport } from "../cli/recording_file.ts";

const FOLDER = new URL("./fixtures/recordings/", import.meta.url);
/** Those that were recorded with --zstd. */
const COMPRESSED: readonly string[] = [
  "calls-linux-5.10-gup-test",
  "mail-linux-5.10-get",
  "mail-linux-5.10-pin",
  "mail-linux-5.10-rfc-get",
  "mail-linux-5.10-rfc-pin",
  "series-linux-5.10",
  "series-linux-5.10-rfc",
];
const UPDATE = Deno.env.get("UPDATE_REPORTS") === "1";

const VERDICTS: Readonly<Record<string, keyof typeof EXIT_CODES>> = {
  "calls-debian-6.1-2M": "per-page",
  "calls-debian-7.3-2M": "once",
  "calls-debian-7.3-lost": "undecided",
  "calls-linux-5.10-gup-test": "per-page",
  "calls-linux-5.10-rfc-gup-test": "once",
  "calls-linux-7.3-scattered": "once",
  "debian-6.1-1G": "per-page",
  "debian-6.1-2M": "per-page",
  "debian-6.1-4K": "once",
  "interrupted-6.1": "undecided",
  "linux-5.10-2M": "per-page",
  "linux-5.10-rfc-2M": "once",
  "linux-7.3-2M": "once",
  "linux-7.3-4K": "once",
  "mail-linux-5.10-get": "per-page",
  "mail-linux-5.10-pin": "per-page",
  "mail-linux-5.10-rfc-get": "once",
  "mail-linux-5.10-rfc-pin": "once",
  "puts-debian-5.10-2M": "per-page",
  "puts-debian-6.1-2M": "per-page",
  "puts-debian-6.12-2M": "per-page",
  "puts-debian-6.16-2M": "undecided",
  "puts-debian-7.3-2M": "once",
  "puts-linux-5.10-rfc-2M": "once",
  "puts-linux-7.3-4K": "once",
  "puts-linux-7.3-io-uring-held": "undecided",
  "series-linux-5.10": "per-page",
  "series-linux-5.10-rfc": "once",
  "sizes-linux-5.10-rfc": "once",
  "sizes-linux-7.3": "once",
  "stacks-debian-6.1-2M": "per-page",
  "ways-debian-6.12-process-vm": "undecided",
  "ways-linux-7.3-io-uring": "undecided",
};

async function reportOf(name: string) {
  if (COMPRESSED.includes(name)) return await readReport(fileURLToPath(new URL(name, FOLDER)));
  const file = await Deno.open(new URL(`${name}/recording.jsonl`, FOLDER));
  return await analyze(decodeItems(splitLines(file.readable)));
}

async function expected(name: string, file: string, text: string): Promise<string> {
  const url = new URL(`${name}/${file}`, FOLDER);
  if (UPDATE) await Deno.writeTextFile(url, text);
  return await Deno.readTextFile(url);
}

Deno.test("every fixture has its verdict listed", async () => {
  const names = await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name);
  assertEquals(names.sort(), Object.keys(VERDICTS));
});

for (const [name, verdict] of Object.entries(VERDICTS)) {
  Deno.test(`${name}: the recording gives the report that is kept beside it`, async () => {
    const report = await reportOf(name);
    const json = `${renderJson(report)}\n`;
    const text = renderText(report, { width: 80, colour: false });
    assertEquals(report.verdict, verdict);
    assertEquals(json, await expected(name, "report.json", json));
    assertEquals(text, await expected(name, "report.txt", text));
  });
}

Deno.test("debian-6.1-2M: 512 grabs of one reference on one head of order 9", async () => {
  const { totals, roles, ledger } = await reportOf("debian-6.1-2M");
  assertEquals(totals.pages, 512);
  assertEquals(totals.grabs, 512);
  assertEquals(totals.refs, 512);
  assertEquals(totals.leastGrabs, 3);
  assertEquals(totals.pgmapLookups, 512);
  assertEquals(totals.heads, 1);
  assertEquals(totals.headOrders, { "9": 1 });
  assertEquals(roles.grabOne?.function, "try_grab_page");
  assertEquals(ledger.clean, true);
});

Deno.test("the RFC's change turns 512 grabs into one a call, on the same kernel source", async () => {
  const [before, after] = await Promise.all([
    reportOf("linux-5.10-2M"),
    reportOf("linux-5.10-rfc-2M"),
  ]);
  assertEquals([before.totals.grabs, before.totals.pgmapLookups], [512, 512]);
  assertEquals([after.totals.grabs, after.totals.pgmapLookups], [3, 3]);
  assertEquals(after.totals.refs, before.totals.refs);
});

Deno.test("512 grabs of one reference are put by one put of 512, or unseen where they are gets", async () => {
  const of = async (name: string) => (await reportOf(name)).putSide;
  assertEquals((await of("puts-debian-6.12-2M")).puts, 1);
  assertEquals((await of("puts-debian-6.12-2M")).pins, { taken: 512, put: 512, surplus: 0 });
  assertEquals((await of("puts-debian-7.3-2M")).puts, 3);
  assertEquals([(await of("puts-debian-6.1-2M")).puts, (await of("puts-debian-6.1-2M")).gets.put], [
    0,
    null,
  ]);
  assertEquals((await of("puts-linux-5.10-rfc-2M")).gets, { taken: 512, put: 512 });
});

Deno.test("pieces of all sizes and starts take a grab for each leaf of each call", async () => {
  for (const name of ["sizes-linux-5.10-rfc", "sizes-linux-7.3"]) {
    const { totals, ledger } = await reportOf(name);
    // 24 pieces, 8 of which begin within a page and touch one more for it.
    const pages = 6 * (1 + 123 + 512 + 513) + 8;
    assertEquals([totals.pages, totals.refs, totals.calls], [pages, pages, 48]);
    assertEquals([totals.grabs, totals.leastGrabs, ledger.allMovedSeen], [64, 64, true]);
  }
});

Deno.test("a recording that is cut off at any byte is readable up to there, and never once", async () => {
  const bytes = await Deno.readFile(new URL("linux-7.3-2M/recording.jsonl", FOLDER));
  const header = bytes.indexOf(10) + 1;
  for (let end = header; end < bytes.length - 1; end += 97) {
    const cut = ReadableStream.from([bytes.subarray(0, end)]);
    const report = await analyze(decodeItems(splitLines(cut)));
    assertEquals(report.verdict, "undecided", `cut at byte ${end}`);
  }
});
