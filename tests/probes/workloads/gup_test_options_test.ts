import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RequestError } from "../../../probes/failure.ts";
import {
  type GupTestWish,
  gupTestWords,
  parseGupTest,
} from "../../../probes/workloads/gup_test_options.ts";

function parse(text: string): ReturnType<typeof parseGupTest> {
  return parseGupTest(text.split(" ").filter((word) => word !== ""));
}

/** The selftest's defaults, on the device. */
const DEFAULTS: GupTestWish = {
  kind: "gup-test",
  command: "get-fast",
  repeats: 1,
  pagesPerCall: 1,
  write: true,
  threads: 1,
  memory: { kind: "device" },
};

Deno.test("parseGupTest() has the selftest's defaults, on the device", () => {
  assertEquals(parse(""), { wish: DEFAULTS });
  assertEquals(parse("-S -u -w"), { wish: DEFAULTS });
});

Deno.test("parseGupTest() reads options as getopt does", () => {
  const expected: ReturnType<typeof parseGupTest> = {
    wish: { ...DEFAULTS, command: "pin-fast", repeats: 10, pagesPerCall: 512, write: false },
    bytes: 64 * 2 ** 20,
  };
  assertEquals(parse("-m 64 -r 10 -S -a -n 512 -W"), expected);
  assertEquals(parse("-SaW -m64 -r10 -n512"), expected);
  assertEquals(parse("-SaWm 64 -r 10 -n 512"), expected);
});

const FILE = { kind: "file", path: "/dev/zero", shared: false, pages: "default" } as const;

/** Options, and what they make of the defaults. */
const READ: readonly (readonly [string, Partial<GupTestWish>])[] = [
  ["-U", { command: "get-basic" }],
  ["-b", { command: "pin-basic" }],
  ["-L", { command: "pin-longterm" }],
  ["-j 4", { threads: 4 }],
  ["-n -1", { pagesPerCall: "all" }],
  ["-f /dev/zero", { memory: FILE }],
  ["-S -f /dev/zero", { memory: { ...FILE, shared: true } }],
  ["-f /dev/zero -T", { memory: { ...FILE, pages: "small" } }],
  ["-t -f /dev/zero", { memory: { ...FILE, pages: "thp" } }],
  ["-f /dev/zero -H", { memory: { ...FILE, pages: "hugetlb" } }],
];

for (const [options, expected] of READ) {
  Deno.test(`parseGupTest() reads ${options}`, () => {
    assertEquals(parse(options), { wish: { ...DEFAULTS, ...expected } });
  });
}

/** Options, and what is said of them. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["-x", 'no option "-x"'],
  ["-ax", 'no option "-x"'],
  ["--all", 'no option "--"'],
  // Of the selftest, but not for this.
  ["-c", 'no option "-c"'],
  ["-F 0x1", 'no option "-F"'],
  ["64", 'options only, not "64"'],
  ["-a -", 'options only, not "-"'],
  ["-m", '"-m" lacks its value'],
  ["-m 0", '"-m 0" is no whole number'],
  ["-m 1.5", '"-m 1.5" is no whole number'],
  ["-m 64M", '"-m 64M" is no whole number'],
  ["-m -4", '"-m -4" is no whole number'],
  ["-r 0", '"-r 0" is no whole number'],
  ["-n 0", '"-n 0" is no whole number'],
  ["-n 2147483648", '"-n 2147483648" is no whole number'],
  ["-j 0", '"-j 0" is no whole number'],
  ["-j 65", '"-j 65" is more than 64 threads'],
  ["-n 1 -n 2", '"-n" is there twice'],
  ["-a -u", 'both, "-a" and "-u"'],
  ["-Lb", 'both, "-L" and "-b"'],
  ["-w -W", 'both, "-w" and "-W"'],
  ["-f /dev/zero -t -H", 'both, "-t" and "-H"'],
  ["-t", '"-t" is for memory of other pages than the device\'s'],
  ["-T", '"-T" is for memory of other pages'],
  ["-H", '"-H" is for memory of other pages'],
  ["-f /dev/dax1.0", '"-f /dev/dax1.0" is a devdax device: --device'],
];

for (const [options, said] of REFUSED) {
  Deno.test(`parseGupTest() refuses ${options} and names the option`, () => {
    assertThrows(() => parse(options), RequestError, said);
  });
}

Deno.test("gupTestWords() asks for what parseGupTest() has read", () => {
  const number = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  const pages = fc.constantFrom("default", "small", "thp", "hugetlb");
  const wish: fc.Arbitrary<GupTestWish> = fc.record({
    kind: fc.constant("gup-test"),
    command: fc.constantFrom("get-fast", "pin-fast", "get-basic", "pin-basic", "pin-longterm"),
    repeats: number,
    pagesPerCall: fc.oneof(number, fc.constant("all" as const)),
    write: fc.boolean(),
    threads: fc.integer({ min: 1, max: 64 }),
    memory: fc.oneof(
      fc.constant({ kind: "device" } as const),
      fc.record({
        kind: fc.constant("file"),
        path: fc.constantFrom("/dev/zero", "/tmp/a-file", "-file"),
        shared: fc.boolean(),
        pages,
      }),
    ),
  });
  fc.assert(fc.property(wish, (wish) => {
    assertEquals(parseGupTest(gupTestWords(wish)), { wish });
  }));
});
