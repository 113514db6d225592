/**
 * Fetching Debian's kernels into the cache.
 *
 * @module
 */

import { join } from "node:path";
import { mebibytes } from "../bytes.ts";
import { exists } from "../cache.ts";
import { runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { Archive, type ArchiveOptions, REUSED_MS } from "./archive.ts";
import { explainDisk, makeEntry } from "./entry.ts";
import { isWhole, kernelsFolder, writeManifest } from "./kernel_cache.ts";
import { byAge, chooseKernel, type DebianKernel, findKernels, seriesOf } from "./releases.ts";
import { type Suite, SUITES } from "./suites.ts";
import { makeRoot, unpackPackages } from "./unpack.ts";
import { UNUSED_MODULES } from "./unused_modules.ts";

/** By its path: it is not on the PATH of those who are not root. */
const DEPMOD = "/usr/sbin/depmod";

/** What a wish led to. */
export interface KernelChoice {
  /** The kernel; absent where there is none such. */
  readonly kernel?: DebianKernel;
  /** All kernels that it was chosen from. */
  readonly known: readonly DebianKernel[];
  /** What could not be asked, and why; absent where all could. */
  readonly unasked?: string;
}

/** Where kernels can be had. */
export interface KernelSource {
  /** All kernels that there are, older ones first. */
  available(): Promise<DebianKernel[]>;
  /** Finds what a wish means, see {@linkcode chooseKernel}. */
  choose(wish: string): Promise<KernelChoice>;
  /** Brings a kernel into the cache, if it is not there, and returns whether it did. */
  fetch(kernel: DebianKernel): Promise<boolean>;
}

/** Debian's archive as a source of kernels. */
export class DebianKernels implements KernelSource {
  readonly #archive: Archive;
  readonly #options: ArchiveOptions;

  /** Opens it; nothing is asked yet. */
  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#archive = new Archive(options);
  }

  /**
   * All kernels of all suites, older ones first.
   *
   * @throws {MachineryError} when Debian's archive cannot be asked.
   */
  async available(): Promise<DebianKernel[]> {
    const kernels = await this.#kernels(await this.#archive.refresh(SUITES, REUSED_MS));
    this.#noteUnasked();
    return kernels;
  }

  /**
   * Finds what a wish means, and asks no more suites than that takes.
   *
   * @throws {MachineryError} when Debian's archive cannot be asked.
   */
  async choose(wish: string): Promise<KernelChoice> {
    const likely = SUITES.filter(({ kernel }) => kernel === seriesOf(wish));
    let known: DebianKernel[] = [];
    const kernel = await this.#archive.seek(likely, SUITES, async (suites) => {
      known = await this.#kernels(suites);
      return chooseKernel(known, wish);
    });
    const unasked = this.#archive.unasked();
    if (kernel !== undefined) this.#noteUnasked();
    return {
      known,
      ...(kernel === undefined ? {} : { kernel }),
      ...(unasked === undefined ? {} : { unasked }),
    };
  }

  /**
   * Brings a kernel into the cache, if it is not there, whole.
   *
   * @throws {MachineryError} when it cannot be fetched, or not be kept.
   */
  async fetch(kernel: DebianKernel): Promise<boolean> {
    const { signal } = this.#options;
    const { release, bytes } = kernel;
    const parent = kernelsFolder(this.#options.cache);
    const attempt = `Cannot fetch Debian's ${release}`;
    try {
      const { made } = await makeEntry({
        parent,
        name: release,
        isGood: () => isWhole(join(parent, release)),
        make: async (entry, work) => {
          this.#note(`fetching Debian's ${release} (${mebibytes(bytes)})`);
          await this.#make(kernel, entry, work, attempt);
        },
        ...(signal === undefined ? {} : { signal }),
        onWait: () => this.#note("waiting for another headcount that fetches a kernel"),
      });
      return made;
    } catch (error) {
      throw explainDisk(error, attempt, parent);
    }
  }

  async #make(kernel: DebianKernel, entry: string, work: string, attempt: string): Promise<void> {
    const { release, version, packages } = kernel;
    const signal = this.#options.signal === undefined ? {} : { signal: this.#options.signal };
    const [debs, root] = [join(work, "debs"), join(work, "root")];
    await Deno.mkdir(debs);
    await this.#archive.download(attempt, kernel.suite, packages, debs);
    await makeRoot(root);
    const exclude = UNUSED_MODULES.map((path) => `*/kernel/${path}`);
    await unpackPackages(debs, root, { exclude, ...signal });
    await runProgram(attempt, [DEPMOD, "--basedir", root, release], signal);
    const modules = join(root, "usr/lib/modules", release);
    // Older packages have these in /boot, newer ones among the modules.
    for (const name of ["vmlinuz", "config"]) {
      const places = [join(root, "boot", `${name}-${release}`), join(modules, name)];
      const there = await Promise.all(places.map(exists));
      const file = places.find((_, i) => there[i]);
      if (file === undefined) {
        throw new MachineryError(
          `${attempt}: its packages have no ${name}; give another kernel, or the path of a bzImage`,
        );
      }
      await Deno.rename(file, join(entry, name));
    }
    await Deno.rename(modules, join(entry, "modules"));
    const [{ name } = { name: "" }] = packages;
    await Deno.writeTextFile(join(entry, "package"), `${name} ${version} amd64\n`);
    await writeManifest(entry);
  }

  async #kernels(suites: readonly Suite[]): Promise<DebianKernel[]> {
    const found = await Promise.all(
      suites.map(async (suite) => findKernels(suite.name, await this.#archive.packages(suite))),
    );
    return found.flat().sort(byAge);
  }

  #noteUnasked(): void {
    const unasked = this.#archive.unasked();
    if (unasked !== undefined) this.#note(unasked);
  }

  #note(text: string): void {
    this.#options.onEvent?.({ kind: "note", text });
  }
}
