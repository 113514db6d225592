/**
 * A session: attach, ready, workload, stop. Yields the recording as it comes to be.
 *
 * @module
 */

import type { WorkloadReport } from "../recording/event.ts";
import type { Footer, SessionEnd } from "../recording/footer.ts";
import type { RecordingItem } from "../recording/codec.ts";
import type { Header } from "../recording/header.ts";
import { Dump } from "./dump.ts";
import { MachineryError } from "./failure.ts";
import { splitLines } from "./lines.ts";
import { merge } from "./merge.ts";
import type { SessionWish } from "./session_wish.ts";
import { lossOr } from "./targets/loss.ts";
import { collect, type Process, type Target } from "./targets/target.ts";
import { Tail } from "./tail.ts";
import { Tally } from "./tally.ts";
import { GATE_LINE, readWireLine } from "./wire.ts";
import { Witnesses } from "./witness.ts";
import { workloadFailure } from "./workloads/failure.ts";
import { readWorkloadLine } from "./workloads/report.ts";

/** Seconds that bpftrace gets to print its totals after it was asked to stop. */
const GRACE_SECONDS = 10;

/** Seconds that it gets to print them as it goes on, before it is asked to stop. */
const DUMP_SECONDS = 3;

/** What ends bpftrace's child, and with it bpftrace. */
const END = "exit\n";

/**
 * The same where what is seen goes on: the exec closes the program's gate, and calls that had begun
 * get a moment to return before their probes go.
 */
