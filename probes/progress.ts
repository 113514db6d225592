/**
 * What a trace or a build tells of its way, and how a terminal shows it.
 *
 * @module
 */

import type { BootEvent } from "./guest/phase.ts";
import type { BuildEvent } from "./kernel_build/build.ts";
import type { TargetName } from "./targets/name.ts";

/** A step of a trace, or of a kernel's build. */
export type ProgressEvent =
  | BootEvent
  | BuildEvent
  /** A line that a command printed. */
  | { readonly kind: "output"; readonly text: string }
  /** Where it runs, and why there. */
  | { readonly kind: "target"; readonly name: TargetName; readonly why: string };

/** Where progress is shown. */
export interface ProgressOptions {
  /** Takes what is shown. */
  readonly write: (text: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Columns of a terminal, where a line may be written over; undefined elsewhere. */
  readonly columns: number | undefined;
  /** Show nothing. */
  readonly quiet: boolean;
}

/** A line that tells details is written anew at most so often. */
const REDRAW_MS = 100;

/** Shows the steps: on a terminal as one line of phases and their seconds. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #done: string[] = [];
  #phase = "start";
  #began: number;
  #open = false;
  #detail = "";
  #drawn = -Infinity;

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
      case "output":
        return this.#line(event.text);
      case "phase":
        this.#close();
        this.#phase = event.name;
        this.#detail = "";
        this.#began = this.#options.now();
        return this.#draw();
      case "detail":
        this.#detail = ` (${event.text})`;
        // A build tells of hundreds in a second.
        if (this.#options.now() - this.#drawn >= REDRAW_MS) this.#draw();
        return;
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
    const { columns, quiet, write } = this.#options;
    if (quiet || columns === undefined) return;
    const now = this.#phase === "start" ? [] : [`${this.#phase} ...${this.#detail}`];
    const line = [...this.#done, ...now].join("  ");
    // A line that wraps could not be written over: what is oldest goes.
    const most = Math.max(columns - 1, 20);
    write(`\r\x1b[2K${line.length > most ? `...${line.slice(3 - most)}` : line}`);
    this.#open = true;
    this.#drawn = this.#options.now();
  }

  #line(text: string): void {
    const { quiet, write } = this.#options;
    if (quiet) return;
    write(`${this.#open ? "\r\x1b[2K" : ""}${text}\n`);
    if (this.#open) this.#draw();
  }
}
