/**
 * A session: attach, ready, workload, stop. Yields the recording as it comes to be.
 *
 * @module
 */

import type { WorkloadReport } from "../recording/event.ts";
import type { Footer, PinCounters, SessionEnd } from "../recording/footer.ts";
import type { RecordingItem } from "../recording/codec.ts";
import type { Header } from "../recording/header.ts";
import { MachineryError } from "./failure.ts";
import { splitLines } from "./lines.ts";
import { merge } from "./merge.ts";
import type { Process, Target } from "./targets/target.ts";
import { Tally } from "./tally.ts";
import { GATE_LINE, readWireLine } from "./wire.ts";
import { readMisses, readPinCounters, readSettledPins } from "./witness.ts";
import { workloadFailure } from "./workloads/failure.ts";
import { readWorkloadLine } from "./workloads/report.ts";

/** What a session needs beside its target. */
export interface SessionWish {
  /** The header, which tells of the device: bpftrace attaches while that is made. */
  readonly header: Promise<Header>;
  /** Name of the workload. */
  readonly workload: string;
  /** Whether the program asks for the device's pages: then it is started when they are known. */
  readonly needsPages: boolean;
  /** Path of the bpftrace program, as this machine has it. */
  readonly script: string;
  /** Options of bpftrace beside those that every version has. */
  readonly tracerOptions: readonly string[];
  /** Variables of bpftrace's environment. */
  readonly tracerEnvironment: Readonly<Record<string, string>>;
  /** The workload's command, as the target sees it. */
  readonly command: readonly string[];
  /** Variables of the workload's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the session early; what was recorded so far is kept. */
  readonly signal: AbortSignal;
}

/** Seconds that bpftrace gets to print its totals after it was asked to stop. */
const GRACE_SECONDS = 10;

/** Lines of standard error that an error message shows. */
const TAIL = 8;

/**
 * Runs a session. The last item after a header is always a footer, also where the session is aborted or
 * fails; a failure is thrown after it. Without a device there is neither.
 *
 * @throws {MachineryError} when bpftrace or the workload fail, or the target is lost.
 */
export async function* runSession(
  target: Target,
  wish: SessionWish,
): AsyncGenerator<RecordingItem, void, undefined> {
  // Whoever waits for it is told; until somebody does, it is no error that nobody handles.
  wish.header.catch(() => {});
  const session = new Session(target, wish);
  let failure: MachineryError | undefined;
  try {
    yield* session.events();
  } catch (error) {
    failure = await explain(target, error);
  }
  if (session.header === undefined) {
    if (failure !== undefined) throw failure;
    return;
  }
  yield session.footer(session.header, failure);
  if (failure !== undefined) throw failure;
}

class Session {
  /** The header, once it is known. */
  header: Header | undefined;
  readonly #target: Target;
  readonly #wish: SessionWish;
  readonly #tally = new Tally();
  #end: SessionEnd = { kind: "complete" };
  #totalsComplete = false;
  #pinsBefore: PinCounters | undefined;
  #pins: PinCounters | undefined;
  #missedBefore = 0;
  #missed: number | undefined;
  #workloadExit: number | undefined;

  constructor(target: Target, wish: SessionWish) {
    this.#target = target;
    this.#wish = wish;
  }