const CLOSE_AND_END = "exec sleep 0.3\n";

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
  readonly #witnesses: Witnesses;
  #end: SessionEnd = { kind: "complete" };
  #totalsComplete = false;
  #workloadExit: number | undefined;
  /** What the workload said that cannot be understood. */
  #nonsense: string | undefined;
  #isDone = false;
  /** Whether an observation was ended before its time. */
  #isStopped = false;
  /** Whether what is seen is seen by now. */
  #gone = false;
  /** What bpftrace prints of its totals while it goes on, where it was asked to. */
  #dump: Dump | undefined;
  /** Whether bpftrace was left to go on. */
  #isLeft = false;
  readonly #speaks: boolean;
  readonly #lastWord: string;

  constructor(target: Target, wish: SessionWish) {
    this.#target = target;
    this.#wish = wish;
    this.#witnesses = new Witnesses(target);
    this.#speaks = wish.scope === "buffer";
    this.#lastWord = this.#speaks ? END : CLOSE_AND_END;
  }

  async *events(): AsyncGenerator<RecordingItem, void, undefined> {
    const { script, command, environment, signal, needsPages } = this.#wish;
    // The shell becomes the workload when there is a device: its number is known before.
    const workload = this.#target.exec(["sh", "-c", 'read -r _ && exec "$@"', "sh", ...command], {
      env: environment,
      mayLeave: this.#wish.scope === "command",
    });
    const workloadTail = new Tail(this.#wish.onOutput);
    const complaints = workloadTail.keep(workload.stderr);
    const pid = this.#wish.pid ?? await workload.pid;
    const pages = needsPages ? pfnRange(await this.#wish.header) : NO_PAGES;
    const tracer = this.#target.exec([
      ...(this.#wish.tracerPrefix ?? []),
      ...this.#target.bpftrace,
      ...["-f", "json", ...this.#wish.tracerOptions],
      // bpftrace starts this command when all probes are attached and stops when it ends: the
      // shell's first words are the sign of readiness, its end is ours to decide.
      ...["-c", "/bin/sh"],
      this.#target.provide(script),
      ...[pid, ...pages, this.#wish.vmemmapBase].map(String),
      // Of the machine everything is seen but this.
      ...(this.#wish.scope === "machine" ? [String(this.#target.observer ?? 0)] : []),
    ], { env: this.#wish.tracerEnvironment });
    const tracerTail = new Tail();
    const errors = tracerTail.keep(tracer.stderr);
    const stop = this.#stopper(tracer, workload);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      await tracer.write(`echo '${GATE_LINE}'\n`);
      this.header = await this.#wish.header;
      yield this.header;
      if (this.#speaks) await workload.write("\n");
      yield* this.#follow(tracer, workload, workloadTail);
      yield* this.#tally.refcounts();
      yield* this.#tally.stacks();
      await Promise.all([complaints, this.#isLeft ? undefined : errors]);
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
      ...this.#witnesses.heard,
      ...(this.#workloadExit === undefined ? {} : { workloadExit: this.#workloadExit }),
    };
  }

  /** Yields events until tracer and workload have both ended. */
  async *#follow(
    tracer: Process,
    workload: Process,
    tail: Tail,
  ): AsyncGenerator<RecordingItem, void, undefined> {
    let attached = false;
    let ready = !this.#speaks;
    const start = async (): Promise<void> => {
      if (!attached || !ready || this.#gone) return;
      this.#gone = true;
      await this.#witnesses.begin(await tracer.pid);
      this.#wish.onStart();
      await workload.write(this.#speaks ? "go\n" : "\n");
    };
    const lines = merge({
      tracer: splitLines(tracer.stdout, this.#wish.longestLine),
      workload: this.#speaks ? splitLines(workload.stdout) : linesUntilExit(workload),
      target: lostAsStream(this.#target),
    });
    let open = 2;
    for await (const { from, value } of lines) {
      if (from === "target") throw await this.#target.lost;
      if (value === undefined) {
        open--;
        if (from === "workload") {
          await this.#witnesses.end();
          await this.#askForTotals(tracer);
        } else if (open > 0) {
          // bpftrace ended first: without it there is nothing to wait for.
          await workload.kill("SIGKILL");
        }
        if (open === 0) break;
        continue;
      }
      if (from === "workload") {
        if (!this.#speaks) {
          tail.add(value);
          const report = this.#wish.reads?.(value);
          if (report !== undefined) yield { kind: "workload", report };
          continue;
        }
        const report = readWorkloadLine(value);
        if (report === undefined) {
          tail.add(value);
          // What it does is not known from here on; the tracer ends in order.
          this.#nonsense ??= value;
          await workload.kill("SIGKILL");
          yield { kind: "unreadable", text: value.slice(0, 200) };
          continue;
        }
        yield { kind: "workload", report };
        ready ||= isReady(report);
        await start();
        if (report.step === "done") {
          this.#isDone = true;
          await this.#witnesses.countMisses();
          await workload.write("end\n").catch(() => {});
        }
        continue;
      }
      const step = this.#dump?.add(value) ?? "none";
      if (step === "none" && (yield* this.#read(value))) {
        attached = true;
        await start();
      }
      if (step === "begun") await tracer.kill("SIGUSR1");
      if (step !== "whole") continue;
      this.#isLeft = true;
      break;
    }
    for (const line of this.#dump?.lines ?? []) yield* this.#read(line);
  }

  /** Reads a line of bpftrace's: what is no event is for the tally. Returns whether all is attached. */
  *#read(line: string): Generator<RecordingItem, boolean, undefined> {
    const message = readWireLine(line);
    if (message.kind === "attached") return true;
    if (message.kind === "events") yield* message.events;
    else if (message.kind !== "nothing") this.#tally.add(message);
    return false;
  }

  /** Has bpftrace print its totals, and end, or go on where nobody minds. */
  async #askForTotals(tracer: Process): Promise<void> {
    const end = () => tracer.write(this.#lastWord).catch(() => {});
    if (this.#wish.leavesTracer !== true || this.#wish.signal.aborted) return await end();
    // What it prints of its maps at its end is no other than what it was asked for.
    this.#dump = new Dump();
    Deno.unrefTimer(setTimeout(end, DUMP_SECONDS * 1000));
    await tracer.kill("SIGUSR1");
  }

  /** Judges how the two processes ended. */
  async #settle(
    tracer: Process,
    tracerTail: Tail,
    workload: Process,
    workloadTail: Tail,
  ): Promise<void> {
    const [tracerCode, workloadCode] = await Promise.all([
      this.#isLeft ? 0 : tracer.exit,
      workload.exit,
    ]);
    this.#totalsComplete = tracerCode === 0;
    if (this.#end.kind !== "complete") return;
    // What only lasts as long as something is observed has no exit code to tell of.
    const { scope } = this.#wish;
    if (scope === "buffer" || scope === "command") this.#workloadExit = workloadCode;
    if (tracerCode !== 0) {
      throw new MachineryError(`bpftrace failed: it exited with ${tracerCode}`, tracerTail.text());
    }
    const failure = this.#failureOf(workloadCode);
    if (failure === undefined) return;
    // What was told as it came need not be told again.
    const said = this.#wish.onOutput === undefined ? workloadTail.text() : "";
    throw workloadFailure(this.#wish.workload, failure, said, scope !== "buffer");
  }

  /** What is wrong with how the workload ended, as the end of a sentence; undefined for nothing. */
  #failureOf(code: number): string | undefined {
    if (this.#isStopped) return undefined;
    if (this.#nonsense !== undefined) {
      return `said what cannot be understood: "${this.#nonsense.slice(0, 80)}"`;
    }
    if (code > 128) return `exited with ${code}, as one that signal ${code - 128} ends`;
    if (code !== 0) return `exited with ${code}`;
    return this.#speaks && !this.#isDone ? "ended before it said that it was done" : undefined;
  }

  /** Kills the workload and, of a command, what it started: what is in its group. */
  async #kill(workload: Process): Promise<void> {
    if (this.#wish.scope === "command") {
      const kill = [
        "sh",
        "-c",
        'kill -s KILL -- "-$0"',
        String(await (workload.group ?? workload.pid)),
      ];
      await collect(this.#target.exec(kill)).catch(() => {});
    }
    await workload.kill("SIGKILL");
  }

  /** Ends workload and bpftrace, the latter so that it prints its totals. */
  #stopper(tracer: Process, workload: Process): () => void {
    return () => {
      const reason: unknown = this.#wish.signal.reason;
      // What would go on by itself is stopped by whoever has seen enough.
      const isEnough = this.#gone && reason === "SIGINT" &&
        (this.#wish.scope === "process" || this.#wish.scope === "machine");
      this.#isStopped = isEnough;
      this.#end = isEnough
        ? { kind: "complete" }
        : reason instanceof MachineryError
        ? { kind: "failed", what: reason.message }
        : { kind: "interrupted", signal: String(reason) };
      const kill = setTimeout(() => void tracer.kill("SIGKILL"), GRACE_SECONDS * 1000);
      Deno.unrefTimer(kill);
      void tracer.exit.catch(() => {}).finally(() => clearTimeout(kill));
      // One after the other: no probe is taken out of code that still runs.
      void this.#kill(workload).then(() => workload.exit).catch(() => {})
        .then(() => tracer.write(this.#lastWord)).catch(() => {});
    };
  }
}

function isReady(report: WorkloadReport): boolean {
  return report.step === "ready";
}

/** What a program prints; it may have ended that long before it ends itself. */
async function* linesUntilExit({ stdout, exit }: Process): AsyncGenerator<string, void, undefined> {
  yield* splitLines(stdout);
  await exit;
}

/** A stream that yields when the target is lost. */
async function* lostAsStream(target: Target): AsyncGenerator<string, void, undefined> {
  yield (await target.lost).message;
}

/** Why a session failed. */
async function explain(target: Target, failure: unknown): Promise<MachineryError> {
  const error = await lossOr(target, failure);
  if (error instanceof MachineryError) return error;
  return new MachineryError(
    `The session failed: ${error instanceof Error ? error.message : String(error)}`,
    "",
    { cause: error },
  );
}

/** What a program gets that does not ask for the device's pages. */
const NO_PAGES = [0, 0] as const;

/** The device's pages [first, end), for the program's arguments. */
function pfnRange({ device, kernel }: Header): readonly [first: number, end: number] {
  if (device?.pfn === undefined) return NO_PAGES;
  return [device.pfn, device.pfn + Math.floor(device.bytes / kernel.pageBytes)];
}

function hasPuts({ plan }: Header): boolean {
  return plan.roles.put?.kind === "probed" || plan.roles.unpin?.kind === "probed";
}
