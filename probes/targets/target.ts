/**
 * The seam between headcount and the machine whose kernel is traced: commands with streams.
 *
 * Facts, probes and workload all go through it, so that the local machine, a guest and any other
 * transport differ in one place.
 *
 * @module
 */

import type { TargetSummary } from "../../recording/header.ts";

/** How a command is started. */
export interface ExecOptions {
  /** Variables added to the command's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether it may leave processes running that have its output: its streams end soon after it does all
   * the same. In a guest those of any command do, and what it leaves there is killed.
   */
  readonly mayLeave?: boolean;
}

/** Signals that a process can be sent. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGKILL" | "SIGUSR1";

/** A command that runs on a target. Its streams must be read, or it blocks. */
export interface Process {
  /** Process id on the target; rejects when the command could not be started. */
  readonly pid: Promise<number>;
  /** The group that it runs in with all that it starts; absent where that has its own number. */
  readonly group?: Promise<number>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** Exit code: 127 for a command that is not there, 128 + n for one killed by signal n. */
  readonly exit: Promise<number>;
  /** Writes to the command's standard input. */
  write(text: string): Promise<void>;
  kill(signal: Signal): Promise<void>;
}

/** A machine on which commands can be run. */
export interface Target extends AsyncDisposable {
  /** What a recording says of this target. */
  readonly summary: TargetSummary;
  /** Starts a command; several may run at a time. */
  exec(command: readonly string[], options?: ExecOptions): Process;
  /**
   * The path under which the target sees a file or a folder of this machine: commands that are started
   * from then on find it there.
   */
  provide(path: string): string;
  /** Whether it is another machine, with files of its own, at the end of a line; absent for no. */
  readonly isFar?: boolean;
  /** Path of a deno that runs on the target. Asking for it throws where there is none. */
  readonly deno: string;
  /** What starts bpftrace there: a program and its first arguments. */
  readonly bpftrace: readonly string[];
  /** What that bpftrace is told from others by, without asking it; absent where it is to be asked. */
  readonly bpftraceIdentity?: string;
  /**
   * Number of the process that starts there what headcount starts: where all processes are observed, it
   * and these are left out. Absent where nothing else runs.
   */
  readonly observer?: number;
  /** Settles with the reason when the target is lost: a panic, a machine that went away. */
  readonly lost: Promise<Error>;
}

/** A command on a target that did not do what it was asked to. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** The command and its arguments. */
  readonly command: readonly string[];
  /** Its exit code. */
  readonly code: number;
  /** The end of its standard error. */
  readonly stderr: string;

  /** Keeps the end of `stderr` in the message. */
  constructor(attempt: string, command: readonly string[], code: number, stderr: string) {
    const tail = stderr.trim().split("\n").slice(-5).join("\n");
    super(`${attempt}: "${command.join(" ")}" exited with ${code}${tail ? `:\n${tail}` : ""}`);
    this.command = command;
    this.code = code;
    this.stderr = tail;
  }
}

/** What a finished command left. */
export interface Output {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Runs a command to its end and collects what it printed. */
export async function collect(process: Process): Promise<Output> {
  const [stdout, stderr, code] = await Promise.all([
    new Response(process.stdout).bytes(),
    new Response(process.stderr).text(),
    process.exit,
  ]);
  return { code, stdout, stderr };
}

/**
 * Runs a command to its end and returns its standard output as text.
 *
 * @throws {CommandError} when it exits with anything but 0.
 */
export async function readText(
  target: Pick<Target, "exec">,
  command: readonly string[],
  attempt: string,
): Promise<string> {
  return new TextDecoder().decode(await readBytes(target, command, attempt));
}

/**
 * Runs a command to its end and returns its standard output.
 *
 * @throws {CommandError} when it exits with anything but 0.
 */
export async function readBytes(
  target: Pick<Target, "exec">,
  command: readonly string[],
  attempt: string,
): Promise<Uint8Array> {
  const { code, stdout, stderr } = await collect(target.exec(command));
  if (code !== 0) throw new CommandError(attempt, command, code, stderr);
  return stdout;
}
