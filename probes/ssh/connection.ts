/**
 * A connection to another machine by the system's ssh: one master, over which commands run, and the
 * shell at the far side that ends them when it is gone.
 *
 * ssh's own configuration decides how it gets there and whom it trusts. A master that runs already is
 * used; else one is started, with a socket in a folder of its own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { abortable } from "../abortable.ts";
import { findProgram, spawnProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { splitLines } from "../lines.ts";
import { Tail } from "../tail.ts";
import { oneLine, quoteWord } from "./words.ts";

/** Milliseconds between signs of life. */
const BEAT_MS = 5000;
/** How long the far side may be silent; keeper.sh gives this side as long. */
const SILENCE_MS = 60_000;
/** How long ssh may take to end once the far side is to end. */
const END_MS = 5000;

/**
 * What a login shell is told, whichever it is: a POSIX shell reads one line and runs the text that it
 * stands for.
 */
const READ_AND_RUN = `exec sh -c 'IFS= read -r text; eval "$(printf %b "$text")"'`;

/** What is never a connection of its own: where the master is gone, no other takes its place. */
const NO_OTHER = ["-o", "ControlMaster=no", "-o", "ProxyCommand=false"];

/** What ssh does for commands only, whatever its configuration says of interactive sessions. */
const PLAIN = ["-T", "-o", "RemoteCommand=none", "-o", "ClearAllForwardings=yes"];

/** What the far side said of itself. */
export interface FarSide {
  /** Folder of this connection there; it goes with the connection. */
  readonly folder: string;
  /** Number of the user who is logged in there. */
  readonly uid: number;
  /** That user's name. */
  readonly user: string;
  /** Number of the process that starts there what is started over the connection. */
  readonly parent: number;
  /** Path of a deno there; empty where there is none. */
  readonly deno: string;
}

/** A connection that is open. Disposing of it ends all that was started over it. */
export class Connection implements AsyncDisposable {
  /** The far side. */
  readonly far: FarSide;
  /** Settles with the reason when the connection is gone. */
  readonly lost: Promise<MachineryError>;
  readonly #host: string;
  readonly #control: readonly string[];
  readonly #keeper: Keeper;

  private constructor(host: string, control: readonly string[], keeper: Keeper, far: FarSide) {
    this.#host = host;
    this.#control = control;
    this.#keeper = keeper;
    this.far = far;
    this.lost = keeper.lost;
  }

  /**
   * Connects. ssh may ask on the terminal for what it needs.
   *
   * @param host As ssh takes it.
   * @throws {MachineryError} when it does not come about; the evidence is what ssh said.
   */
  static async open(host: string, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    await findProgram("ssh").catch((error) => {
      if (!(error instanceof MachineryError)) throw error;
      throw new MachineryError(
        'There is no program "ssh" on this machine; Debian has it in openssh-client',
      );
    });
    const running = await runningMaster(host);
    const directory = await Deno.makeTempDir({
      prefix: "headcount-ssh-",
      // The path of a socket has 107 bytes at most, of which ssh takes 17 while it makes it.
      ...((Deno.env.get("TMPDIR") ?? "").length > 40 ? { dir: "/tmp" } : {}),
    });
    const socket = `${directory}/socket`;
    const master = ["-M", "-S", socket, "-o", "ControlPersist=no"];
    const keeper = new Keeper(host, directory, [
      ...(running === undefined ? master : ["-S", running, ...NO_OTHER]),
      ...PLAIN,
      ...["--", host, READ_AND_RUN],
    ]);
    try {
      const far = await abortable(keeper.greet(await keeperText(keeper.token)), signal);
      return new Connection(host, ["-S", running ?? socket, ...NO_OTHER, ...PLAIN], keeper, far);
    } catch (error) {
      await keeper.end();
      throw error;
    }
  }

