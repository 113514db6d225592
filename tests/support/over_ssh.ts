/**
 * Runs commands on an ssh target for a test, which cannot change the PATH by which its own process
 * finds ssh: a request is a line of JSON on standard input, its answer one on standard output.
 *
 *   over_ssh.ts HOST
 */

import { splitLines } from "../../probes/lines.ts";
import { SshTarget } from "../../probes/ssh/ssh.ts";
import { collect, type Process, type Signal } from "../../probes/targets/target.ts";

/** What can be asked for. */
export type Request =
  /** Runs a command to its end. */
  | {
    readonly kind: "run";
    readonly command: readonly string[];
    readonly env?: Record<string, string>;
  }
  /** Starts one, which answers with its number; its output is dropped. */
  | { readonly kind: "start"; readonly command: readonly string[] }
  /** Writes to the one that was started last, reads its first bytes, kills it; answers how it ended. */
  | { readonly kind: "end"; readonly input: string; readonly signal: Signal }
  /** Brings a file. */
  | { readonly kind: "provide"; readonly path: string }
  /** Asks where a deno is. */
  | { readonly kind: "deno" }
  /** Waits until the connection is gone. */
  | { readonly kind: "lose" };

/** What is answered. */
export interface Answer {
  readonly code?: number;
  readonly pid?: number;
  readonly group?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly path?: string;
  readonly error?: string;
}

if (import.meta.main) {
  const [host = ""] = Deno.args;
  const say = (answer: unknown) => console.log(JSON.stringify(answer));
  try {
    await using target = await SshTarget.open(host, undefined, new AbortController().signal);
    const { summary, observer } = target;
    say({ summary, observer });
    let started: Process | undefined;
    const answer = async (request: Request): Promise<Answer> => {
      switch (request.kind) {
        case "run": {
          const { env } = request;
          const process = target.exec(request.command, env === undefined ? {} : { env });
          const { code, stdout, stderr } = await collect(process);
          const pid = await process.pid;
          const group = await process.group ?? 0;
          const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout);
          return { code, pid, group, stdout: text, stderr };
        }
        case "start": {
          started = target.exec(request.command);
          return { pid: await started.pid };
        }
        case "end": {
          if (started === undefined) throw new Error("Nothing was started");
          if (request.input !== "") await started.write(request.input);
          const reader = started.stdout.getReader();
          const first = request.input === "" ? undefined : await reader.read();
          await started.kill(request.signal);
          void reader.cancel();
          void started.stderr.cancel();
          return { stdout: new TextDecoder().decode(first?.value), code: await started.exit };
        }
        case "provide":
          return { path: target.provide(request.path) };
        case "deno":
          return { path: target.deno };
        case "lose":
          return { error: (await target.lost).message };
      }
    };
    for await (const line of splitLines(Deno.stdin.readable)) {
      say(
        await answer(JSON.parse(line)).catch((error) => ({
          error: String(error instanceof Error ? error.message : error),
        })),
      );
    }
  } catch (error) {
    const { message, evidence } = error as { message: string; evidence?: string };
    say({ error: message, evidence, name: (error as Error).name });
  }
}
