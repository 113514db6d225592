import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { beginsWith, compareVersions, isCandidate } from "../../../probes/debian/version.ts";

/** From older to newer, as "dpkg --compare-versions" says: versions of Debian's kernels and others. */
const RISING = [
  "0.11.3-5",
  "0.11.3-5+deb11u1",
  "0.17.0-1",
  "0.27.0-1",
  "0.27.1-1",
  "5.10.251-5",
  "5.10.262-1",
  "6.1.180-1~deb11u1",
  "6.1.180-1",
  "6.1.192-1",
  "6.1.192-2",
  "6.12~rc7-1~exp1",
  "6.12.9-1",
  "6.12.95-1~bpo12+1",
  "6.12.95-1",
  "6.12.115-1",
  "6.12.115-2~deb12u1",
  "6.12.115-2",
  "6.12.118+a-1",
  "7.3~rc7-1~exp1",
  "7.3-1",
  "7.3.4-1~bpo13+1",
  "1:1.1.2-0+deb12u1",
];

Deno.test("compareVersions() orders versions as dpkg does", () => {
  for (const [i, a] of RISING.entries()) {
    for (const [j, b] of RISING.entries()) {
      assertEquals(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
    }
  }
});

const hasDpkg = await new Deno.Command("dpkg", { args: ["--version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: `compareVersions() agrees with dpkg${hasDpkg ? "" : " (skipped: no dpkg)"}`,
  ignore: !hasDpkg,
  fn: async () => {
    const part = fc.constantFrom(
      "0",
      "1",
      "7",
      "10",
      "~",
      "~rc",
      "+deb12",
      ".",
      "a",
      "z",
      "u",
      "00",
    );
    const version = fc.tuple(
      fc.constantFrom("", "0:", "2:"),
      fc.array(part),
      fc.constantFrom("", "-1"),
    )
      .map(([epoch, parts, revision]) => `${epoch}1${parts.join("")}${revision}`);
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 200, seed: 1 });
    const script =
      'while read -r a b; do for o in lt eq gt; do dpkg --compare-versions "$a" $o "$b" && echo $o; done; done';
    const child = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(
      new TextEncoder().encode(pairs.map((pair) => `${pair.join(" ")}\n`).join("")),
    );
    await writer.close();
    const said = new TextDecoder().decode((await child.output()).stdout).trim().split("\n");
    const ours = pairs.map(([a, b]) => ["lt", "eq", "gt"][Math.sign(compareVersions(a, b)) + 1]);
    assertEquals(said, ours);
  },
});

Deno.test("beginsWith() ends at a border between numbers", () => {
  for (const start of ["6", "6.1", "6.1.0", "6.1.0-56", "6.1.0-56-amd64"]) {
    assert(beginsWith("6.1.0-56-amd64", start), start);
  }
  for (const start of ["6.", "6.12", "6.1.0-5", "5", ""]) {
    assert(!beginsWith("6.1.0-56-amd64", start), start);
  }
});

Deno.test("isCandidate() knows a release candidate", () => {
  assertEquals(["7.3~rc7-1~exp1", "7.3.4-1~bpo13+1", "6.1-rc-1"].map(isCandidate), [
    true,
    false,
    false,
  ]);
});