  /** Starts ssh for one command; see run.sh for what it reads first. */
  start(): Deno.ChildProcess {
    const run = `exec sh ${quoteWord(`${this.far.folder}/run`)} ${quoteWord(this.far.folder)}`;
    return spawnProgram("Running a command by ssh", [
      "ssh",
      ...this.#control,
      ...["--", this.#host, run],
    ], {
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal is headcount's to handle.
      detached: true,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.end();
  }
}

/** Socket of a master that runs already, as ssh's configuration names it. */
async function runningMaster(host: string): Promise<string | undefined> {
  const { stdout } = await output(["-G", "--", host]);
  const path = /^controlpath (.*)$/m.exec(stdout)?.[1];
  if (path === undefined || path === "none") return undefined;
  const { code } = await output(["-S", path, "-O", "check", "--", host]);
  return code === 0 ? path : undefined;
}

async function output(args: readonly string[]): Promise<{ code: number; stdout: string }> {
  const options = { stdin: "null", stdout: "piped", stderr: "null" } as const;
  const { code, stdout } = await spawnProgram("Asking ssh", ["ssh", ...args], options).output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

/** The keeper as the text that its shell is given. */
async function keeperText(token: string): Promise<string> {
  const [keeper, run] = await Promise.all(
    ["keeper.sh", "run.sh"].map((name) => Deno.readTextFile(new URL(name, import.meta.url))),
  );
  return `set -- ${token} ${quoteWord(run ?? "")}\n${keeper}`;
}

/** ssh with the keeper at its far end. */
class Keeper {
  readonly token: string = crypto.randomUUID().replaceAll("-", "");
  readonly lost: Promise<MachineryError>;
  readonly #host: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #complaints = new Tail();
  readonly #told = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #done: Promise<number>;
  #heard: number = performance.now();
  #beats: ReturnType<typeof setInterval> | undefined;
  #silent = false;
  #isEnding = false;

  constructor(host: string, directory: string, args: readonly string[]) {
    this.#host = host;
    const script = fileURLToPath(new URL("connect.sh", import.meta.url));
    this.#child = spawnProgram("Starting ssh", ["sh", script, directory, ...args], {
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    this.#input = this.#child.stdin.getWriter();
    const read = Promise.all([this.#listen(), this.#complaints.keep(this.#child.stderr)]);
    this.#done = Promise.all([this.#child.status, read]).then(([{ code }]) => code);
    this.lost = this.#done.then((code) => this.#failure(code));
  }

  /** Tells the far side what to run; gives what it says of itself. */
  async greet(text: string): Promise<FarSide> {
    await this.#say(oneLine(text));
    const why = await Promise.race([this.#ready.promise, this.lost]);
    if (why !== undefined) throw why;
    const told = (name: string): string => this.#told.get(name) ?? "";
    const [uid, user = ""] = told("user").split(" ");
    let beat = 0;
    this.#beats = setInterval(() => {
      void this.#say(String(++beat));
      if (performance.now() - this.#heard > SILENCE_MS) this.#giveUp();
    }, BEAT_MS);
    Deno.unrefTimer(this.#beats);
    return {
      folder: told("folder"),
      uid: Number(uid),
      user,
      parent: Number(told("parent")),
      deno: told("deno"),
    };
  }

  /** Ends the far side, and ssh. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#beats);
    await this.#input.close().catch(() => {});
    const timer = setTimeout(() => this.#kill(), this.#told.has("ready") ? END_MS : 0);
    await this.#done;
    clearTimeout(timer);
  }

  async #listen(): Promise<void> {
    for await (const line of splitLines(this.#child.stdout)) {
      // A login shell may print something of its own.
      if (!line.startsWith(`${this.token} `)) continue;
      this.#heard = performance.now();
      const [, name = "", value = ""] = /^\S+ (\S+) ?(.*)$/.exec(line) ?? [];
      this.#told.set(name, value);
      if (name === "ready") this.#ready.resolve();
    }
  }

  async #say(line: string): Promise<void> {
    // Where ssh has ended, that tells it.
    await this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  #giveUp(): void {
    this.#silent = true;
    this.#kill();
  }

  #kill(): void {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It ended by itself in the meantime.
    }
  }

  #failure(code: number): MachineryError {
    clearInterval(this.#beats);
    const said = this.#complaints.text();
    if (!this.#told.has("ready")) {
      return new MachineryError(`Cannot connect to "${this.#host}": ssh exited with ${code}`, said);
    }
    const why = this.#isEnding
      ? "it was ended"
      : this.#silent
      ? `it was silent for ${SILENCE_MS / 1000} s`
      : `ssh exited with ${code}`;
    return new MachineryError(`The connection to "${this.#host}" is gone: ${why}`, said);
  }
}