  async *events(): AsyncGenerator<RecordingItem, void, undefined> {
    const { script, command, environment, signal, needsPages } = this.#wish;
    // The shell becomes the workload when there is a device: its number is known before.
    const workload = this.#target.exec(["sh", "-c", 'read -r _ && exec "$@"', "sh", ...command], {
      env: environment,
    });
    const workloadTail = keepTail(workload.stderr);
    const pid = await workload.pid;
    const pages = needsPages ? pfnRange(await this.#wish.header) : NO_PAGES;
    const tracer = this.#target.exec([
      ...this.#target.bpftrace,
      ...["-f", "json", ...this.#wish.tracerOptions],
      // bpftrace starts this command when all probes are attached and stops when it ends: the
      // shell's first words are the sign of readiness, its end is ours to decide.
      ...["-c", "/bin/sh"],
      this.#target.provide(script),
      ...[pid, ...pages].map(String),
    ], { env: this.#wish.tracerEnvironment });
    const tracerTail = keepTail(tracer.stderr);
    const stop = this.#stopper(tracer, workload);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      await tracer.write(`echo '${GATE_LINE}'\n`);
      this.header = await this.#wish.header;
      yield this.header;
      await workload.write("\n");
      yield* this.#follow(tracer, workload);
      yield* this.#tally.refcounts();
      await this.#settle(tracer, tracerTail, workload, workloadTail);
    } finally {
      signal.removeEventListener("abort", stop);
      await Promise.allSettled([workload.kill("SIGKILL"), tracer.kill("SIGKILL")]);
    }
  }

  footer(header: Header, failure: MachineryError | undefined): Footer {
    const end: SessionEnd = failure !== undefined && this.#end.kind === "complete"
      ? { kind: "failed", what: failure.message }
      : this.#end;
    return {
      kind: "footer",
      end,
      ...(this.#totalsComplete ? { totals: this.#tally.totals(hasPuts(header)) } : {}),
      ...(this.#missed === undefined ? {} : { missed: this.#missed }),
      ...(this.#pins === undefined ? {} : { pins: this.#pins }),
      ...(this.#workloadExit === undefined ? {} : { workloadExit: this.#workloadExit }),
    };
  }

  /** Yields events until tracer and workload have both ended. */
  async *#follow(
    tracer: Process,
    workload: Process,
  ): AsyncGenerator<RecordingItem, void, undefined> {
    let attached = false;
    let ready = false;
    let gone = false;
    const start = async (): Promise<void> => {
      if (!attached || !ready || gone) return;
      gone = true;
      await this.#hear(async () => {
        this.#missedBefore = await readMisses(this.#target, await tracer.pid) ?? 0;
        this.#pinsBefore = await readPinCounters(this.#target);
      });
      await workload.write("go\n");
    };
    const lines = merge({
      tracer: splitLines(tracer.stdout),
      workload: splitLines(workload.stdout),
      target: lostAsStream(this.#target),
    });
    let open = 2;
    for await (const { from, value } of lines) {
      if (from === "target") throw await this.#target.lost;
      if (value === undefined) {
        open--;
        if (from === "workload") {
          await this.#hear(async () => {
            if (this.#pinsBefore === undefined) return;
            this.#pins = await readSettledPins(this.#target, this.#pinsBefore);
          });
          await this.#countMisses(tracer);
          await tracer.write("exit\n").catch(() => {});
        } else if (open > 0) {
          // bpftrace ended first: without it there is nothing to wait for.
          await workload.kill("SIGKILL");
        }
        if (open === 0) return;
        continue;
      }
      if (from === "workload") {
        const report = readWorkloadLine(value);
        if (report === undefined) {
          yield { kind: "unreadable", text: value.slice(0, 200) };
          continue;
        }
        yield { kind: "workload", report };
        ready ||= isReady(report);
        await start();
        if (report.step === "done") {
          await this.#countMisses(tracer);
          await workload.write("end\n").catch(() => {});
        }
        continue;
      }
      const message = readWireLine(value);
      if (message.kind === "events") yield* message.events;
      else if (message.kind === "totals" || message.kind === "counts") this.#tally.add(message);
      else if (message.kind === "attached") {
        attached = true;
        await start();
      }
    }
  }

  /**
   * Counts what the kernel skipped while the workload worked, once: when it says that it is done, else
   * when it has ended. The threads of a process that exits make calls of their own, at once and on the
   * same processor, and what is skipped of those is no loss.
   */
  async #countMisses(tracer: Process): Promise<void> {
    if (this.#missed !== undefined) return;
    await this.#hear(async () => {
      const misses = await readMisses(this.#target, await tracer.pid);
      if (misses !== undefined) this.#missed = misses - this.#missedBefore;
    });
  }

  /** A witness that cannot be heard is absent from the footer, and the ledger says so. */
  async #hear(witness: () => Promise<void>): Promise<void> {
    try {
      await witness();
    } catch {
      // Said above.
    }
  }

  /** Judges how the two processes ended. */
  async #settle(
    tracer: Process,
    tracerTail: Promise<string>,
    workload: Process,
    workloadTail: Promise<string>,
  ): Promise<void> {
    const [tracerCode, workloadCode] = await Promise.all([tracer.exit, workload.exit]);
    this.#totalsComplete = tracerCode === 0;
    if (this.#end.kind !== "complete") return;
    this.#workloadExit = workloadCode;
    if (tracerCode !== 0) {
      throw new MachineryError(`bpftrace failed: it exited with ${tracerCode}`, await tracerTail);
    }
    if (workloadCode !== 0) {
      throw workloadFailure(this.#wish.workload, workloadCode, await workloadTail);
    }
  }

  /** Ends workload and bpftrace, the latter so that it prints its totals. */
  #stopper(tracer: Process, workload: Process): () => void {
    return () => {
      const reason: unknown = this.#wish.signal.reason;
      this.#end = reason instanceof MachineryError
        ? { kind: "failed", what: reason.message }
        : { kind: "interrupted", signal: String(reason) };
      const kill = setTimeout(() => void tracer.kill("SIGKILL"), GRACE_SECONDS * 1000);
      Deno.unrefTimer(kill);
      void tracer.exit.catch(() => {}).finally(() => clearTimeout(kill));
      // One after the other: no probe is taken out of code that still runs.
      void workload.kill("SIGKILL").then(() => workload.exit).catch(() => {})
        .then(() => tracer.write("exit\n")).catch(() => {});
    };
  }
}

function isReady(report: WorkloadReport): boolean {
  return report.step === "ready";
}

/** A stream that yields when the target is lost. */
async function* lostAsStream(target: Target): AsyncGenerator<string, void, undefined> {
  yield (await target.lost).message;
}

/**
 * Why a session failed. Where the target goes away the streams of its commands break first: the
 * reason follows within moments.
 */
async function explain(target: Target, error: unknown): Promise<MachineryError> {
  const moment = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => moment.resolve(undefined), 2000);
  const lost = await Promise.race([target.lost, moment.promise]);
  clearTimeout(timer);
  if (lost instanceof MachineryError) return lost;
  if (error instanceof MachineryError) return error;
  return new MachineryError(
    `The session failed: ${error instanceof Error ? error.message : String(error)}`,
    "",
    { cause: error },
  );
}

/** Reads a stream to its end and keeps its last lines. */
async function keepTail(stream: ReadableStream<Uint8Array>): Promise<string> {
  const tail: string[] = [];
  try {
    for await (const line of splitLines(stream)) {
      if (line.trim() === "") continue;
      tail.push(line);
      if (tail.length > TAIL) tail.shift();
    }
  } catch {
    // The target went away; what was said until then is what there is.
  }
  return tail.join("\n");
}

/** What a program gets that does not ask for the device's pages. */
const NO_PAGES = [0, 0] as const;

/** The device's pages [first, end), for the program's arguments. */
function pfnRange({ device, kernel }: Header): readonly [first: number, end: number] {
  const { pfn } = device;
  return pfn === undefined ? NO_PAGES : [pfn, pfn + Math.floor(device.bytes / kernel.pageBytes)];
}

function hasPuts({ plan }: Header): boolean {
  return plan.roles.put?.kind === "probed" || plan.roles.unpin?.kind === "probed";
}
