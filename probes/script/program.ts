/**
 * A plan as a bpftrace program, in words that every version from 0.17 on reads.
 *
 * The program is text that a person could have written: it is kept beside the recording, and can be
 * run by hand. Its output is read by wire.ts.
 *
 * @module
 */

import type { Scope } from "../../recording/header.ts";
import type { Plan } from "../plan.ts";
import { callProbes, slowPathProbes } from "./calls.ts";
import { grabProbes } from "./grabs.ts";
import { deviceLeafProbe, lookupProbe, ordinaryLeafProbe, undoProbe } from "./leaves.ts";
import { PUT_BEGINNING, putProbes } from "./puts.ts";
import { refcountProbes } from "./refcounts.ts";
import { stackProbes } from "./stacks.ts";
import { beginnings, ZERO } from "./state.ts";
import { type Watch, watchOf } from "./watch.ts";

/** What the head comment of a program names. */
export interface ScriptContext {
  readonly release: string;
  readonly headcount: string;
  /** Version of the bpftrace that is to run it. */
  readonly bpftrace: string;
}

/** Writes the program of a plan. */
export function renderScript(plan: Plan, context: ScriptContext): string {
  const { functions, page, dialect, summary, mapping } = plan;
  const watch = watchOf(plan.scope);
  const countsStacks = summary.countsStacks === true;
  const told = { pages: summary.checksPages === true ? page : undefined, countsStacks };
  const { entry, slowPath, hugeLeaf, pmdLeaf, pudLeaf, pteLeaf, lookup, undo } = functions;
  const parts = [
    headComment(plan, context),
    dialect.preamble === "" ? undefined : dialect.preamble,
    begin(watch),
    ...watch.probes,
    ...(countsStacks ? stackProbes(functions, watch.filter) : []),
    entry && callProbes(entry, functions, watch, told),
    slowPath && slowPathProbes(slowPath, functions, summary.flags, watch, told),
    hugeLeaf && deviceLeafProbe(hugeLeaf),
    pmdLeaf && ordinaryLeafProbe(pmdLeaf, "pmd"),
    pudLeaf && ordinaryLeafProbe(pudLeaf, "pud"),
    pteLeaf && ordinaryLeafProbe(pteLeaf, "pte"),
    ...grabProbes(plan),
    lookup && lookupProbe(lookup),
    undo && undoProbe(undo, page),
    ...putProbes(plan, watch),
    ...(summary.pageRef ? refcountProbes(mapping) : []),
  ];
  return parts.filter((part) => part !== undefined).join("\n");
}

/** Whose calls are traced, as the middle of a sentence. */
const TRACED: Readonly<Record<Scope, string>> = {
  buffer: "one process",
  command: "a command and what it starts",
  process: "a process and what it starts",
  machine: "all but bpftrace, each PID, and what they start",
};

/** What the head comment says of maps by stack. */
const STACK_MAPS = ` The @stack maps
 * hold, by where a call came from and the name of the thread, calls and the pages that they took.
 * The other maps are what the program remembers.`;

function headComment({ summary, scope }: Plan, context: ScriptContext): string {
  const { release, headcount, bpftrace } = context;
  const roles = Object.entries(summary.roles).map(([role, it]) =>
    ` *   ${role.padEnd(10)} ${it.kind === "probed" ? it.function : "-"}`
  );
  return `#!/usr/bin/env bpftrace
/*
 * headcount  Count how often each compound head page is grabbed by gup-fast.
 *
 * USAGE: bpftrace -f json headcount.bt PID FIRST-PFN END-PFN VMEMMAP${
    scope === "machine" ? " PID" : ""
  }
 *
 * Traces the gup-fast calls of ${TRACED[scope]}, and the puts that take back what ${
    scope === "buffer" ? "it" : "they"
  } pinned, whichever
 * thread makes them. Successive grabs of one call that add as many references to adjoining pages
 * are one run: 512 grabs of one reference print one line, and so does one grab of 512. The pfns
 * are those of the device. VMEMMAP is the lower half of the address of vmemmap_base:
 *   0x$(grep " vmemmap_base$" /proc/kallsyms | cut -c 9-16)
 *
 * Written by headcount ${headcount} for Linux ${release} and bpftrace ${bpftrace}:
${roles.join("\n")}
 *
 * OUTPUT (tid and returned in decimal, all else in hexadecimal):
 *   call    tid word began-ns ns start pages+flags returned lookups key grabs pfn head order
 *           leaf-start leaf-end leaf-pfn leaf-tag put-call puts unlisted-grabs unlisted-refs
 *   run     tid call key grabs pfn head order
 *   refused tid word role pfn refs
 *   leaf    tid start end pfn tag
 *   undo    tid call pfn pages${summary.checksPages ? "\n *   pages   tid word pfn pages cut" : ""}
 *   put     tid call kind pfn ns puts${scope === "buffer" ? "" : "\n *   thread  tid pid ns name"}
 * word: number of the call << 24, lines that told of parts of it << 8, and what happened in it: 1 it
 * is a call, 2 the slow path runs now, 4 ran, 8 ran without gup-fast, 16 some runs are unlisted,
 * 32 of compound pages too.
 * key: references + (role << 32); role: 1 grab of one page, 2 batched grab, 3 the slow path's own.
 * order: of the head, + 256 for a run of the slow path, + (number of the call << 16). The line of a
 * call tells of the last run of its thread.
 * tag: number of the call << 24, 0 the device's leaf, 1 pte, 2 pmd, 3 pud, +16 failed, +32 taken.
 * kind: references + (role << 32) + (pin << 40) + (slow << 41) + (order << 48).
 * At the end @put holds each thread's last run of puts, which was not printed, and @call the word of
 * its last call. The @total maps are counted beside these lines, not from them.${
    summary.countsStacks ? STACK_MAPS : " The other maps are\n * what the program remembers."
  }
 */
`;
}

function begin(watch: Watch): string {
  return `BEGIN
{
  ${ZERO} = (uint64)0;
${beginnings()}  /* next pfn, kind, call, pfn, ns, puts */
  ${PUT_BEGINNING}
  @lookups[0] = ${ZERO};
  @page[0] = ${ZERO};
${watch.beginning}  printf("headcount 4\\n");
}
`;
}
