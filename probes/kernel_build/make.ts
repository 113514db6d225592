/**
 * Running make, and what the kernel's own scripts are.
 *
 * @module
 */

import { spawnProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";
import { splitLines } from "../lines.ts";

/** How make is run. */
export interface MakeOptions {
  readonly cwd: string;
  /** File to which all that it prints is added. */
  readonly log: string;
  /** Ends it and all that it started. */
  readonly signal: AbortSignal;
  /** Told each line that it prints. */
  readonly onLine?: (line: string) => void;
}

/** Lines that are shown of what went wrong. */
const SHOWN = 20;

/** How compilers, linkers and make begin to complain. */
const COMPLAINT = /\berror:|undefined reference|\*\*\*|^BTF|FAILED/;

/**
 * Runs make, or another program that starts others, to its end.
 *
 * @throws {MachineryError} when it fails; the evidence is the first complaint in its output and what
 * it said last.
 */
export async function runMake(
  attempt: string,
  command: readonly string[],
  { cwd, log, signal, onLine }: MakeOptions,
): Promise<void> {
  signal.throwIfAborted();
  const script = decodeURIComponent(new URL("make.sh", import.meta.url).pathname);
  const child = spawnProgram(attempt, ["sh", script, ...command], {
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // Ctrl-C in a terminal is headcount's to handle.
    detached: true,
  });
  const lifeline = child.stdin.getWriter();
  const end = (): void => void lifeline.close().catch(() => {});
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const said = new Excerpt();
  try {
    using file = await Deno.open(log, { create: true, append: true });
    const encoder = new TextEncoder();
    await file.write(encoder.encode(`$ ${command.join(" ")}\n`));
    for await (const line of splitLines(child.stdout)) {
      await file.write(encoder.encode(`${line}\n`));
      said.add(line);
      onLine?.(line);
    }
  } finally {
    signal.removeEventListener("abort", end);
    end();
    await child.status;
  }
  signal.throwIfAborted();
  const { code } = await child.status;
  if (code === 0) return;
  throw new MachineryError(
    `${attempt}: "${command[0]}" exited with ${code}; all that it printed is in "${log}"`,
    said.text(),
  );
}

/** The first complaint and the last lines of an output. */
export class Excerpt {
  #complaint: readonly [number, string] | undefined;
  readonly #last: string[] = [];
  #count = 0;

  /** Takes a line. */
  add(line: string): void {
    this.#count++;
    if (this.#complaint === undefined && COMPLAINT.test(line)) {
      this.#complaint = [this.#count, line];
    }
    this.#last.push(line);
    if (this.#last.length > SHOWN) this.#last.shift();
  }

  /** What is shown of it. */
  text(): string {
    const [number, line] = this.#complaint ?? [Infinity, ""];
    // With several jobs the others go on for a while.
    const isEarlier = number <= this.#count - this.#last.length;
    return [...(isEarlier ? [line, "..."] : []), ...this.#last].join("\n");
  }
}
