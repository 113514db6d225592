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
  /** Code at the beginning of a call, where the call's word is `$c`. */
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
        filter: FAMILY_FILTER,
        beginning: `  @watch[0] = (uint64)0;\n  @process[$1] = (uint64)1;\n`,
        introduction: INTRODUCTION,
        probes: [GATE, renaming(FAMILY_FILTER), ...family("@process")],
      };
    case "machine":
      return {
        filter: OTHERS_FILTER,
        puts: "@watch[0]",
        // BEGIN runs in bpftrace itself; $5 is headcount.
        beginning: `  @watch[0] = (uint64)0;\n${
          ["$1", "$5", "pid", "cpid"].map((it) => `  @own[${it}] = (uint64)1;\n`).join("")
        }`,
        introduction: INTRODUCTION,
        probes: [GATE, renaming(OTHERS_FILTER), ...family("@own")],
      };
  }
}

const FAMILY_FILTER = "@watch[0] && @process[pid]";
const OTHERS_FILTER = "@watch[0] && !@own[pid]";

const TELL = 'printf("thread %d %d %lx %s\\n", tid, pid, nsecs, comm);';

/** A thread is told of at its first call: its number of the last one is 0 until then. */
const INTRODUCTION = `if ($c == 0) {
  ${TELL}
}
`;

/** And when its process becomes another program: exec makes calls under the name of the old one. */
function renaming(filter: string): string {
  return `tracepoint:sched:sched_process_exec
/${filter}/
{
  ${TELL}
}
`;
}

const GATE = `tracepoint:sched:sched_process_exec
/pid == cpid/
{
  @watch[0] = (uint64)1 - @watch[0];
}
`;

/**
 * Keeps a set of processes, those that they start included. Their threads are in it too, since nothing
 * tells them apart here; no number is a thread's and another process's.
 */
function family(map: string): readonly string[] {
  return [
    `tracepoint:sched:sched_process_fork
/${map}[pid]/
{
  ${map}[args->child_pid] = (uint64)1;
}
`,
    `tracepoint:sched:sched_process_free
/${map}[args->pid]/
{
  delete(${map}[args->pid]);
}
`,
  ];
}
