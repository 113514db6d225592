/**
 * What a program said last.
 *
 * @module
 */

import { splitLines } from "./lines.ts";

/** Lines that an error message shows of what a program printed last. */
const TAIL = 8;

/** The last lines of what a program prints. */
export class Tail {
  readonly #lines: string[] = [];
  readonly #tell: ((line: string) => void) | undefined;

  /** @param tell Is told each line. */
  constructor(tell?: (line: string) => void) {
    this.#tell = tell;
  }

  /** Takes a line. */
  add(line: string): void {
    this.#tell?.(line);
    if (line.trim() === "") return;
    this.#lines.push(line);
    if (this.#lines.length > TAIL) this.#lines.shift();
  }

  /** Reads a stream to its end. */
  async keep(stream: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const line of splitLines(stream)) this.add(line);
    } catch {
      // The target went away; what was said until then is what there is.
    }
  }

  /** The lines, without those that are blank. */
  text(): string {
    return this.#lines.join("\n");
  }
}
