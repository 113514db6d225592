import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Finished, runTask } from "./support/cli.ts";
import { cacheWith } from "./support/kernels.ts";

/** Where Deno has its own cache, also where XDG_CACHE_HOME is a test's. */
const DENO_DIR = Deno.env.get("DENO_DIR") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;

const KERNELS = [
  { release: "5.10.0-46-amd64", version: "5.10.262-1" },
  { release: "6.1.0-0.deb11.52-amd64", version: "6.1.180-1~deb11u1" },
  { release: "6.12.115+deb13.1-amd64", version: "6.12.115-2" },
];

/** A folder whose cache has these kernels, and running "kernels" with it. */
async function setting() {
  const cache = await cacheWith();
  const own = `${cache.path}/headcount`;
  await using made = await cacheWith(...KERNELS);
  await Deno.mkdir(own);
  await Deno.rename(`${made.path}/kernels`, `${own}/kernels`);
  return {
    kernels: (...args: string[]): Promise<Finished> =>
      runTask(["kernels", ...args], { XDG_CACHE_HOME: cache.path, DENO_DIR }),
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
}

Deno.test("kernels --offline lists the cache in 80 columns", async () => {
  await using it = await setting();
  const { code, stdout, stderr } = await it.kernels("--offline");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout.replaceAll(/(< 1|\d+) MiB/g, "< 1 MiB"),
    [
      "release                 series  package               size  suite",
      "",
      "In the cache:",
      "5.10.0-46-amd64         5.10    5.10.262-1         < 1 MiB  -",
      "6.1.0-0.deb11.52-amd64  6.1     6.1.180-1~deb11u1  < 1 MiB  -",
      "6.12.115+deb13.1-amd64  6.12    6.12.115-2         < 1 MiB  -",
      "",
    ].join("\n"),
  );
});

Deno.test("kernels --offline --json lists it for scripts", async () => {
  await using it = await setting();
  const { kernels } = JSON.parse((await it.kernels("--offline", "--json")).stdout);
  assertEquals(kernels.length, 3);
  const [{ cachedBytes, ...first }] = kernels;
  assertEquals(first, { release: "5.10.0-46-amd64", series: "5.10", version: "5.10.262-1" });
  assertEquals(typeof cachedBytes, "number");
});

Deno.test("kernels --remove says what was freed, and can be given twice", async () => {
  await using it = await setting();
  const { code, stdout } = await it.kernels("--remove", "6.12", "--remove", "5.10.0-46");
  assertEquals(code, 0);
  const [one = "", other = ""] = stdout.split("\n");
  assertMatch(one, /^kernel {11}6\.12\.115\+deb13\.1-amd64 {7}removed, .* MiB freed$/);
  assertMatch(other, /^kernel {11}5\.10\.0-46-amd64 {14}removed, .* MiB freed$/);
  const left = JSON.parse((await it.kernels("--offline", "--json")).stdout);
  assertEquals(left.kernels.length, 1);
});

Deno.test("kernels refuses what it cannot do, with a way on", async () => {
  await using it = await setting();
  const cases = [
    [["--remove", "4.19"], /"4.19": it is not in the cache \(5.10.0-46-amd64, /],
    [["--fetch", "6.1", "--offline"], /Cannot fetch "6.1" with --offline/],
    [["--fetch", "./bzImage"], /Cannot find a kernel ".\/bzImage" .*its version, such as 6.1/],
    [["--purge"], /unknown option '--purge'/],
  ] as const;
  for (const [args, said] of cases) {
    const { code, stdout, stderr } = await it.kernels(...args);
    assertMatch(stderr, said);
    assertEquals([code, stdout], [64, ""]);
  }
});

Deno.test("kernels --help fits a terminal of 80 columns", async () => {
  const { code, stdout } = await runTask(["kernels", "--help"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "--fetch");
  assertEquals(stdout.split("\n").filter((line) => line.length > 80), []);
});
