/**
 * How a file is asked by what leaves it is mapped.
 *
 * @module
 */

import type { Target } from "../targets/target.ts";
import { programCommand, type WorkloadCommand } from "./program.ts";

/** The command that prints how many bytes of a file are mapped by huge leaf entries. */
export function fileLeavesCommand(target: Target, path: string, bytes: number): WorkloadCommand {
  return programCommand(target, {
    name: "file-leaves",
    file: "file_leaves.ts",
    words: [path, String(bytes)],
    hasThreads: false,
  });
}
