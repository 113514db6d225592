/**
 * Another machine as a target: commands by ssh, with nothing of headcount's installed there.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import type { TargetSummary } from "../../recording/header.ts";
import { spawnProgram } from "../command.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { type AgentLine, type CommandBytes, PortReader } from "../frame.ts";
import { framedProcess, type Parts } from "../framed.ts";
import { readSummary } from "../targets/machine.ts";
import { collect, type ExecOptions, type Process, type Target } from "../targets/target.ts";
import { Connection } from "./connection.ts";
import { commandLine } from "./words.ts";

/**
 * Commands that run at a time, beside the keeper: sshd allows ten sessions in one connection unless it
 * is told otherwise (MaxSessions), and somebody else may have some of them.
 */
const COMMANDS = 6;

/** How long a connection that broke may take to be known as gone. */
const NEWS_MS = 2000;

/** What a killed command's shell would have said, had it not been killed with it. */
const KILLED = 128 + 9;

/** What is known of a machine before it was asked. */
const NOTHING_KNOWN: TargetSummary = {
  kind: "ssh",
  accelerator: { kind: "hardware", why: "" },
  cpus: 0,
  memoryBytes: 0,
  commandLine: "",
};

/** Another machine, by ssh. Disposing of it ends all that was started there. */
export class SshTarget implements Target {
  readonly lost: Promise<Error>;
  readonly bpftrace: readonly string[];
  readonly observer: number;
  readonly isFar = true;
  readonly #host: string;
  readonly #connection: Connection;
  readonly #running = new Set<Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #free: number = COMMANDS;
  #files = 0;
  /** Settles when all files are there that were asked for. */
  #provided: Promise<void> = Promise.resolve();
  #isLost = false;

  #summary: TargetSummary = NOTHING_KNOWN;

