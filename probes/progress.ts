/**
 * What a trace tells of its way, and how a terminal shows it.
 *
 * @module
 */

import type { BootEvent } from "./guest/phase.ts";

/** A step of a trace. */
export type ProgressEvent =
  | BootEvent
  /** Where it runs, and why there. */
  | { readonly kind: "target"; readonly name: "local" | "guest"; readonly why: string };

/** Where progress is shown. */
export interface ProgressOptions {
  /** Takes what is shown. */
  readonly write: (text: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Whether a line may be written over: a terminal. */
  readonly live: boolean;
  /** Show nothing. */
  readonly quiet: boolean;
}

/** Shows the steps of a trace: on a terminal as one line of phases and their seconds. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #done: string[] = [];
  #phase = "start";
  #began: number;
  #open = false;

  /** Begins with the phase "start". */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#began = options.now();
  }

  /** The phase that it is in. */
  get phase(): string {
    return this.#phase;
  }

  /** Takes a step. */
  tell(event: ProgressEvent): void {
    switch (event.kind) {
      case "target":
        return this.#line(`target: ${event.name} (${event.why})`);
      case "accelerator":
        return this.#line(`accelerator: ${event.name} (${event.why})`);
      case "note":
        return this.#line(`note: ${event.text}`);
      case "phase":
        this.#close();
        this.#phase = event.name;
        this.#began = this.#options.now();
        return this.#draw();
    }
  }

  /** Ends the line of phases. */
  finish(): void {
    if (!this.#open) return;
    this.#close();
    this.#draw();
    this.#options.write("\n");
    this.#open = false;
    this.#done.length = 0;
  }

  #close(): void {
    if (this.#phase === "start") return;
    const seconds = (this.#options.now() - this.#began) / 1000;
    this.#done.push(`${this.#phase} ${seconds.toFixed(1)}s`);
    this.#phase = "start";
  }

  #draw(): void {
    const { live, quiet, write } = this.#options;
    if (quiet || !live) return;
    const now = this.#phase === "start" ? [] : [`${this.#phase} ...`];
    write(`\r\x1b[2K${[...this.#done, ...now].join("  ")}`);
    this.#open = true;
  }

  #line(text: string): void {
    const { quiet, write } = this.#options;
    if (quiet) return;
    write(`${this.#open ? "\r\x1b[2K" : ""}${text}\n`);
    if (this.#open) this.#draw();
  }
}
