/** Kernels for tests: a cache with some in it, and a source of more that is not Debian's archive. */

import type { KernelChoice, KernelSource } from "../../probes/debian/kernels.ts";
import { chooseKernel, type DebianKernel, type Release } from "../../probes/debian/releases.ts";
import { temporaryFolder } from "./cli.ts";

/** Puts kernels into a cache; those of Debian with their package's version. */
export async function putKernels(cache: string, kernels: readonly Release[]): Promise<void> {
  for (const { release, version } of kernels) {
    const folder = `${cache}/kernels/${release}`;
    await Deno.mkdir(`${folder}/modules`, { recursive: true });
    await Deno.writeTextFile(`${folder}/vmlinuz`, "");
    await Deno.writeTextFile(`${folder}/package`, `linux-image-${release} ${version} amd64\n`);
  }
}

/** A cache with these kernels. */
export async function cacheWith(
  ...kernels: readonly Release[]
): Promise<{ path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  await putKernels(folder.path, kernels);
  return folder;
}

/** A kernel as Debian has it. */
export function kernelOf(release: string, version: string, suite: string): DebianKernel {
  return { release, version, suite, packages: [], bytes: 100 << 20 };
}

/** A source of kernels that remembers what it was asked. */
export class FakeSource implements KernelSource {
  /** What was asked, in order. */
  readonly asked: string[] = [];
  readonly #cache: string;
  readonly #kernels: readonly DebianKernel[];
  readonly #unasked: string | undefined;

  constructor(cache: string, kernels: readonly DebianKernel[], unasked?: string) {
    this.#cache = cache;
    this.#kernels = kernels;
    this.#unasked = unasked;
  }

  available(): Promise<DebianKernel[]> {
    this.asked.push("available");
    return Promise.resolve([...this.#kernels]);
  }

  choose(wish: string): Promise<KernelChoice> {
    this.asked.push(`choose ${wish}`);
    const kernel = chooseKernel(this.#kernels, wish);
    return Promise.resolve({
      known: this.#kernels,
      ...(kernel === undefined ? {} : { kernel }),
      ...(this.#unasked === undefined ? {} : { unasked: this.#unasked }),
    });
  }

  async fetch(kernel: DebianKernel): Promise<boolean> {
    this.asked.push(`fetch ${kernel.release}`);
    await putKernels(this.#cache, [kernel]);
    return true;
  }
}
