import { assert, assertEquals, assertMatch } from "@std/assert";
import { cacheFolder, exists } from "../../../probes/cache.ts";
import { fetchBpftrace } from "../../../probes/debian/bpftrace.ts";
import { temporaryFolder } from "../../support/cli.ts";

Deno.test("fetchBpftrace() takes the newest cached version that is as asked", async () => {
  await using cache = await temporaryFolder();
  for (const version of ["0.9.4", "0.23.2", "0.27.0", "0.27.1", "0.27.2.part"]) {
    const lib = `${cache.path}/bpftrace/${version}/lib`;
    await Deno.mkdir(lib, { recursive: true });
    for (const name of ["ld-linux-x86-64.so.2", "libc.so.6", "libLLVM.so.19.1"]) {
      await Deno.writeTextFile(`${lib}/${name}`, "");
    }
  }
  const folder = `${cache.path}/bpftrace/0.23.2`;
  assertEquals(await fetchBpftrace(cache.path, "0.23"), {
    version: "0.23.2",
    folder,
    program: `${folder}/bpftrace`,
    loader: `${folder}/lib/ld-linux-x86-64.so.2`,
    libraries: [`${folder}/lib/libLLVM.so.19.1`, `${folder}/lib/libc.so.6`],
  });
  for (
    const [wish, version] of [["0.27", "0.27.1"], ["0.27.0", "0.27.0"], ["0", "0.27.1"]] as const
  ) {
    assertEquals((await fetchBpftrace(cache.path, wish)).version, version, wish);
  }
});

const FOLDER = `${cacheFolder()}/bpftrace`;
const versions = await exists(FOLDER)
  ? await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name)
  : [];
const version = versions.filter((name) => /^[\d.]+$/.test(name)).sort()[0];

Deno.test({
  name: `a fetched bpftrace runs from wherever its folder is${
    version === undefined ? " (skipped: none in the cache)" : ""
  }`,
  ignore: version === undefined,
  fn: async () => {
    await using elsewhere = await temporaryFolder();
    const place = `${elsewhere.path}/with a space`;
    await Deno.symlink(`${FOLDER}/${version}`, place);
    const program = `${place}/bpftrace`;
    const { code, stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
    assertEquals(code, 0);
    assertMatch(new TextDecoder().decode(stdout), new RegExp(`^bpftrace v${version}`));
    assert((await Deno.stat(`${place}/bpftrace.bin`)).isFile);
  },
});
