/**
 * How a workload's program is started on a target.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkloadReport } from "../../recording/event.ts";
import type { Scope, Taking } from "../../recording/header.ts";
import type { KernelFacts } from "../kernel.ts";
import type { Target } from "../targets/target.ts";

/** A command and its environment. */
export interface WorkloadCommand {
  /** Name of the workload. */
  readonly name: string;
  /** The command as the target runs it. */
  readonly command: readonly string[];
  /** The command as a recording tells it: without the folders of this machine. */
  readonly told: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whose calls are seen; absent for a workload that tells of its buffer. */
  readonly scope?: Scope;
  /** The process that a scope is about, where it is not the command's own. */
  readonly pid?: number;
  /** Bytes of its memory, where they are not those that were asked for; 0 for any. */
  readonly bytes?: number;
  /** Reads a line of a command's output, where it tells of itself. */
  readonly reads?: (line: string) => WorkloadReport | undefined;
  /** How a kernel that shows such facts is expected to take the memory; absent where nobody says. */
  readonly expected?: (facts: KernelFacts) => Taking;
}

/** A program of this folder. */
export interface WorkloadProgram {
  /** Name of the workload. */
  readonly name: string;
  /** Its file. */
  readonly file: string;
  /** Its arguments. */
  readonly words: readonly string[];
  /** Whether it starts threads: these are read from a file of this folder. */
  readonly hasThreads: boolean;
  /** See {@linkcode WorkloadCommand.expected}. */
  readonly expected?: (facts: KernelFacts) => Taking;
}

/**
 * The command of a program, run by the target's deno.
 *
 * @throws {RequestError} where the target has none.
 */
export function programCommand(
  target: Target,
  { name, file, words, hasThreads, expected }: WorkloadProgram,
): WorkloadCommand {
  const { deno } = target;
  // What the programs import is in the folder above as well.
  const folder = join(target.provide(fileURLToPath(new URL("..", import.meta.url))), "workloads");
  const flags = ["run", "--no-config", "--no-lock", "--no-prompt", "--no-remote", "--allow-ffi"];
  const reads = hasThreads ? [`--allow-read=${folder}`] : [];
  return {
    name,
    command: [deno, ...flags, ...reads, join(folder, file), ...words],
    told: [file, ...words],
    environment: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    ...(expected === undefined ? {} : { expected }),
  };
}
