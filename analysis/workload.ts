/**
 * What the workload said about itself.
 *
 * @module
 */

import type {
  HexAddress,
  WorkloadReady,
  WorkloadRepeat,
  WorkloadReport,
} from "../recording/event.ts";
import { pageIndex } from "./leaves.ts";
import { compare } from "./order.ts";
import { type RepeatTimes, repeatTimes } from "./repeats.ts";
import { type Span, SpanSums } from "./spans.ts";

/** What the workload said about itself. */
export interface WorkloadFacts {
  /** The buffers that it mapped, by address. */
  readonly buffers: readonly WorkloadReady[];
  /** System calls that it made. */
  readonly syscalls: number;
  /** Those of them that failed. */
  readonly failedSyscalls: number;
  /** Whether it tells of system calls that moved anything. */
  readonly tellsMoved: boolean;
  /** Bytes that all of them moved; `undefined` where it did not come to its end. */
  readonly bytesMoved: number | undefined;
  /** Times of its repeats; `undefined` where it made none that has times. */
  readonly repeats: RepeatTimes | undefined;
}

/** Pages, and how often calls took them and system calls moved them. */
export type Moved = SpanSums<"taken" | "moved">;

/** Listens to a workload. */
export interface Workload {
  /** Pages of the buffers that are known so far. */
  readonly buffers: readonly Span[];
  /** Pages that its system calls moved so far. */
  readonly moved: Moved;
  /** Takes what it says. */
  add(report: WorkloadReport): void;
  /** What it said so far. */
  facts(): WorkloadFacts;
}

/**
 * Sums of pages that were taken and moved.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(noneMoved().layers(), []);
 * ```
 */
export function noneMoved(): Moved {
  return new SpanSums(["taken", "moved"]);
}

/**
 * Listens to a workload. What it takes in depends on what is said, never on the order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const workload = listenToWorkload(4096);
 * workload.add({ step: "ready", pid: 7, address: "0x7f0000200000", bytes: 8192 });
 * workload.add({ step: "done", bytes: 8192 });
 * assertEquals(workload.buffers, [{ from: 0x7f0000200, to: 0x7f0000202 }]);
 * assertEquals(workload.facts().bytesMoved, 8192);
 * ```
 */
export function listenToWorkload(pageBytes: number): Workload {
  const ready: WorkloadReady[] = [];
  const buffers: Span[] = [];
  const repeats: WorkloadRepeat[] = [];
  const moved = noneMoved();
  const counts = { syscalls: 0, failedSyscalls: 0, tellsMoved: false };
  let bytesMoved: number | undefined;
  /** The last report of a system call, and what it moved. */
  let last: WorkloadReport | undefined;
  let lastMoved: Span | undefined;

  return {
    buffers,
    moved,
    add: (report) => {
      if (report.step === "ready") {
        ready.push(report);
        buffers.push(pagesOf(report.address, report.bytes, pageBytes));
      } else if (report.step === "done") {
        bytesMoved = (bytesMoved ?? 0) + report.bytes;
      } else {
        counts.syscalls++;
        if (report.step === "repeat") repeats.push(report);
        if (report.result < 0) counts.failedSyscalls++;
        if (report.result <= 0 || report.address === undefined) return;
        counts.tellsMoved = true;
        // A workload says the same again and again, and where it is read as bytes that is one object.
        if (report !== last) lastMoved = pagesOf(report.address, report.result, pageBytes);
        last = report;
        if (lastMoved !== undefined) moved.add(lastMoved.from, lastMoved.to, "moved", 1);
      }
    },
    facts: () => ({
      ...counts,
      buffers: ready.toSorted(byAddress),
      bytesMoved,
      repeats: repeatTimes(repeats),
    }),
  };
}

/** The pages that hold some bytes, the first and the last perhaps in part. */
function pagesOf(address: HexAddress, bytes: number, pageBytes: number): Span {
  const last = Number(address) + bytes + pageBytes - 1;
  // Mostly the addresses fit numbers.
  if (Number.isSafeInteger(last)) {
    return { from: pageIndex(address, pageBytes), to: Math.floor(last / pageBytes) };
  }
  const end = BigInt(address) + BigInt(bytes + pageBytes - 1);
  return {
    from: pageIndex(address, pageBytes),
    to: pageIndex(`0x${end.toString(16)}`, pageBytes),
  };
}

function byAddress(a: WorkloadReady, b: WorkloadReady): number {
  return compare(BigInt(a.address), BigInt(b.address)) ||
    compare(JSON.stringify(a), JSON.stringify(b));
}