  private constructor(host: string, connection: Connection, bpftrace: string | undefined) {
    this.bpftrace = [bpftrace ?? "bpftrace"];
    this.observer = connection.far.parent;
    this.lost = connection.lost;
    this.#host = host;
    this.#connection = connection;
    void this.lost.then(() => this.#isLost = true);
  }

  /**
   * Connects.
   *
   * @param host As ssh takes it.
   * @param bpftrace Path of a bpftrace there, or undefined for the installed one.
   * @throws {MachineryError} when there is no connection.
   * @throws {RequestError} when it is not root who is logged in there.
   */
  static async open(
    host: string,
    bpftrace: string | undefined,
    signal: AbortSignal,
  ): Promise<SshTarget> {
    await using stack = new AsyncDisposableStack();
    const connection = stack.use(await Connection.open(host, signal));
    const { uid, user } = connection.far;
    if (uid !== 0) {
      throw new RequestError(
        `"${host}" cannot be traced: "${user}" is logged in there, and only root may trace; give ssh:root@HOST, or "User root" in ssh's configuration`,
      );
    }
    const target = new SshTarget(host, connection, bpftrace);
    target.#summary = { ...await readSummary(target, "ssh"), host };
    stack.move();
    return target;
  }

  get summary(): TargetSummary {
    return this.#summary;
  }

  /** @throws {RequestError} where there is none; the message says what can be run without. */
  get deno(): string {
    const { deno } = this.#connection.far;
    if (deno !== "") return deno;
    throw new RequestError(
      `"${this.#host}" has no Deno, which runs headcount's own workloads: install it there, or give a COMMAND of yours after "--", or a gup_test for --workload 'gup-test ...' by --gup-test`,
    );
  }

  exec(command: readonly string[], options: ExecOptions = {}): Process {
    return this.#start(command, options.env ?? {}, this.#provided);
  }

  /** It is brought there: what {@linkcode exec} starts from then on finds it. */
  provide(path: string): string {
    const from = resolve(path);
    const to = join(this.#connection.far.folder, "files", String(this.#files++), basename(from));
    const before = this.#provided;
    this.#provided = before.then(() => this.#bring(from, to));
    // Whoever runs a command is told.
    this.#provided.catch(() => {});
    return to;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
    await Promise.allSettled(this.#running);
  }

  #start(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    before: Promise<void>,
    input?: ReadableStream<Uint8Array>,
  ): Process {
    const token = crypto.randomUUID().replaceAll("-", "");
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const line = commandLine(variables.length > 0 ? ["env", ...variables, ...command] : command);
    const group = Promise.withResolvers<number>();
    group.promise.catch(() => {});
    let noise = "";
    const started = this.#spawn(before, async (child) => {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${token}\n${line}\n`));
      if (input !== undefined) {
        writer.releaseLock();
        // What does not take it says why itself.
        void input.pipeTo(child.stdin).catch(() => {});
        return undefined;
      }
      void child.status.then(() => writer.close()).catch(() => {});
      return writer;
    });
    started.catch(() => {});
    const { read, hasEnded, ...process } = framedProcess({
      command,
      output: started.then(({ child }) =>
        since(new PortReader(child.stdout).read(token), "begin", () => {})
      ),
      errors: started.then(({ child }) =>
        since(new PortReader(child.stderr).read(token), "pid", (text) => noise += text, (line) => {
          group.resolve(Number(line.split(" ")[2]));
        })
      ),
      gone: () => `ssh to "${this.#host}" ended${noise.trim() === "" ? "" : ` (${noise.trim()})`}`,
    });
    read.catch(() => {}).finally(() => group.reject(new Error("it was not started")));
    const exit = process.exit.catch(async (error: unknown) => {
      await Promise.race([this.lost, wait(NEWS_MS)]);
      if (this.#isLost) throw await this.lost;
      // Its shell was killed with it, and could not say so.
      return await process.pid.then(() => KILLED, () => {
        throw error;
      });
    });
    exit.catch(() => {});
    return {
      ...process,
      exit,
      group: group.promise,
      write: async (text) => {
        await (await started).writer?.write(new TextEncoder().encode(text));
      },
      kill: async (signal) => {
        if (hasEnded() || this.#isLost) return;
        const kill = ["kill", "-s", signal.slice("SIG".length), String(await process.pid)];
        await collect(this.#start(kill, {}, Promise.resolve()));
      },
    };
  }

  /** Starts ssh when it is a command's turn. */
  async #spawn(
    before: Promise<void>,
    feed: (
      child: Deno.ChildProcess,
    ) => Promise<WritableStreamDefaultWriter<Uint8Array> | undefined>,
  ): Promise<
    { child: Deno.ChildProcess; writer: WritableStreamDefaultWriter<Uint8Array> | undefined }
  > {
    await before;
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      if (this.#isLost) throw await this.lost;
      const child = this.#connection.start();
      const status = child.status.then(() => this.#give());
      this.#running.add(status);
      void status.finally(() => this.#running.delete(status));
      return { child, writer: await feed(child) };
    } catch (error) {
      throw this.#isLost ? await this.lost : error;
    }
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  /** Brings a file, or a folder with all that is in it. */
  async #bring(from: string, to: string): Promise<void> {
    const attempt = `Bringing "${from}" to "${this.#host}"`;
    const { isDirectory, mode } = await Deno.stat(from);
    const executable = ((mode ?? 0) & 0o111) !== 0 ? "700" : "600";
    const [script, content] = isDirectory
      ? ['mkdir -p "$0" && tar -xf - -C "$0"', packed(attempt, from)]
      : [
        'mkdir -p "${0%/*}" && cat >"$0" && chmod "$1" "$0"',
        (await Deno.open(from)).readable,
      ];
    const command = ["sh", "-c", script, isDirectory ? dirname(to) : to, executable];
    const { code, stderr } = await collect(
      this.#start(command, {}, Promise.resolve(), content),
    );
    if (code !== 0) throw new MachineryError(`${attempt}: it exited with ${code}`, stderr.trim());
  }
}

/** A folder as an archive. */
function packed(attempt: string, folder: string): ReadableStream<Uint8Array> {
  const options = { stdin: "null", stdout: "piped", stderr: "null" } as const;
  const command = ["tar", "-cf", "-", "-C", dirname(folder), basename(folder)] as const;
  return spawnProgram(attempt, command, options).stdout;
}

/** What follows a line, that line included: what comes before it is a login shell's, or ssh's. */
async function* since(
  parts: Parts,
  word: string,
  onNoise: (text: string) => void,
  onLine: (line: string) => void = () => {},
): AsyncGenerator<AgentLine | CommandBytes> {
  let begun = false;
  for await (const part of parts) {
    if (!begun && part.kind === "line" && part.text.split(" ")[0] === word) {
      begun = true;
      onLine(part.text);
    }
    if (begun) yield part;
    else if (part.kind === "bytes") onNoise(new TextDecoder().decode(part.bytes));
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
