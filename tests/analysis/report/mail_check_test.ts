import { assertEquals } from "@std/assert";
import { checkMail } from "headcount";

function faults(...lines: string[]): readonly string[] {
  return checkMail(lines.join("\n")).map(({ line, what }) => `${line}: ${what}`);
}

Deno.test("72 columns pass, 73 do not; a link may be as long as it is", () => {
  assertEquals(faults("x".repeat(72)), []);
  assertEquals(faults("ok", "x".repeat(73)), ["2: too long: 73 columns, at most 72"]);
  const link = `https://lore.kernel.org/linux-mm/${"x".repeat(60)}`;
  assertEquals(faults(`Link: ${link}`, `> [1] ${link}`, link), []);
  assertEquals(faults(`see ${link}`).length, 1);
});

Deno.test("what is no printable ASCII is told with its place", () => {
  assertEquals(
    faults("75 \u00b5s"),
    ["1: no printable ASCII: U+00B5 in column 4"].concat(
      ['1: number without a unit: "75"'],
    ),
  );
  assertEquals(faults("a\tb"), ["1: no printable ASCII: a tab in column 2"]);
  assertEquals(faults("fine\r", "so\r"), []);
});

Deno.test("a number needs a unit: after it, or above it in its paragraph", () => {
  for (
    const text of [
      "(get_user_pages_fast 2M pages) ~75k us -> ~3.6k us",
      "512 grabs of 1 reference",
      "from 75 to 3.6 ms",
      "a unit that stands on the next line, which was broken: 512\npages",
      "512 -> 3 grabs for 512 pages (171x fewer), 5% of it",
      "gup_benchmark -f /dev/dax0.2 -m 16384 -r 10 -S -a -n 512 -w",
      "on 5.10.223, x86_64, at 03:57:10, head 0x100a00, 2020-12-08",
      "in 2020, as patch 6/9 [1] says, on Dec. 8, or 9 days before March 3.",
    ]
  ) {
    assertEquals(faults(text), [], text);
  }
  assertEquals(faults("it took 75, then less"), ['1: number without a unit: "75"']);
  assertEquals(faults("75k -> 3.6k"), [
    '1: number without a unit: "75k"',
    '1: number without a unit: "3.6k"',
  ]);
});

Deno.test("a table says its unit once, above its numbers", () => {
  assertEquals(faults("time in us", "get  75000  3600", "put  9  8"), []);
  assertEquals(faults("get  75000  3600", "time in us"), [
    '1: number without a unit: "75000"',
    '1: number without a unit: "3600"',
  ]);
  assertEquals(faults("time in us", "", "get  75000").length, 1, "a paragraph ends it");
});

Deno.test("commands, and what tells of kernels and machines, may hold any number", () => {
  assertEquals(faults("  $ taskset -c 3 ./gup_test 4 \\", "      5 6"), []);
  assertEquals(faults("kernel:  6.1 #1 SMP Nov 23 2026", "         built 7 8"), []);
  assertEquals(faults("> > cpu: EPYC 7J13 64"), []);
  assertEquals(faults("kernel:  6.1", "took 75").length, 1, "a fact ends where its lines do");
});

Deno.test("a patch is not looked at, what is above it is", () => {
  const code = `+\treturn 5; /* ${"x".repeat(80)} */`;
  assertEquals(faults("took 75", "---", "diff --git a/mm/gup.c b/mm/gup.c", code), [
    '1: number without a unit: "75"',
  ]);
});

Deno.test("what git writes above a patch is no number without a unit", () => {
  assertEquals(
    faults(
      "From 911822cc6d2b7bb30ac0d7b5ec1a3c0a0c6f8d11 Mon Sep 17 00:00:00 2001",
      "Date: Tue, 8 Dec 2020 17:28:58 +0000",
      "",
      "---",
      " mm/gup.c | 67 ++++++++++++++++++++++++++++++------------------",
      " 1 file changed, 51 insertions(+), 16 deletions(-)",
      "",
      "diff --git a/mm/gup.c b/mm/gup.c",
    ),
    [],
  );
});

Deno.test("nothing is wrong with nothing", () => {
  assertEquals(checkMail(""), []);
});
