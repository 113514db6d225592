/**
 * The initramfs of a guest: busybox, the first process, the agent and the modules that this kernel
 * needs.
 *
 * @module
 */

import { basename, join } from "node:path";
import { cached, digest, fingerprint, UNFINISHED } from "../cache.ts";
import { runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { resolveModules } from "./modules.ts";

const OURS = ["init.sh", "agent.sh"] as const;
const BUSYBOX = "/bin/busybox";

/** Folder of the cache for these. */
export const INITRAMFS_FOLDER = "initramfs";

/** What goes into an initramfs. */
interface Contents {
  /** Texts of {@linkcode OURS}. */
  readonly scripts: readonly Uint8Array[];
  /** Modules in the order in which they load, as paths relative to their folder. */
  readonly order: readonly string[];
  /** Name, in the folder, of the file that is made of all this. */
  readonly name: string;
}

/** Name, in its folder, of the initramfs for a modules folder, made or not. */
export async function initramfsName(modules: string): Promise<string> {
  return (await contentsFor(modules)).name;
}

async function contentsFor(modules: string | undefined): Promise<Contents> {
  const scripts = await Promise.all(
    OURS.map((name) => Deno.readFile(new URL(name, import.meta.url))),
  );
  const order = modules === undefined ? [] : await moduleOrder(modules);
  const key = await digest([
    ...scripts,
    await fingerprint(BUSYBOX),
    ...(await Promise.all(order.map((path) => fingerprint(join(modules ?? "", path))))),
  ]);
  return { scripts, order, name: `${key}.cpio` };
}

/**
 * Makes, or finds in the cache, the initramfs for a modules folder; undefined for a kernel that has
 * everything built in.
 */
export async function makeInitramfs(cache: string, modules: string | undefined): Promise<string> {
  const busybox = await readBusybox();
  const { scripts, order, name } = await contentsFor(modules);
  const folder = join(cache, INITRAMFS_FOLDER);
  return await cached(folder, name, async (path) => {
    const tree = await Deno.makeTempDir({ dir: folder, prefix: "tree-", suffix: UNFINISHED });
    try {
      for (const folder of ["bin", "dev", "proc", "sys", "root", "modules"]) {
        await Deno.mkdir(join(tree, folder));
      }
      await Deno.writeFile(join(tree, "bin/busybox"), busybox, { mode: 0o755 });
      await Deno.writeFile(join(tree, "init"), scripts[0] ?? new Uint8Array(), { mode: 0o755 });
      await Deno.writeFile(join(tree, "agent.sh"), scripts[1] ?? new Uint8Array());
      const names = await Promise.all(
        order.map((module) => addModule(join(modules ?? "", module), join(tree, "modules"))),
      );
      await Deno.writeTextFile(
        join(tree, "modules/order"),
        names.map((name) => `${name}\n`).join(""),
      );
      await pack(tree, path);
    } finally {
      await Deno.remove(tree, { recursive: true });
    }
  });
}

async function readBusybox(): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(BUSYBOX);
  } catch (error) {
    throw new MachineryError(
      `Cannot make the guest's initramfs: no "${BUSYBOX}"; "./setup" installs busybox-static`,
      "",
      { cause: error },
    );
  }
  // A busybox that needs a loader would make the guest panic without a word.
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 4096)).includes("ld-linux")) {
    throw new MachineryError(
      `Cannot make the guest's initramfs: "${BUSYBOX}" is not static; install busybox-static`,
    );
  }
  return bytes;
}

async function moduleOrder(folder: string): Promise<string[]> {
  const read = async (name: string): Promise<string> => {
    try {
      return await Deno.readTextFile(join(folder, name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new MachineryError(
        `Cannot find the guest's modules: no "${name}" in "${folder}"; give a folder like /lib/modules/RELEASE, after "depmod"`,
      );
    }
  };
  const [dependencies, builtin] = await Promise.all([
    read("modules.dep"),
    read("modules.builtin"),
  ]);
  return resolveModules({ dependencies, builtin }, folder);
}

/** Copies a module, unpacked, and returns the name it got. */
async function addModule(path: string, folder: string): Promise<string> {
  const unpackers: Readonly<Record<string, readonly [string, ...string[]]>> = {
    ".xz": ["xz", "-dc", path],
    ".zst": ["zstd", "-dcq", path],
    ".gz": ["gzip", "-dc", path],
  };
  const ending = /\.ko(\.\w+)$/.exec(path)?.[1] ?? "";
  const unpacker = unpackers[ending];
  const name = basename(path, ending);
  try {
    const bytes = unpacker === undefined
      ? await Deno.readFile(path)
      : await runProgram(`Unpacking "${path}"`, unpacker);
    await Deno.writeFile(join(folder, name), bytes);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new MachineryError(`Cannot find the module "${path}" that modules.dep names`);
  }
  return name;
}

async function pack(tree: string, path: string): Promise<void> {
  const names = ["."];
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(join(tree, folder))) {
      names.push(join(folder, entry.name));
      if (entry.isDirectory) await walk(join(folder, entry.name));
    }
  };
  await walk(".");
  const archive = await runProgram(
    "Packing the guest's initramfs",
    ["cpio", "--create", "--format=newc", "--owner=0:0", "--quiet"],
    { cwd: tree, stdin: new TextEncoder().encode(names.map((name) => `${name}\n`).join("")) },
  );
  await Deno.writeFile(path, archive);
}
