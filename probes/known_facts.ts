/**
 * Facts of a kernel, kept in the cache: reading all symbols and types of an emulated guest's takes
 * seconds, and they are those of its image.
 *
 * @module
 */

import { join } from "node:path";
import { cached, digest } from "./cache.ts";
import {
  type KernelFacts,
  QUESTIONS,
  readAddress,
  readKernelFacts,
  readProcessor,
} from "./kernel.ts";
import { VMEMMAP_BASE } from "./page.ts";
import { MachineryError } from "./failure.ts";
import { lossOr } from "./targets/loss.ts";
import { readText, type Target } from "./targets/target.ts";

/** Folder of the cache that holds them. */
export const FACTS_FOLDER = "facts";

/** What is read of a target before anything is traced there. */
export interface MachineFacts {
  /** Of its kernel. */
  readonly facts: KernelFacts;
  /** Model of its processors; absent where it does not tell. */
  readonly processor?: string | undefined;
  /** Where its kernel keeps the address of the first struct page, as {@linkcode readAddress} has it. */
  readonly vmemmapBase: number;
}

/**
 * Reads all of it.
 *
 * @throws {MachineryError} when the kernel or the machine lacks something that no plan can do without.
 */
export async function readMachine(target: Target, cache: string): Promise<MachineFacts> {
  const build = readBuild(target);
  try {
    const [facts, processor, vmemmapBase] = await Promise.all([
      build.then((build) => readFactsOnce(target, cache, build)),
      readProcessor(target),
      build.then((build) => findVmemmapBase(target, cache, build)),
    ]);
    return { facts, processor, vmemmapBase };
  } catch (error) {
    throw error instanceof MachineryError ? error : await lossOr(target, error);
  }
}

/**
 * What identifies a kernel: its build id (an ELF note), and its release and version. `undefined` where
 * a machine is asked each time, since it is not known which bpftrace runs there.
 */
async function readBuild(target: Target): Promise<string | undefined> {
  if (target.bpftraceIdentity === undefined) return undefined;
  return await readText(
    target,
    ["sh", "-c", "uname -rvm && sha256sum </sys/kernel/notes"],
    "Asking for the kernel's build",
  );
}

/**
 * Reads a kernel's facts, or takes those that were read of the same build before.
 *
 * @throws {MachineryError} when the kernel or the machine lacks something that no plan can do without.
 */
async function readFactsOnce(
  target: Target,
  cache: string,
  build: string | undefined,
): Promise<KernelFacts> {
  const { bpftraceIdentity } = target;
  if (build === undefined || bpftraceIdentity === undefined) return await readKernelFacts(target);
  const name = `${await digest([build, bpftraceIdentity, QUESTIONS])}.json`;
  const [commandLine, path] = await Promise.all([
    readText(target, ["cat", "/proc/cmdline"], "Reading the kernel's command line"),
    cached(join(cache, FACTS_FOLDER), name, async (path) => {
      await Deno.writeTextFile(path, JSON.stringify(await readKernelFacts(target)));
    }),
  ]);
  const facts: KernelFacts = JSON.parse(await Deno.readTextFile(path));
  return { ...facts, commandLine: commandLine.trim() };
}

/** Where a kernel's text begins: kallsyms has it early, and a kernel is moved as a whole. */
const TEXT = "_text";

/**
 * Finds where the kernel keeps the address of the first struct page, as {@linkcode readAddress} has it:
 * how far behind its text that is is its image's, and to look through half of the symbols takes an
 * emulated guest a second.
 *
 * @param build What tells the kernel from others; `undefined` to look for it each time.
 */
export async function findVmemmapBase(
  target: Target,
  cache: string,
  build: string | undefined,
): Promise<number> {
  if (build === undefined) return await readAddress(target, VMEMMAP_BASE);
  const text = await readAddress(target, TEXT);
  const name = `${await digest([build, TEXT, VMEMMAP_BASE])}.offset`;
  const path = await cached(join(cache, FACTS_FOLDER), name, async (path) => {
    const address = await readAddress(target, VMEMMAP_BASE);
    await Deno.writeTextFile(path, address === 0 ? "none" : String(address - text));
  });
  const offset = await Deno.readTextFile(path);
  return offset === "none" ? 0 : text + Number(offset);
}
