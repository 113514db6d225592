/** A target on which nothing runs. */

import type { Process, Target } from "../../probes/targets/target.ts";

/** What a command left on standard output, and its exit code. */
export type Answer = readonly [stdout: string, code: number];

/** A target that answers commands, and remembers them. */
export function fakeTarget(
  kind: "local" | "guest",
  answer: (command: string) => Answer,
): Target & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    summary: {
      kind,
      accelerator: { kind: "tcg", why: "" },
      cpus: 1,
      memoryBytes: 0,
      commandLine: "",
    },
    exec: (command): Process => {
      const text = command.join(" ");
      asked.push(text);
      const [stdout, code] = answer(text);
      const bytes = new TextEncoder().encode(stdout);
      return {
        pid: Promise.resolve(1),
        stdout: ReadableStream.from([bytes]),
        stderr: ReadableStream.from<Uint8Array>([]),
        exit: Promise.resolve(code),
        write: () => Promise.resolve(),
        kill: () => Promise.resolve(),
      };
    },
    provide: (path) => path,
    deno: "deno",
    bpftrace: ["bpftrace"],
    lost: new Promise(() => {}),
    async [Symbol.asyncDispose](): Promise<void> {},
  };
}
