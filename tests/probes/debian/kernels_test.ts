import { assertEquals } from "@std/assert";
import { DebianKernels } from "../../../probes/debian/kernels.ts";
import { SUITES } from "../../../probes/debian/suites.ts";
import { temporaryFolder } from "../../support/cli.ts";

const APT = await new Deno.Command("apt-get", { args: ["--version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

/** What apt says of kernels of one package each. */
function stanzas(kernels: Readonly<Record<string, string>>): string {
  return Object.entries(kernels).map(([release, version]) =>
    `Package: linux-image-${release}\nVersion: ${version}\nDepends: kmod\nSize: 70550672\n\n`
  ).join("");
}

const LISTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "bullseye-security": { "5.10.0-46-amd64": "5.10.262-1" },
  "bookworm": { "6.1.0-50-amd64": "6.1.176-1" },
  "bookworm-security": { "6.1.0-50-amd64": "6.1.176-1", "6.1.0-56-amd64": "6.1.192-2" },
  "trixie-backports": { "7.3.4+deb13-amd64": "7.3.4-1~bpo13+1" },
  "unstable": { "7.2.13+deb14-amd64": "7.2.13-1" },
  "experimental": { "7.3-amd64": "7.3~rc7-1~exp1" },
};

/** A cache with lists of these suites, just renewed. */
async function cacheWithLists(suites: readonly string[]) {
  const cache = await temporaryFolder();
  for (const suite of suites) {
    await Deno.mkdir(`${cache.path}/apt/${suite}`, { recursive: true });
    await Deno.writeTextFile(`${cache.path}/apt/${suite}/packages`, stanzas(LISTS[suite] ?? {}));
  }
  return cache;
}

Deno.test({
  name: `DebianKernels asks no more suites than a wish needs${APT ? "" : " (skipped: no apt-get)"}`,
  ignore: !APT,
  fn: async () => {
    await using cache = await cacheWithLists(["bookworm", "bookworm-security"]);
    const told: string[] = [];
    const source = new DebianKernels({ cache: cache.path, onEvent: ({ text }) => told.push(text) });
    const { kernel, known } = await source.choose("6.1");
    assertEquals([kernel?.release, kernel?.suite, known.length], [
      "6.1.0-56-amd64",
      "bookworm-security",
      3,
    ]);
    assertEquals(told, []);
  },
});

Deno.test({
  name: `DebianKernels looks into all suites, once${APT ? "" : " (skipped: no apt-get)"}`,
  ignore: !APT,
  fn: async () => {
    await using cache = await cacheWithLists(SUITES.map(({ name }) => name));
    const told: string[] = [];
    const source = new DebianKernels({ cache: cache.path, onEvent: ({ text }) => told.push(text) });
    const cases = [
      ["latest", "7.3.4+deb13-amd64"],
      ["7.3", "7.3.4+deb13-amd64"],
      ["7.3-amd64", "7.3-amd64"],
      ["7.2", "7.2.13+deb14-amd64"],
      ["5.10", "5.10.0-46-amd64"],
    ] as const;
    for (const [wish, release] of cases) {
      assertEquals((await source.choose(wish)).kernel?.release, release, wish);
    }
    const { kernel, known, unasked } = await source.choose("6.12");
    assertEquals([kernel, known.length, unasked], [undefined, 7, undefined]);
    assertEquals(
      (await source.available()).map(({ release }) => release).at(-1),
      "7.3.4+deb13-amd64",
    );
    assertEquals(told, [], "lists of just now are not renewed");
  },
});
