/**
 * Whose calls the program sees: one process's, those of a process and of what it starts, or all.
 *
 * A process that runs already makes calls while probes are attached one by one, and while they are
 * taken out: a call of which only a part was seen would look like one that went wrong. So nothing is
 * seen until the gate opens, and calls that begin after it has closed are not. It is opened and closed
 * by what bpftrace starts with `-c` when all probes are attached: its first exec is that of the shell
 * itself, the second one the shell is told to do.
 *
 * @module
 */

import type { Scope } from "../../recording/header.ts";

/** What a scope adds to the program. */
export interface Watch {
  /** Filter of the probes at which something begins that is seen. */
  readonly filter: string;
  /** Condition of puts that are seen; absent for all. */
  readonly puts?: string;
  /** Lines of BEGIN. */
  readonly beginning: string;
  /** Code at the beginning of a call, where the thread's state is `$s`. */
  readonly introduction: string;
  /** Probes that open and close the gate, and follow processes. */
  readonly probes: readonly string[];
}

/** The scope's part of the program. */
export function watchOf(scope: Scope): Watch {
  switch (scope) {
    case "buffer":
      return { filter: "pid == $1", beginning: "", introduction: "", probes: [] };
    case "command":
    case "process":
      return {
        filter: "@watch[0] && @process[pid]",
        beginning: `  @watch[0] = (uint64)0;\n  @process[$1] = (uint64)1;\n`,
        introduction: INTRODUCTION,
        probes: [GATE, ...FAMILY],
      };
    case "machine":
      return {
        filter: "@watch[0] && !@own[pid]",
        puts: "@watch[0]",
        // BEGIN runs in bpftrace itself.
        beginning: `  @watch[0] = (uint64)0;\n  @own[$1] = (uint64)1;\n  @own[pid] = (uint64)1;\n`,
        introduction: INTRODUCTION,
        probes: [GATE],
      };
  }
}

/** A thread is told of at its first call: its number of the last one is 0 until then. */
const INTRODUCTION = `if ($s.4 == 0) {
  printf("thread %d %d %s\\n", tid, pid, comm);
}
`;

const GATE = `tracepoint:sched:sched_process_exec
/pid == cpid/
{
  @watch[0] = (uint64)1 - @watch[0];
}
`;

/** Threads come with their processes, since nothing tells them apart here; no number is both. */
const FAMILY: readonly string[] = [
  `tracepoint:sched:sched_process_fork
/@process[pid]/
{
  @process[args->child_pid] = (uint64)1;
}
`,
  `tracepoint:sched:sched_process_free
/@process[args->pid]/
{
  delete(@process[args->pid]);
}
`,
];
