/**
 * Commands in a guest without a network: pairs of virtio-serial ports, each pair serving one
 * command at a time (see agent.sh for the guest's end).
 *
 * The host's end of a port is a pair of FIFOs, which need neither a network permission nor a
 * socket's file to be removed.
 *
 * @module
 */

import type { Process, Signal } from "../targets/target.ts";
import { quote } from "../shell.ts";
import { PortReader } from "./frame.ts";

/** The host's end of one port. */
interface Port {
  readonly reader: PortReader;
  readonly input: Deno.FsFile;
}

/** A pair of ports. */
interface Slot {
  readonly io: Port;
  readonly ctl: Port;
}

/** How many commands a guest runs at a time. */
export const SLOTS = 6;

/** Names of the ports, two for each slot. */
export function portNames(): string[] {
  return Array.from(
    { length: SLOTS },
    (_, slot) => [`headcount.${slot}.io`, `headcount.${slot}.ctl`],
  )
    .flat();
}

/** Paths of the FIFOs that QEMU's `pipe` character device expects behind a name. */
export function fifoPaths(directory: string, port: string): { input: string; output: string } {
  return { input: `${directory}/${port}.in`, output: `${directory}/${port}.out` };
}

/** The host's end of a guest's channel. */
export class Channel {
  readonly #free: Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];
  readonly #all: readonly Slot[];

  private constructor(slots: readonly Slot[]) {
    this.#all = slots;
    this.#free = [...slots];
  }

  /** Opens the host's ends; QEMU must have opened its own, or this waits for it. */
  static async open(directory: string): Promise<Channel> {
    const slots = Array.from({ length: SLOTS }, async (_, slot): Promise<Slot> => {
      const [io, ctl] = await Promise.all([
        openPort(directory, `headcount.${slot}.io`),
        openPort(directory, `headcount.${slot}.ctl`),
      ]);
      return { io, ctl };
    });
    return new Channel(await Promise.all(slots));
  }

  /** Starts a command as soon as a pair of ports is free. */
  exec(command: readonly string[], env: Readonly<Record<string, string>> = {}): Process {
    const token = crypto.randomUUID().replaceAll("-", "");
    const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const argv = assignments.length > 0 ? ["env", ...assignments, ...command] : command;
    const pid = Promise.withResolvers<number>();
    const exit = Promise.withResolvers<number>();
    // Not everybody who runs a command asks for both.
    pid.promise.catch(() => {});
    exit.promise.catch(() => {});
    let ended = false;
    exit.promise.finally(() => ended = true).catch(() => {});
    const taken = this.#take();
    const slot = taken.then(async (slot) => {
      await writeAll(slot.ctl.input, `${token}\n${argv.map(quote).join(" ")}\n`);
      return slot;
    });
    const stdout = commandStream(slot.then((s) => s.io.reader.read(token)), () => true);
    const stderr = commandStream(slot.then((s) => s.ctl.reader.read(token)), (line) => {
      const [word, number] = line.split(" ");
      if (word === "pid") pid.resolve(Number(number));
      if (word !== "exit") return false;
      exit.resolve(Number(number));
      return true;
    });
    const gone = (reason: unknown): void => {
      const why = reason instanceof Error ? reason.message : String(reason);
      const error = new Error(`"${command.join(" ")}" has no result: ${why}`, { cause: reason });
      pid.reject(error);
      exit.reject(error);
    };
    Promise.all([taken, stdout.ended, stderr.ended]).then(([free]) => {
      pid.reject(new Error(`"${command.join(" ")}" was not started`));
      exit.reject(new Error(`The guest is gone: "${command.join(" ")}" has no result`));
      this.#give(free);
    }, gone);
    return {
      pid: pid.promise,
      exit: exit.promise,
      stdout: stdout.stream,
      stderr: stderr.stream,
      write: async (text) => writeAll((await slot).io.input, text),
      kill: async (signal: Signal) => {
        // By then its number may be somebody else's.
        if (ended) return;
        const process = this.exec(["kill", `-${signal.slice(3)}`, String(await pid.promise)]);
        await Promise.all([
          process.exit,
          process.stdout.pipeTo(new WritableStream()),
          process.stderr.pipeTo(new WritableStream()),
        ]);
      },
    };
  }

  /** Lets go of every port. */
  async close(): Promise<void> {
    for (const { io, ctl } of this.#all) {
      for (const port of [io, ctl]) {
        port.input.close();
        await port.reader.close();
      }
    }
  }

  #take(): Promise<Slot> {
    const slot = this.#free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(slot);
    else next(slot);
  }
}

async function openPort(directory: string, name: string): Promise<Port> {
  const { input, output } = fifoPaths(directory, name);
  const [write, read] = await Promise.all([
    Deno.open(input, { write: true }),
    Deno.open(output, { read: true }),
  ]);
  return { reader: new PortReader(read.readable), input: write };
}

async function writeAll(file: Deno.FsFile, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** One stream of a command: its bytes, and a promise for its last line. */
function commandStream(
  parts: Promise<
    AsyncGenerator<{ kind: "line"; text: string } | { kind: "bytes"; bytes: Uint8Array }>
  >,
  isLast: (line: string) => boolean,
): { stream: ReadableStream<Uint8Array>; ended: Promise<void> } {
  const ended = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        while (true) {
          const { value, done } = await (await parts).next();
          if (done || (value.kind === "line" && isLast(value.text))) {
            controller.close();
            ended.resolve();
            return;
          }
          if (value.kind === "bytes") {
            controller.enqueue(value.bytes);
            return;
          }
        }
      } catch (error) {
        controller.error(error);
        ended.reject(error);
      }
    },
    // Nobody wants the rest, but the port must be read to the command's end before it serves the
    // next one.
    async cancel() {
      for await (const part of await parts) {
        if (part.kind === "line" && isLast(part.text)) break;
      }
      ended.resolve();
    },
  });
  return { stream, ended: ended.promise };
}
