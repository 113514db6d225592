/**
 * Programs of this machine that headcount runs to their end.
 *
 * @module
 */

import { join } from "node:path";
import { MachineryError } from "./failure.ts";

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Bytes for its standard input. */
  readonly stdin?: Uint8Array;
  /** Variables added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program of this machine and returns its standard output.
 *
 * @throws {MachineryError} when it is not there or exits with anything but 0.
 */
export async function runProgram(
  attempt: string,
  command: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<Uint8Array> {
  // A signal that is aborted already would not end the program.
  options.signal?.throwIfAborted();
  const child = spawnProgram(attempt, command, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const fed = options.stdin === undefined ? undefined : feed(child, options.stdin);
  const { code, stdout, stderr } = await child.output();
  await fed;
  if (code !== 0) {
    const tail = new TextDecoder().decode(stderr).trim().split("\n").slice(-10).join("\n");
    throw new MachineryError(`${attempt}: "${command[0]}" exited with ${code}`, tail);
  }
  return stdout;
}

/**
 * Starts a program of this machine.
 *
 * @throws {MachineryError} when it is not there; the message says how to get it.
 */
export function spawnProgram(
  attempt: string,
  [program, ...args]: readonly [string, ...string[]],
  options: Deno.CommandOptions,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { ...options, args }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new MachineryError(`${attempt}: ${notThere(program)}`);
    }
    throw error;
  }
}

/**
 * Full path of a program, by PATH and the folders of a system's administrator.
 *
 * @throws {MachineryError} when it is not there; the message says how to get it.
 */
export async function findProgram(name: string): Promise<string> {
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin"]) {
    try {
      return await Deno.realPath(join(folder, name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
        throw error;
      }
    }
  }
  throw new MachineryError(notThere(name));
}

function notThere(name: string): string {
  return `There is no program "${name}" on this machine; "./setup" installs what headcount needs, "./setup --check" lists it`;
}

async function feed(child: Deno.ChildProcess, bytes: Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // The program stopped reading; its exit code tells why.
  }
}
