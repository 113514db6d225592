/**
 * bpftrace of other versions than the machine's own, from Debian's suites, with all that they need.
 *
 * @module
 */

import { basename, join } from "node:path";
import { mebibytes } from "../bytes.ts";
import { exists, UNFINISHED } from "../cache.ts";
import { runProgram } from "../command.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { Archive, type ArchiveOptions } from "./archive.ts";
import { explainDisk, makeEntry } from "./entry.ts";
import type { Package } from "./packages.ts";
import { seriesOf } from "./releases.ts";
import { type Suite, SUITES } from "./suites.ts";
import { makeRoot, unpackPackages } from "./unpack.ts";
import { beginsWith, compareVersions } from "./version.ts";

/** A bpftrace in the cache. Its folder may be mounted, or copied, anywhere. */
export interface Bpftrace {
  /** What `bpftrace --version` says, without the `v`: `0.23.2`. */
  readonly version: string;
  /** Where it is. */
  readonly folder: string;
  /** In the folder: what is run, a script for `/bin/sh` that brings loader and libraries along. */
  readonly program: string;
  /** In the folder: the loader of the libc that it was built for. */
  readonly loader: string;
  /** In the folder: the libraries that it needs. */
  readonly libraries: readonly string[];
}

const LOADER = "ld-linux-x86-64.so.2";
const LIBRARIES = "usr/lib/x86_64-linux-gnu";

/** Only built-ins of the shell: a guest has little more when it runs this. */
const WRAPPER = `#!/bin/sh
here=\${0%/*}
exec "$here/lib/${LOADER}" --library-path "$here/lib" "$here/bpftrace.bin" "$@"
`;

/**
 * Finds a bpftrace in the cache, or fetches it.
 *
 * @param wish A version or the beginning of one, such as `0.23`.
 * @throws {RequestError} when Debian has none such.
 * @throws {MachineryError} when it cannot be fetched.
 */
