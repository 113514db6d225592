/**
 * What the kernel counts by itself, beside the probes.
 *
 * @module
 */

import type { Footer, PinCounters } from "../recording/footer.ts";
import { collect, type Target } from "./targets/target.ts";

/**
 * The witnesses of a session. One that cannot be heard is absent from what they tell, and the ledger
 * says so.
 */
export class Witnesses {
  readonly #target: Target;
  /** Number of the process whose programs may be skipped, once it is known. */
  #tracer: number | undefined;
  #pinsBefore: PinCounters | undefined;
  #pins: PinCounters | undefined;
  #missedBefore = 0;
  #missed: number | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** What was heard. */
  get heard(): Pick<Footer, "missed" | "pins"> {
    return {
      ...(this.#missed === undefined ? {} : { missed: this.#missed }),
      ...(this.#pins === undefined ? {} : { pins: this.#pins }),
    };
  }

  /** The workload is about to begin, and the process `tracer` is tracing. */
  async begin(tracer: number): Promise<void> {
    this.#tracer = tracer;
    await hear(async () => {
      this.#missedBefore = await readMisses(this.#target, tracer) ?? 0;
      this.#pinsBefore = await readPinCounters(this.#target);
    });
  }

  /**
   * Counts what the kernel skipped while the workload worked, once: when it says that it is done, else
   * when it has ended. The threads of a process that exits make calls of their own, at once and on the
   * same processor, and what is skipped of those is no loss.
   */
  async countMisses(): Promise<void> {
    const tracer = this.#tracer;
    if (this.#missed !== undefined || tracer === undefined) return;
    await hear(async () => {
      const misses = await readMisses(this.#target, tracer);
      if (misses !== undefined) this.#missed = misses - this.#missedBefore;
    });
  }

  /** The workload has ended. */
  async end(): Promise<void> {
    const before = this.#pinsBefore;
    if (before !== undefined) {
      await hear(async () => {
        this.#pins = await readSettledPins(this.#target, before);
      });
    }
    await this.countMisses();
  }
}

async function hear(witness: () => Promise<void>): Promise<void> {
  try {
    await witness();
  } catch {
    // It is absent.
  }
}

/**
 * Reads the kernel's own pin counters (5.10 on); undefined where it has none, or where they cannot
 * be made exact: they are kept for each CPU and summed up late, unless stat_refresh asks for it.
 */
async function readPinCounters(target: Target): Promise<PinCounters | undefined> {
  const script = "cat /proc/sys/vm/stat_refresh && grep nr_foll_pin /proc/vmstat";
  const { code, stdout } = await collect(target.exec(["sh", "-c", script]));
  if (code !== 0) return undefined;
  const text = new TextDecoder().decode(stdout);
  const counter = (name: string): number =>
    Number(new RegExp(`^nr_foll_pin_${name} (\\d+)$`, "m").exec(text)?.[1] ?? NaN);
  const counters = { acquired: counter("acquired"), released: counter("released") };
  return Number.isNaN(counters.acquired + counters.released) ? undefined : counters;
}

/** How often pins that are not put yet are looked at again, and how long after each other. */
const LOOKS = 10;
const PAUSE_MS = 100;

/**
 * Reads what the pin counters changed by since `before`. A worker may put a workload's pins after its
 * end: while fewer are released than were acquired, it is given a second.
 */
async function readSettledPins(
  target: Target,
  before: PinCounters,
): Promise<PinCounters | undefined> {
  for (let look = 1;; look++) {
    const after = await readPinCounters(target);
    if (after === undefined) return undefined;
    const pins = {
      acquired: after.acquired - before.acquired,
      released: after.released - before.released,
    };
    if (pins.released >= pins.acquired || look === LOOKS) return pins;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/**
 * Sums up how often the kernel skipped a BPF program of a process because it was already running
 * on that CPU (5.12 on, in fdinfo); undefined where it does not tell.
 */
async function readMisses(target: Target, pid: number): Promise<number | undefined> {
  const script = 'cat /proc/"$0"/fdinfo/* 2>/dev/null | grep recursion_misses';
  const { stdout } = await collect(target.exec(["sh", "-c", script, String(pid)]));
  const counts = [...new TextDecoder().decode(stdout).matchAll(/recursion_misses:\s*(\d+)/g)];
  if (counts.length === 0) return undefined;
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
