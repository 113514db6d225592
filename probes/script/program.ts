/**
 * A plan as a bpftrace program, in words that every version from 0.17 on reads.
 *
 * The program is text that a person could have written: it is kept beside the recording, and can be
 * run by hand. Its output is read by wire.ts.
 *
 * @module
 */

import type { Plan } from "../plan.ts";
import { callProbes, slowPathProbes } from "./calls.ts";
import { grabProbes, RUN_BEGINNING } from "./grabs.ts";
import { deviceLeafProbes, leafProbes, lookupProbe, undoProbe } from "./leaves.ts";
import { PUT_BEGINNING, putProbes } from "./puts.ts";
import { refcountProbes } from "./refcounts.ts";

/** What the head comment of a program names. */
export interface ScriptContext {
  readonly release: string;
  readonly headcount: string;
  /** Version of the bpftrace that is to run it. */
  readonly bpftrace: string;
}

/** Maps that are printed at the end; all others are scratch. */
const KEPT = /^@(total_\w+|run|put|added|taken)$/;

/** Writes the program of a plan. */
export function renderScript(plan: Plan, context: ScriptContext): string {
  const { functions, page, dialect, summary, mapping } = plan;
  const { entry, slowPath, hugeLeaf, pmdLeaf, pudLeaf, pteLeaf, lookup, undo } = functions;
  const parts = [
    headComment(plan, context),
    dialect.preamble === "" ? undefined : dialect.preamble,
    BEGIN,
    entry && callProbes(entry),
    slowPath && slowPathProbes(slowPath, summary.flags),
    hugeLeaf && deviceLeafProbes(hugeLeaf),
    pmdLeaf && leafProbes(pmdLeaf, "pmd"),
    pudLeaf && leafProbes(pudLeaf, "pud"),
    pteLeaf && leafProbes(pteLeaf, "pte"),
    ...grabProbes(plan),
    lookup && lookupProbe(lookup),
    undo && undoProbe(undo, page),
    ...putProbes(plan),
    ...(summary.pageRef ? refcountProbes(mapping) : []),
  ];
  const program = parts.filter((part) => part !== undefined).join("\n");
  return `${program}\n${endProbe(program)}`;
}

function headComment({ summary }: Plan, context: ScriptContext): string {
  const { release, headcount, bpftrace } = context;
  const roles = Object.entries(summary.roles).map(([role, it]) =>
    ` *   ${role.padEnd(10)} ${it.kind === "probed" ? it.function : "-"}`
  );
  return `#!/usr/bin/env bpftrace
/*
 * headcount  Count how often each compound head page is grabbed by gup-fast.
 *
 * USAGE: bpftrace -f json headcount.bt PID FIRST-PFN END-PFN
 *
 * Traces the gup-fast calls of one process, and the puts that take back what it pinned, whichever
 * thread makes them. Successive grabs of one call that add as many references to adjoining pages
 * are one run: 512 grabs of one reference print one line, and so does one grab of 512. The pfns
 * are those of the device.
 *
 * Written by headcount ${headcount} for Linux ${release} and bpftrace ${bpftrace}:
${roles.join("\n")}
 *
 * OUTPUT (numbers in decimal; start, flags, pfn and head in hexadecimal):
 *   call    tid call slow began-ns ns start asked flags returned lookups real-lookups
 *   run     tid call slow role pfn head order grabs refs refcount
 *   refused tid call slow role pfn refs
 *   leaf    tid call level start pages taken [pfn]
 *   undo    tid call pfn pages
 *   put     tid call kind pfn ns puts
 * slow of a call: 0 gup-fast served it, 2 the slow path ran in it, 3 the slow path by itself.
 * role: 1 grab of one page, 2 batched grab, 3 the slow path's own grab.
 * kind: references + (role << 32) + (pin << 40) + (slow << 41) + (order << 48).
 * At the end @run and @put hold each thread's last run, which was not printed. The @total_ maps
 * are counted beside these lines, not from them.
 */
`;
}

/** Reading an empty map is an error before something was stored: say what each holds. */
const BEGIN = `BEGIN
{
  /* next page, compound head or 0, refs + role + slow, call, pfn, head, order, refcount, grabs */
  ${RUN_BEGINNING}
  /* next pfn, kind, call, pfn, ns, puts */
  ${PUT_BEGINNING}
  @call[0] = (uint64)0;
  @slow[0] = (uint64)0;
  @page[0] = (uint64)0;
  @refs[0] = (uint64)0;
  printf("headcount 2\\n");
}
`;

/** Scratch maps are not to be printed at the end. */
function endProbe(program: string): string {
  const code = program.replaceAll(/\/\*[^]*?\*\//g, "");
  const scratch = [...new Set(code.match(/@\w+(?=\[)/g))].filter((map) => !KEPT.test(map)).sort();
  return `END
{
${scratch.map((map) => `  clear(${map});\n`).join("")}}
`;
}
