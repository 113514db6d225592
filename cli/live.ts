/**
 * What a trace has seen so far, while it runs.
 *
 * @module
 */

import type { CallRun, ProgressEvent, RecordingItem } from "../mod.ts";

/** Counts what is written to a recording: no more than a few additions for each line. */
export class LiveCounts {
  #calls = 0;
  #pages = 0;
  #grabs = 0;
  #heads = 0;
  #lost = 0;
  /** Of each thread the call and the head of its last run: the next may go on with both. */
  readonly #last = new Map<number, { call: number; head: number }>();

  /** Takes a line. */
  add(item: RecordingItem): void {
    switch (item.kind) {
      case "call":
        this.#calls++;
        if (item.returned > 0) this.#pages += item.returned;
        if (item.run !== undefined) this.#addRun(item, item.run);
        return;
      case "run":
        return this.#addRun(item, item);
      case "lost":
        this.#lost += item.events;
    }
  }

  #addRun(
    { tid, call }: { readonly tid: number; readonly call: number },
    { head, order, count, step }: CallRun,
  ): void {
    this.#grabs += count;
    if (order === 0 && step > 0) {
      this.#heads += count;
      return;
    }
    const last = this.#last.get(tid);
    if (last?.call !== call || last.head !== head) this.#heads++;
    this.#last.set(tid, { call, head });
  }

  /**
   * The counts in one line: of all calls that were seen, whether or not they will be judged.
   *
   * @param seconds How long it has been running.
   */
  text(seconds: number): string {
    const perHead = this.#heads === 0
      ? "no grabs"
      : `${ratio(this.#grabs / this.#heads)} grabs/head`;
    return `${counted(this.#calls, "call")}, ${counted(this.#pages, "page")}, ${perHead}, ` +
      `${whole(this.#lost)} lost, ${seconds.toFixed(1)}s`;
  }
}

function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function whole(count: number): string {
  return count.toLocaleString("en-US");
}

function ratio(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** Milliseconds from one showing to the next. */
const REFRESH_MS = 250;

/** Where what was seen so far is shown. */
export interface LiveOptions {
  /** Takes what is shown. */
  readonly tell: (event: ProgressEvent) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Shows what a trace has seen so far, four times a second, while its workload runs. */
export class LiveView implements Disposable {
  readonly #options: LiveOptions;
  readonly #counts = new LiveCounts();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Shows nothing yet. */
  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Takes a line that was written. */
  add(item: RecordingItem): void {
    this.#counts.add(item);
  }

  /** A phase begins. The first run is what is recorded; `--overhead` lets others follow. */
  enter(phase: string): void {
    clearInterval(this.#timer);
    if (phase !== "run" || this.#timer !== undefined) return;
    const { tell, now } = this.#options;
    const began = now();
    this.#timer = setInterval(() => {
      tell({ kind: "detail", text: this.#counts.text((now() - began) / 1000) });
    }, REFRESH_MS);
  }

  /** Shows nothing any more. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
