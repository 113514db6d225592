import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { DEFAULT_KERNEL } from "../probes/guest/kernels.ts";

const SETUP = fileURLToPath(new URL("../setup", import.meta.url));
const THINGS = [
  "qemu-system-x86",
  "bpftrace",
  "ndctl",
  "daxctl",
  "busybox-static",
  "cpio",
  "zstd",
  "xz-utils",
  "kmod",
  "e2fsprogs",
  "deno",
  "kernel",
];

async function setup(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(SETUP, { args, env }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A PATH with all of this machine's commands but one. */
async function pathWithout(command: string, folder: string): Promise<string> {
  for (const from of ["/usr/bin", "/usr/local/bin"]) {
    for await (const { name } of Deno.readDir(from)) {
      if (name === command) continue;
      await Deno.remove(`${folder}/${name}`).catch(() => {});
      await Deno.symlink(`${from}/${name}`, `${folder}/${name}`);
    }
  }
  return folder;
}

Deno.test("setup --check finds everything on a machine that is set up", async () => {
  const { code, stdout } = await setup(["--check"]);
  assertEquals(code, 0, `run ./setup first:\n${stdout}`);
  for (const thing of THINGS) assertMatch(stdout, new RegExp(`^${thing} +.+ ok$`, "m"));
});

Deno.test("setup --check names what is missing", async () => {
  const bin = await Deno.makeTempDir();
  const cache = await Deno.makeTempDir();
  try {
    const PATH = await pathWithout("qemu-system-x86_64", bin);
    const { code, stdout } = await setup(["--check"], { PATH, XDG_CACHE_HOME: cache });
    assertEquals(code, 1);
    assertMatch(stdout, /^qemu-system-x86 +- +missing$/m);
    assertMatch(stdout, /^bpftrace +\S+ +ok$/m);
    assertMatch(stdout, /^kernel +- +missing$/m);
    assertEquals(
      (await Array.fromAsync(Deno.readDir(cache))).map(({ name }) => name)
        .filter((name) => name !== "deno"),
      [],
    );
  } finally {
    await Deno.remove(bin, { recursive: true });
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("setup fetches the kernel that a trace takes by itself", async () => {
  assertMatch(
    await Deno.readTextFile(SETUP),
    new RegExp(`^readonly KERNEL=${DEFAULT_KERNEL} `, "m"),
  );
});

Deno.test("setup --check sees a kernel that is damaged", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const kernels = `${cache}/headcount/kernels`;
    for (const release of ["6.1.0-9-amd64", "6.1.0-56-amd64", "6.12.5-amd64"]) {
      await Deno.mkdir(`${kernels}/${release}`, { recursive: true });
      await Deno.writeTextFile(`${kernels}/${release}/vmlinuz`, "image");
      await Deno.writeTextFile(`${kernels}/${release}/manifest`, "5 vmlinuz\n");
    }
    const whole = await setup(["--check"], { XDG_CACHE_HOME: cache });
    assertMatch(whole.stdout, /^kernel +6\.1\.0-56-amd64 +ok$/m);
    await Deno.truncate(`${kernels}/6.1.0-56-amd64/vmlinuz`, 3);
    const damaged = await setup(["--check"], { XDG_CACHE_HOME: cache });
    assertEquals(damaged.code, 1);
    assertMatch(damaged.stdout, /^kernel +6\.1\.0-56-amd64 +missing \(damaged in the cache\)$/m);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("setup refuses an option it does not have", async () => {
  const { code, stdout, stderr } = await setup(["--chekc"]);
  assertEquals(code, 64);
  assertEquals(stdout, "");
  assertStringIncludes(stderr, '"--chekc"');
});
