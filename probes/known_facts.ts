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
 * @throws {MachineryError} as {@linkcode readFactsOnce} does.
 */
export async function readMachine(target: Target, cache: string): Promise<MachineFacts> {
  try {
    const [facts, processor, vmemmapBase] = await Promise.all([
      readFactsOnce(target, cache),
      readProcessor(target),
      readAddress(target, VMEMMAP_BASE),
    ]);
    return { facts, processor, vmemmapBase };
  } catch (error) {
    throw error instanceof MachineryError ? error : await lossOr(target, error);
  }
}

/**
 * Reads a kernel's facts, or takes those that were read of the same build before. What identifies it is
 * its build id (an ELF note), and its release and version.
 *
 * @throws {MachineryError} when the kernel or the machine lacks something that no plan can do without.
 */
export async function readFactsOnce(target: Target, cache: string): Promise<KernelFacts> {
  const { bpftraceIdentity } = target;
  if (bpftraceIdentity === undefined) return await readKernelFacts(target);
  const [build, commandLine] = await Promise.all([
    readText(
      target,
      ["sh", "-c", "uname -rvm && sha256sum </sys/kernel/notes"],
      "Asking for the kernel's build",
    ),
    readText(target, ["cat", "/proc/cmdline"], "Reading the kernel's command line"),
  ]);
  const name = `${await digest([build, bpftraceIdentity, QUESTIONS])}.json`;
  const path = await cached(join(cache, FACTS_FOLDER), name, async (path) => {
    await Deno.writeTextFile(path, JSON.stringify(await readKernelFacts(target)));
  });
  const facts: KernelFacts = JSON.parse(await Deno.readTextFile(path));
  return { ...facts, commandLine: commandLine.trim() };
}
