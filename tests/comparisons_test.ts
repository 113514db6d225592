/** What compare and mail print of recordings of real kernels. */

import { assert, assertEquals } from "@std/assert";
import { checkMail, compareRecordings, renderComparison, renderMail, type Report } from "headcount";
import { reportOf } from "./support/fixture.ts";

const FOLDER = new URL("./fixtures/comparisons/", import.meta.url);
const UPDATE = Deno.env.get("UPDATE_REPORTS") === "1";

/** Recordings of both sides, by what their comparison is called. */
const PAIRS: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  "debian-6.12-7.3": [["puts-debian-6.12-2M"], ["puts-debian-7.3-2M"]],
  "linux-5.10-rfc": [
    ["mail-linux-5.10-get", "mail-linux-5.10-pin"],
    ["mail-linux-5.10-rfc-get", "mail-linux-5.10-rfc-pin"],
  ],
};

async function expected(file: string, text: string): Promise<string> {
  const url = new URL(file, FOLDER);
  if (UPDATE) await Deno.writeTextFile(url, text);
  return await Deno.readTextFile(url);
}

for (const [name, [before, after]] of Object.entries(PAIRS)) {
  const read = async (): Promise<readonly [Report[], Report[]]> => [
    await Promise.all(before.map(reportOf)),
    await Promise.all(after.map(reportOf)),
  ];

  Deno.test(`${name}: compare prints what is kept`, async () => {
    const compared = compareRecordings(...await read(), { emulatedTimes: true });
    assert(compared.kind === "comparison");
    const text = renderComparison(compared, { width: 80, colour: false });
    assertEquals(text, await expected(`${name}.compare.txt`, text));
  });

  Deno.test(`${name}: mail prints what is kept, and it passes its check quoted or not`, async () => {
    const mail = renderMail(...await read(), { emulatedTimes: true });
    assert(typeof mail === "string");
    assertEquals(mail, await expected(`${name}.mail.txt`, mail));
    assertEquals(checkMail(mail), []);
    for (const line of mail.split("\n")) assert(`> > ${line}`.length <= 80, line);
  });
}

Deno.test("the RFC's table: get and pin, ten samples a side and more, in one table", async () => {
  const mail = await Deno.readTextFile(new URL("linux-5.10-rfc.mail.txt", FOLDER));
  const rows = mail.split("\n").map((line) => line.trim().split(/\s+/));
  for (const part of ["get", "put", "pin", "unpin"]) {
    const row = rows.findIndex(([name, side]) => name === part && side === "before");
    assert(row > 0, part);
    assert(Number(rows[row]?.[2]) >= 10 && Number(rows[row + 1]?.[1]) >= 10, part);
  }
  assertEquals(mail.match(/per-page -> once: 163840 -> 320 grabs/g)?.length, 2);
});
