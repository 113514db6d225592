/**
 * Commands in a guest without a network: pairs of virtio-serial ports, each pair serving one
 * command at a time (see agent.sh for the guest's end).
 *
 * The host's end of a port is a pair of FIFOs, which need neither a network permission nor a
 * socket's file to be removed.
 *
 * @module
 */

import { collect, type Process, type Signal } from "../targets/target.ts";
import { quote } from "../shell.ts";
import { PortReader } from "../frame.ts";
import { framedProcess } from "../framed.ts";

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
    const taken = this.#take();
    const slot = taken.then(async (slot) => {
      await writeAll(slot.ctl.input, `${token}\n${argv.map(quote).join(" ")}\n`);
      return slot;
    });
    const { read, hasEnded, ...process } = framedProcess({
      command,
      output: slot.then(({ io }) => io.reader.read(token)),
      errors: slot.then(({ ctl }) => ctl.reader.read(token)),
      gone: () => "The guest is gone",
    });
    read.then(async () => this.#give(await taken)).catch(() => {});
    return {
      ...process,
      write: async (text) => writeAll((await slot).io.input, text),
      kill: async (signal: Signal) => {
        // By then its number may be somebody else's.
        if (hasEnded()) return;
        await collect(this.exec(["kill", `-${signal.slice(3)}`, String(await process.pid)]));
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
