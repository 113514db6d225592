/**
 * This machine as a target.
 *
 * @module
 */

import { resolve } from "node:path";
import type { TargetSummary } from "../../recording/header.ts";
import { spawnProgram } from "../command.ts";
import { type MachineNeeds, readObstacle, readSummary } from "./machine.ts";
import {
  CommandError,
  type ExecOptions,
  type Process,
  type Signal,
  type Target,
} from "./target.ts";
import { untilExit } from "./until_exit.ts";

/** This machine. Commands run as children of headcount. */
export class LocalTarget implements Target {
  readonly summary: TargetSummary;
  readonly deno: string = Deno.execPath();
  readonly observer: number = Deno.pid;
  readonly bpftrace: readonly string[];
  /** This machine is not lost while headcount runs on it. */
  readonly lost: Promise<Error> = new Promise(() => {});

  /** @ignore Made by {@linkcode openLocal}. */
  constructor(summary: TargetSummary, bpftrace: string | undefined) {
    this.summary = summary;
    // By way of the shell, whose name can be permitted: another bpftrace's is not known beforehand.
    this.bpftrace = bpftrace === undefined
      ? ["bpftrace"]
      : ["sh", "-c", 'exec "$0" "$@"', bpftrace];
  }

  exec(command: readonly string[], options: ExecOptions = {}): Process {
    return startLocal(command, options);
  }

  provide(path: string): string {
    return resolve(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/**
 * Looks at this machine.
 *
 * @param bpftrace Path of a bpftrace, or undefined for the installed one.
 */
export async function openLocal(bpftrace?: string): Promise<LocalTarget> {
  const unknown: TargetSummary = {
    kind: "local",
    accelerator: { kind: "hardware", why: "" },
    cpus: 0,
    memoryBytes: 0,
    commandLine: "",
  };
  const machine = new LocalTarget(unknown, bpftrace);
  return new LocalTarget(await readSummary(machine, "local"), bpftrace);
}

/** Why this machine cannot be traced, in a few words; undefined if it can. */
export async function localObstacle(needs: MachineNeeds): Promise<string | undefined> {
  return await readObstacle({ exec: startLocal }, needs);
}

function startLocal(command: readonly string[], options: ExecOptions = {}): Process {
  const [program = "", ...args] = command;
  let child: Deno.ChildProcess;
  try {
    child = spawnProgram(`Running "${program}"`, [program, ...args], {
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal is headcount's to handle, then the command's to be told.
      detached: true,
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
    });
  } catch (error) {
    return notStarted(command, error);
  }
  const writer = child.stdin.getWriter();
  const exit = child.status.then(async ({ code }) => {
    await writer.close().catch(() => {});
    return code;
  });
  const printed = (stream: ReadableStream<Uint8Array>) =>
    options.mayLeave ?? false ? ReadableStream.from(untilExit(stream, exit)) : stream;
  return {
    pid: Promise.resolve(child.pid),
    stdout: printed(child.stdout),
    stderr: printed(child.stderr),
    exit,
    write: (text) => writer.write(new TextEncoder().encode(text)),
    kill: (signal: Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It ended by itself in the meantime.
      }
      return Promise.resolve();
    },
  };
}

/** A shell says 127 for a command that is not there, and so does this. */
function notStarted(command: readonly string[], error: unknown): Process {
  const message = error instanceof Error ? error.message : String(error);
  const failed = new CommandError("Cannot start a command", command, 127, message);
  const pid = Promise.reject<number>(failed);
  pid.catch(() => {});
  return {
    pid,
    stdout: ReadableStream.from<Uint8Array>([]),
    stderr: ReadableStream.from([new TextEncoder().encode(message)]),
    exit: Promise.resolve(127),
    write: () => Promise.resolve(),
    kill: () => Promise.resolve(),
  };
}