export async function fetchBpftrace(
  cache: string,
  wish: string,
  options: Omit<ArchiveOptions, "cache"> = {},
): Promise<Bpftrace> {
  const parent = join(cache, "bpftrace");
  const cached = await cachedVersions(parent);
  const there = cached.findLast((version) => beginsWith(version, wish));
  if (there !== undefined) return await describe(parent, there);
  const archive = new Archive({ ...options, cache });
  const attempt = `Cannot fetch a bpftrace "${wish}"`;
  try {
    const found = await choose(archive, wish, attempt);
    const version = upstreamOf(found.version);
    await makeEntry({
      parent,
      name: version,
      isGood: () => exists(join(parent, version, "bpftrace")),
      make: async (entry, work) => {
        await make({ archive, found, attempt, entry, work, options });
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onWait: () => {
        const text = "waiting for another headcount that fetches a bpftrace";
        options.onEvent?.({ kind: "note", text });
      },
    });
    return await describe(parent, version);
  } catch (error) {
    throw explainDisk(error, attempt, parent);
  }
}

/** A version of bpftrace and the suite that has it. */
type Found = Package & { readonly suite: string };

async function choose(archive: Archive, wish: string, attempt: string): Promise<Found> {
  const all = SUITES.filter(({ bpftrace }) => bpftrace !== undefined);
  const likely = all.filter(({ bpftrace }) => bpftrace === seriesOf(wish));
  let known: Found[] = [];
  const found = await archive.seek(likely, all, async (suites) => {
    known = (await Promise.all(suites.map((suite) => versionsIn(archive, suite)))).flat()
      .sort((a, b) => compareVersions(a.version, b.version));
    return known.findLast(({ version }) => beginsWith(version, wish));
  }).catch((error) => {
    if (!(error instanceof MachineryError)) throw error;
    throw new MachineryError(`${attempt}: ${error.message}`, error.evidence);
  });
  if (found !== undefined) return found;
  const others = known.map(({ version }) => upstreamOf(version)).join(", ");
  const unasked = archive.unasked();
  if (unasked !== undefined) {
    throw new MachineryError(
      `${attempt}: ${unasked}; try again (Debian's other lists have ${others})`,
    );
  }
  throw new RequestError(`${attempt}: Debian has ${others}; give one of these`);
}

async function versionsIn(archive: Archive, suite: Suite): Promise<Found[]> {
  return (await archive.packages(suite)).filter(({ name }) => name === "bpftrace")
    .map((one) => ({ ...one, suite: suite.name }));
}

/** A package's version without what Debian added to it. */
function upstreamOf(version: string): string {
  return version.replace(/-[^-]*$/, "");
}

interface Making {
  readonly archive: Archive;
  readonly found: Found;
  readonly attempt: string;
  readonly entry: string;
  readonly work: string;
  readonly options: Omit<ArchiveOptions, "cache">;
}

async function make({ archive, found, attempt, entry, work, options }: Making): Promise<void> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const packages = await archive.closure(attempt, found.suite, found);
  const bytes = packages.reduce((sum, one) => sum + one.bytes, 0);
  options.onEvent?.({
    kind: "note",
    text: `fetching Debian's bpftrace ${upstreamOf(found.version)} (${mebibytes(bytes)})`,
  });
  const [debs, root] = [join(work, "debs"), join(work, "root")];
  await Deno.mkdir(debs);
  await archive.download(attempt, found.suite, packages, debs);
  await makeRoot(root);
  await unpackPackages(debs, root, { exclude: [], ...signal });
  const program = join(root, "usr/bin/bpftrace");
  await Deno.mkdir(join(entry, "lib"));
  for (const library of await librariesOf(attempt, root, program, options.signal)) {
    // By the name that it is looked for by, which is a link to the file.
    await Deno.link(await Deno.realPath(library), join(entry, "lib", basename(library)));
  }
  await Deno.rename(program, join(entry, "bpftrace.bin"));
  await Deno.writeTextFile(
    join(entry, "package"),
    `${found.name} ${found.version} amd64\n`,
  );
  await Deno.writeTextFile(join(entry, "bpftrace"), WRAPPER, { mode: 0o755 });
}

/** The loader and the libraries that a program of an unpacked root is run with. */
async function librariesOf(
  attempt: string,
  root: string,
  program: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const folder = join(root, LIBRARIES);
  const loader = join(folder, LOADER);
  // By way of the shell, whose name can be permitted: the loader's is not known beforehand.
  const script = 'exec "$1" --library-path "$2" --list "$3"';
  const listing = new TextDecoder().decode(
    await runProgram(
      attempt,
      ["sh", "-c", script, "sh", loader, folder, program],
      signal === undefined ? {} : { signal },
    ),
  );
  const listed = [...listing.matchAll(/=> (\S.*?)(?: \(0x[0-9a-f]+\))?$/gm)]
    .map(([, path = ""]) => path);
  const foreign = listed.find((path) => !path.startsWith(`${root}/`));
  if (foreign !== undefined) {
    throw new MachineryError(`${attempt}: its packages lack a library: ${foreign}`, listing);
  }
  return [...new Set([loader, ...listed])];
}

/** Versions in the cache, older ones first. */
async function cachedVersions(parent: string): Promise<string[]> {
  if (!await exists(parent)) return [];
  const names = await Array.fromAsync(Deno.readDir(parent), ({ name }) => name);
  return names.filter((name) => /^\d/.test(name) && !name.endsWith(UNFINISHED))
    .sort(compareVersions);
}

async function describe(parent: string, version: string): Promise<Bpftrace> {
  const folder = join(parent, version);
  const lib = join(folder, "lib");
  const libraries = await Array.fromAsync(Deno.readDir(lib), ({ name }) => join(lib, name));
  return {
    version,
    folder,
    program: join(folder, "bpftrace"),
    loader: join(lib, LOADER),
    libraries: libraries.filter((path) => basename(path) !== LOADER).sort(),
  };
}
