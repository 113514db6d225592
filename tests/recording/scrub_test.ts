import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeItems, type RecordingItem, splitLines, startScrub } from "headcount";
import { ROOT, runTask, temporaryFolder } from "../support/cli.ts";

/** What becomes of a text. */
function scrubbed(text: string, ...names: string[]): string {
  const item = startScrub({ names }).scrub({ kind: "unreadable", text });
  return item.kind === "unreadable" ? item.text : "";
}

Deno.test("startScrub() takes out what tells where a recording was made", () => {
  const texts: readonly (readonly [string, string])[] = [
    ["joe@nvbox.lan:22 refused", "USER@HOST refused"],
    ["root=UUID=0a1b2c3d-1111-2222-3333-444455556666 ro", "root=UUID=UUID ro"],
    ["BOOTIF=01-aa-bb-cc-dd-ee-ff", "BOOTIF=MAC"],
    ["ether aa:bb:cc:dd:ee:ff", "ether MAC"],
    ["ip=10.0.0.7::10.0.0.1:255.255.255.0:NVBOX:eth0", "ip=IPV4::IPV4:IPV4:NAME:eth0"],
    ["to fe80::1 and 2001:db8:0:0:0:0:0:1", "to IPV6 and IPV6"],
    ["/home/joe/dax and /root/x", "~/dax and ~/x"],
    ["nvbox-2 is not nvbox2", "NAME-2 is not nvbox2"],
  ];
  assertEquals(texts.map(([text]) => scrubbed(text, "nvbox")), texts.map(([, left]) => left));
});

Deno.test("startScrub() leaves what only looks like that", () => {
  const texts = [
    "6.1.0-56-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
    "Thu Nov 26 09:33:38 UTC 2026",
    "std::vector, 0x7f2663200000, /dev/dax0.0, dax@0, 1.2.3, /rootless",
  ];
  assertEquals(texts.map((text) => scrubbed(text)), texts);
});

Deno.test("startScrub() leaves of a path of one machine its last part", async () => {
  const [header] = await recording("debian-6.1-2M");
  if (header?.kind !== "header") throw new Error("no header");
  const words = ["--out", "/srv/acme/joe/base", "--kernel=/srv/acme/bzImage", "/dev/dax0.0", "/x"];
  const item = startScrub().scrub({ ...header, arguments: words });
  assertEquals(item.kind === "header" ? item.arguments : [], [
    ...["--out", ".../base", "--kernel=.../bzImage", "/dev/dax0.0", "/x"],
  ]);
});

Deno.test("startScrub() gives numbers to processes if it is asked to", () => {
  const scrubber = startScrub({ processes: true });
  const names = ["postgres", "dd", "postgres"].map((comm) => {
    const item = scrubber.scrub({ kind: "thread", tid: 1, pid: 1, at: 1, comm });
    return item.kind === "thread" ? item.comm : "";
  });
  assertEquals(names, ["process-1", "process-2", "process-1"]);
});

Deno.test("startScrub() does not do it twice", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
    const once = scrubbed(text, "acme");
    assertEquals(scrubbed(once, "acme"), once);
  }));
});

Deno.test("scrub leaves the report as it is but for what it takes out", async () => {
  await using folder = await temporaryFolder();
  const original = `${ROOT}tests/fixtures/recordings/debian-6.1-2M`;
  const out = `${folder.path}/scrubbed`;
  const { code, stderr } = await runTask(["scrub", original, "--out", out, "--name", "guest"]);
  assertEquals(code, 0, stderr);
  const [before, after] = await Promise.all([original, out].map(async (path) => {
    const { stdout } = await runTask(["analyze", "--json", path]);
    return JSON.parse(stdout);
  }));
  for (const part of ["verdict", "totals", "histograms", "ledger", "putSide"]) {
    assertEquals(after[part], before[part], part);
  }
  const again = await runTask(["scrub", original, "--out", out]);
  assertEquals(again.code, 64);
});

async function recording(name: string): Promise<readonly RecordingItem[]> {
  const path = `${ROOT}tests/fixtures/recordings/${name}/recording.jsonl`;
  const items = await Array.fromAsync(decodeItems(splitLines((await Deno.open(path)).readable)));
  return items;
}
