/**
 * Unpacking Debian's packages into a folder, without installing them.
 *
 * @module
 */

import { join } from "node:path";
import { spawnProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";

/** How packages are unpacked. */
export interface UnpackOptions {
  /** Patterns of tar for what is left out. */
  readonly exclude: readonly string[];
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a folder for {@linkcode unpackPackages}: packages of before and after the merge of /lib
 * into /usr/lib end up in one place.
 */
export async function makeRoot(root: string): Promise<void> {
  await Deno.mkdir(join(root, "usr/lib"), { recursive: true });
  await Deno.mkdir(join(root, "usr/lib64"));
  await Deno.symlink("usr/lib", join(root, "lib"));
  await Deno.symlink("usr/lib64", join(root, "lib64"));
}

/**
 * Unpacks all the .deb files of a folder into another and removes each when that is done, so that
 * both are there at once for one of them only.
 *
 * @throws {MachineryError} when one is damaged or the disk is full.
 */
export async function unpackPackages(
  debs: string,
  root: string,
  options: UnpackOptions,
): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(debs), ({ name }) => name);
  for (const deb of names.map((name) => join(debs, name))) {
    await unpack(deb, root, options);
    await Deno.remove(deb);
  }
}

async function unpack(deb: string, root: string, options: UnpackOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const attempt = `Unpacking "${deb}"`;
  const shared = {
    env: { LC_ALL: "C" },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const reader = spawnProgram(attempt, ["dpkg-deb", "--fsys-tarfile", deb], {
    ...shared,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const writer = spawnProgram(attempt, [
    "tar",
    ...["--extract", "--directory", root, "--keep-directory-symlink", "--no-same-owner"],
    ...["--exclude=./usr/share", ...options.exclude.map((pattern) => `--exclude=${pattern}`)],
  ], { ...shared, stdin: "piped", stdout: "null", stderr: "piped" });
  const [, ...ends] = await Promise.all([
    // A writer that stopped reading tells why itself.
    reader.stdout.pipeTo(writer.stdin).catch(() => {}),
    ended("dpkg-deb", reader),
    ended("tar", writer),
  ]);
  options.signal?.throwIfAborted();
  const failed = ends.toReversed().find(({ code }) => code !== 0);
  if (failed === undefined) return;
  throw new MachineryError(`${attempt}: "${failed.name}" exited with ${failed.code}`, failed.said);
}

async function ended(
  name: string,
  child: Deno.ChildProcess,
): Promise<{ name: string; code: number; said: string }> {
  const [{ code }, said] = await Promise.all([
    child.status,
    new Response(child.stderr).text(),
  ]);
  return { name, code, said: said.trim().split("\n").slice(-10).join("\n") };
}
