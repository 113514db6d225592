/**
 * Cutting a stream into commands: what follows a token up to the end of its line is the
 * agent's, everything else is the command's.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Bytes of what the agent says in a line, at most; the rest of a longer one is dropped. */
const LONGEST = 4096;

/** What the agent says, without the token. */
export interface AgentLine {
  readonly kind: "line";
  readonly text: string;
}

/** Bytes that the command printed. */
export interface CommandBytes {
  readonly kind: "bytes";
  readonly bytes: Uint8Array;
}

/**
 * Reads what comes out of one port of the guest, for the port's commands one after the other.
 *
 * Bytes are passed on as they come; only a tail that could be the beginning of the token waits.
 */
export class PortReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  /** Reads from the host's end of a port. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** Yields a command's bytes and what the agent says of it, until the port ends. */
  async *read(token: string): AsyncGenerator<AgentLine | CommandBytes> {
    const mark = Buffer.from(token);
    while (true) {
      const at = this.#rest.indexOf(mark);
      const passed = at >= 0 ? at : this.#rest.length - overlap(this.#rest, mark);
      if (passed > 0) {
        const bytes = new Uint8Array(this.#rest.subarray(0, passed));
        this.#rest = this.#rest.subarray(passed);
        yield { kind: "bytes", bytes };
        continue;
      }
      const end = at === 0 ? this.#rest.indexOf(10) : -1;
      if (end >= 0) {
        const text = this.#rest.toString("utf8", mark.length, end).trim();
        this.#rest = this.#rest.subarray(end + 1);
        yield { kind: "line", text };
        continue;
      }
      if (at === 0) this.#rest = this.#rest.subarray(0, mark.length + LONGEST);
      const { value, done } = await this.#reader.read();
      if (done) return;
      this.#rest = this.#rest.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
        : Buffer.concat([this.#rest, value]);
    }
  }

  /** Lets go of the port. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** Length of the longest end of `bytes` that `mark` begins with. */
function overlap(bytes: Buffer, mark: Buffer): number {
  for (let n = Math.min(bytes.length, mark.length - 1); n > 0; n--) {
    if (bytes.subarray(bytes.length - n).equals(mark.subarray(0, n))) return n;
  }
  return 0;
}
