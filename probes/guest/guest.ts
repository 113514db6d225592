/**
 * A QEMU guest with an emulated NVDIMM, as a target.
 *
 * @module
 */

import { dirname, join } from "node:path";
import type { Accelerator, TargetSummary } from "../../recording/header.ts";
import { cached, fingerprint } from "../cache.ts";
import { findProgram, spawnProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { splitLines } from "../lines.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import type { ExecOptions, Process, Target } from "../targets/target.ts";
import { type BootLimits, KVM_LIMITS, kvmProspect, rememberKvmFailure } from "./accelerator.ts";
import { Channel, portNames } from "./channel.ts";
import { makeInitramfs } from "./initramfs.ts";
import { findPayload, UNPACKED_FOLDER, unpackedName, unpackPvhKernel } from "./kernel_image.ts";
import type { Kernel } from "./kernels.ts";
import { backingBytes } from "./nvdimm.ts";
import { type BootEvent, type PhaseName, readConsoleLine } from "./phase.ts";
import { type Forward, type Machine, QEMU, qemuCommand } from "./qemu.ts";
import { seenAt, sharesOf } from "./shares.ts";
import { makeToolsImage } from "./tools_image.ts";

/** What a process gets that touches a page of a file for which there is no space. */
const SIGBUS = 7;

/** Seconds that a guest lives on after an abort, so that a session can end in order. */
const ABORT_GRACE_SECONDS = 15;

/** What guest is wanted. */
export interface GuestWish {
  readonly kernel: Kernel;
  /** Added at the end of the kernel's command line. */
  readonly append: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Bytes of the NVDIMM's region; see nvdimm.ts. */
  readonly regionBytes: number;
  /** Bytes of the ram disk /dev/ram0. */
  readonly diskBytes: number;
  /** A way into the guest's network; absent for a guest that has none. */
  readonly forward?: Forward;
  /**
   * Folders of this machine that the guest sees, and nothing else of it; absent for the whole root.
   * Its own root then holds what headcount runs there, and no more.
   */
  readonly shares?: readonly string[];
  /** Path, on this machine, of a bpftrace that the guest is to use; default the installed one. */
  readonly bpftrace?: string;
  /** Folder of the cache. */
  readonly cache: string;
  /** File that takes the guest's console: the kernel's log. */
  readonly log: string;
  /** Ends the guest, in whatever phase it is. */
  readonly signal: AbortSignal;
  /** Told of every step. */
  readonly onEvent: (event: BootEvent) => void;
}

/** A booted guest. Disposing of it kills QEMU and removes everything that belonged to it. */
export class Guest implements Target {
  readonly summary: TargetSummary;
  readonly lost: Promise<Error>;
  readonly deno = "/run/headcount/tools/bin/deno";
  readonly bpftrace: readonly string[];
  readonly bpftraceIdentity: string;
  /** The guest's own folder, on this machine; it goes with the guest. */
  readonly folder: string;
  readonly #channel: Channel;
  readonly #machine: RunningMachine;
  readonly #shares: readonly string[] | undefined;

  /** @ignore Made by {@linkcode bootGuest}. */
  constructor(
    summary: TargetSummary,
    machine: RunningMachine,
    channel: Channel,
    { bpftrace, shares }: Pick<GuestWish, "bpftrace" | "shares">,
    bpftraceIdentity: string,
  ) {
    this.summary = summary;
    this.#shares = shares;
    this.bpftraceIdentity = bpftraceIdentity;
    this.bpftrace = [bpftrace === undefined ? "bpftrace" : this.provide(bpftrace)];
    this.folder = machine.folder;
    this.#machine = machine;
    this.#channel = channel;
    this.lost = machine.ended.then((why) => machine.failure(`The guest is gone: ${why}`));
  }

  exec(command: readonly string[], options: ExecOptions = {}): Process {
    return this.#channel.exec(command, options.env);
  }

  provide(path: string): string {
    return seenAt(path, this.#shares);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine.stop();
    await this.#channel.close();
  }
}

/**
 * Boots a guest: by KVM if that works, else under emulation.
 *
 * @throws {MachineryError} when it does not come up; the evidence is the end of its kernel log.
 */
export async function bootGuest(wish: GuestWish): Promise<Guest> {
  wish.onEvent({ kind: "phase", name: "prepare" });
  const [kernel, initramfs, tools, prospect] = await allOrFirstError([
    bootableKernel(wish.cache, wish.kernel.image),
    makeInitramfs(wish.cache, wish.kernel.modules),
    makeToolsImage(wish.cache),
    kvmProspect(wish.cache),
    findProgram(QEMU),
  ]);
  const files = { kernel, initramfs, tools };
  let why = prospect.kind === "no" ? prospect.why : "";
  if (prospect.kind === "try") {
    wish.onEvent({ kind: "accelerator", name: "kvm", why: "/dev/kvm can be used" });
    const tried = await attempt(wish, files, { kind: "kvm", why: "KVM works" });
    if (tried instanceof Guest) return tried;
    why = tried.why;
  }
  wish.onEvent({ kind: "accelerator", name: "tcg", why });
  const guest = await attempt(wish, files, { kind: "tcg", why });
  if (guest instanceof Guest) {
    // What stops both is not KVM's fault.
    if (prospect.kind === "try") await rememberKvmFailure(wish.cache, why);
    return guest;
  }
  throw new MachineryError(`Cannot boot the guest: ${guest.why}`);
}

/** Like Promise.all, but waits for all before it throws: nothing half made is left behind. */
async function allOrFirstError<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return await Promise.all(promises) as unknown as T;
}

interface BootFiles {
  readonly kernel: string;
  readonly initramfs: string;
  readonly tools: string;
}

/** One try to boot. Only KVM's own failure is a result; everything else is thrown. */
async function attempt(
  wish: GuestWish,
  files: BootFiles,
  accelerator: Accelerator & { readonly kind: "kvm" | "tcg" },
): Promise<Guest | { readonly why: string }> {
  const directory = await makeTemporaryFolder("the guest", "headcount-guest-");
  const diskKib = Math.ceil(wish.diskBytes / 1024);
  const commandLine = [
    "console=ttyS0 loglevel=6 panic=-1 oops=panic",
    // Half a second of an emulated boot, and no use to a guest that lives for seconds.
    "cryptomgr.notests mitigations=off random.trust_cpu=on",
    `brd.rd_nr=1 brd.rd_size=${diskKib}`,
    `headcount_ports=${portNames().length} headcount_disk_kib=${diskKib}`,
    ...(wish.shares === undefined ? [] : [`headcount_shares=${wish.shares.length}`]),
    // A kernel patches its own text thousands of times as it boots. QEMU 7.2's emulation can let
    // another processor run what was just replaced: 4 of 100 boots of 6.17 on two processors ended
    // in a panic, none of 120 on one. init.sh brings the others up.
    ...(accelerator.kind === "tcg" ? ["maxcpus=1"] : []),
    wish.append,
  ].join(" ").trim();
  const machine: Machine = {
    ...files,
    accelerator: accelerator.kind,
    commandLine,
    memoryBytes: wish.memoryBytes,
    cpus: wish.cpus,
    backingBytes: backingBytes(wish.regionBytes),
    shares: sharesOf(wish.shares),
    ...(wish.forward === undefined ? {} : { forward: wish.forward }),
    directory,
  };
  const running = new RunningMachine(machine, wish);
  try {
    const outcome = await running.boot(accelerator.kind === "kvm" ? KVM_LIMITS : undefined);
    if (outcome !== undefined) {
      await running.stop();
      return { why: outcome };
    }
    const channel = await Channel.open(directory);
    const { memoryBytes, cpus } = wish;
    const identity = await fingerprint(wish.bpftrace ?? await findProgram("bpftrace"));
    return new Guest(
      { kind: "guest", accelerator, cpus, memoryBytes, commandLine },
      running,
      channel,
      wish,
      identity,
    );
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** The kernel as QEMU takes it: unpacked where it can be booted by PVH, else the bzImage itself. */
async function bootableKernel(cache: string, image: string): Promise<string> {
  const folder = join(cache, UNPACKED_FOLDER);
  const path = await cached(folder, await unpackedName(image), async (path) => {
    const bytes = await Deno.readFile(image);
    const kernel = await unpackPvhKernel(bytes, findPayload(bytes, image));
    await Deno.writeFile(path, kernel ?? new Uint8Array());
  });
  // An empty file remembers that this kernel has no PVH entry.
  return (await Deno.stat(path)).size > 0 ? path : image;
}

/** What is awaited, or a complaint when the time is over. */
async function within(
  seconds: number,
  complaint: string,
  awaited: readonly Promise<string | undefined>[],
): Promise<string | undefined> {
  const limit = Promise.withResolvers<string>();
  const timer = setTimeout(() => limit.resolve(`${complaint} in ${seconds} s`), seconds * 1000);
  try {
    return await Promise.race([...awaited, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** QEMU under its supervisor, and the guest's console. */
class RunningMachine {
  readonly folder: string;
  readonly ended: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #lifeline: WritableStreamDefaultWriter<Uint8Array>;
  readonly #wish: GuestWish;
  readonly #log: string[] = [];
  readonly #reached = Promise.withResolvers<undefined>();
  readonly #firstLine = Promise.withResolvers<undefined>();
  readonly #done: Promise<void>;
  #phase: PhaseName = "kernel";
  #complaint = "";
  #failed: string | undefined;
  #exit = 0;
  #up = false;
  #lastCall: ReturnType<typeof setTimeout> | undefined;
  readonly #onAbort = (): void => {
    // While it boots nothing can be saved; later a session gets the time to end in order.
    this.#lastCall = setTimeout(() => void this.stop(), this.#up ? ABORT_GRACE_SECONDS * 1000 : 0);
  };

  constructor(machine: Machine, wish: GuestWish) {
    this.folder = machine.directory;
    this.#wish = wish;
    const script = decodeURIComponent(new URL("supervise.sh", import.meta.url).pathname);
    this.#child = spawnProgram("Starting the guest", [
      "sh",
      ...[script, machine.directory, String(machine.backingBytes), portNames().join(" ")],
      ...qemuCommand(machine),
    ], {
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal is headcount's to handle: the guest is in a group of its own.
      detached: true,
    });
    this.#lifeline = this.#child.stdin.getWriter();
    wish.onEvent({ kind: "phase", name: "kernel" });
    const console = this.#readConsole();
    const errors = new Response(this.#child.stderr).text().then((text) => {
      this.#complaint = text.trim();
    });
    const status = this.#child.status.then(({ code }) => {
      this.#exit = code;
    });
    this.#done = Promise.all([console, errors, status]).then(() => {});
    this.ended = this.#done.then(() => this.#failed ?? this.#lastWords());
    wish.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (wish.signal.aborted) this.#onAbort();
  }

  /**
   * Waits until the guest is up.
   *
   * @returns What is wrong with the accelerator if the guest did not keep its time limits, or ended
   * without a word; undefined when all is well.
   */
  async boot(limits: BootLimits | undefined): Promise<string | undefined> {
    const ended = this.ended.then((why) => {
      if (limits !== undefined && this.#log.length === 0) return `KVM failed: ${why}`;
      throw this.failure(`The guest did not come up: ${why}`);
    });
    ended.catch(() => {});
    if (limits === undefined) return await Promise.race([this.#reached.promise, ended]);
    return await within(
      limits.firstLineSeconds,
      "KVM hangs: no line of the guest's kernel",
      [this.#firstLine.promise, ended],
    ) ?? await within(
      limits.readySeconds,
      "KVM hangs: the guest did not come up",
      [this.#reached.promise, ended],
    );
  }

  /** Kills QEMU and waits until all is gone. */
  async stop(): Promise<void> {
    this.#wish.signal.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#lastCall);
    // The end of its standard input is what the supervisor waits for.
    await this.#lifeline.close().catch(() => {});
    await this.#done;
  }

  /** An error with the end of the kernel's log. */
  failure(message: string): MachineryError {
    return new MachineryError(message, this.#log.slice(-15).join("\n"));
  }

  #lastWords(): string {
    if (this.#wish.signal.aborted) {
      return `stopped in phase "${this.#phase}" (${
        String(this.#wish.signal.reason?.message ?? "")
      })`;
    }
    if (this.#exit === 128 + SIGBUS) {
      return `QEMU was ended by SIGBUS: there may be no space left for the NVDIMM's pages in "${
        dirname(this.folder)
      }"; TMPDIR takes another folder`;
    }
    // The supervisor's shell says it in words of its own.
    if (this.#exit > 128) {
      return `QEMU was ended by signal ${this.#exit - 128} in phase "${this.#phase}"`;
    }
    const complaint = this.#complaint.split("\n")[0] ?? "";
    return complaint === "" ? `QEMU ended in phase "${this.#phase}"` : complaint;
  }

  async #readConsole(): Promise<void> {
    using log = await Deno.open(this.#wish.log, { create: true, write: true, truncate: true });
    const encoder = new TextEncoder();
    for await (const raw of splitLines(this.#child.stdout)) {
      const line = raw.trimEnd();
      this.#firstLine.resolve(undefined);
      this.#log.push(line);
      if (this.#log.length > 200) this.#log.shift();
      await log.write(encoder.encode(`${line}\n`));
      this.#follow(line);
    }
  }

  #follow(line: string): void {
    const told = readConsoleLine(line);
    switch (told?.kind) {
      case "phase":
        this.#phase = told.name;
        this.#wish.onEvent(told);
        if (told.name === "ready") {
          this.#up = true;
          this.#reached.resolve(undefined);
        }
        break;
      case "note":
        this.#wish.onEvent(told);
        break;
      case "failed":
        this.#failed ??= told.what;
        break;
      case "panic":
        this.#failed ??= `kernel panic: ${told.what}`;
        break;
    }
  }
}
