/**
 * What is not a workload of headcount's: a command of the user's, and what runs already.
 *
 * @module
 */

import { RequestError } from "../failure.ts";
import { collect, CommandError, readText, type Target } from "../targets/target.ts";
import type { WorkloadCommand } from "./program.ts";

/** A command to be run. */
export interface CommandWish {
  /** What it is. */
  readonly kind: "command";
  /** Program and arguments. */
  readonly words: readonly string[];
}

/** A process that runs already. */
export interface ProcessWish {
  /** What it is. */
  readonly kind: "process";
  /** Its number. */
  readonly pid: number;
  /** For how long it is observed, if it does not end before. */
  readonly seconds: number;
}

/** Whatever runs already. */
export interface MachineWish {
  /** What it is. */
  readonly kind: "machine";
  /** For how long it is observed. */
  readonly seconds: number;
}

/** What is run, or runs already, and does not tell of a buffer. */
export type OwnWish = CommandWish | ProcessWish | MachineWish;

/**
 * Whether a wish is of this file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isOwn({ kind: "machine" }), true);
 * ```
 */
export function isOwn<T extends { readonly kind: string }>(
  wish: T,
): wish is Extract<T, { readonly kind: OwnWish["kind"] }> {
  return wish.kind === "command" || wish.kind === "process" || wish.kind === "machine";
}

/**
 * The command that is run, or one that lasts as long as what runs already is to be observed.
 *
 * @throws {RequestError} where there is no such process or program.
 */
export async function ownCommand(target: Target, wish: OwnWish): Promise<WorkloadCommand> {
  switch (wish.kind) {
    case "command":
      return await commandOf(target, wish);
    case "process": {
      const { pid, seconds } = wish;
      const name = await nameOf(target, pid);
      return {
        name: `process ${pid} (${name})`,
        command: ["sh", "-c", WAIT_FOR_PROCESS, String(pid), String(Math.round(seconds * 100))],
        told: ["--pid", String(pid), "--duration", `${seconds}s`],
        environment: {},
        scope: "process",
        bytes: 0,
        pid,
      };
    }
    case "machine":
      return {
        name: "machine",
        command: ["sleep", String(wish.seconds)],
        told: ["--all", "--duration", `${wish.seconds}s`],
        environment: {},
        scope: "machine",
        bytes: 0,
      };
  }
}

/**
 * Lasts as long as a process is there, $1 hundredths of a second at most. What it waits in is short:
 * killing the shell leaves nothing behind.
 */
const WAIT_FOR_PROCESS = `
  read -r now _ </proc/uptime
  end=$((\${now%.*}\${now#*.} + $1))
  while [ -d "/proc/$0" ] && [ "\${now%.*}\${now#*.}" -lt "$end" ]; do
    sleep 0.1
    read -r now _ </proc/uptime
  done`;

async function nameOf(target: Target, pid: number): Promise<string> {
  try {
    return (await readText(target, ["cat", `/proc/${pid}/comm`], "Looking for a process")).trim();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new RequestError(`There is no process ${pid}: "/proc/${pid}" is not there`);
  }
}

/** By its path: a guest's own shell would run programs of its own that have the same names. */
const SHELL = "/bin/sh";

const FIND = 'cd "$0" && command -v "$1"';

/** In the folder that headcount runs in, which a guest has at another place, or that of a login. */
const IN_FOLDER = 'cd "$0" && exec "$@" </dev/null';

async function commandOf(target: Target, { words }: CommandWish): Promise<WorkloadCommand> {
  const [name = "", ...rest] = words;
  // Another machine has programs and folders of its own: there it is where one logs in.
  const isFar = target.isFar === true;
  const folder = isFar ? "." : target.provide(Deno.cwd());
  const program = name.startsWith("/") && !isFar ? target.provide(name) : name;
  const { code } = await collect(
    target.exec(["sh", "-c", 'exec "$0" "$@"', SHELL, "-c", FIND, folder, program]),
  );
  if (code !== 0) {
    const where = isFar ? "" : ` in "${Deno.cwd()}"`;
    throw new RequestError(`Cannot run "${name}"${where}: the target has no such program`);
  }
  return {
    name,
    command: [SHELL, "-c", IN_FOLDER, folder, program, ...rest],
    told: words,
    environment: {},
    scope: "command",
    bytes: 0,
  };
}
