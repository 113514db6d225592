/**
 * A plan as a bpftrace program, in the dialect of bpftrace 0.17.
 *
 * The program is text that a person could have written: it is kept beside the recording, and can be
 * run by hand. Its output is read by wire.ts.
 *
 * @module
 */

import type { PageFacts, Plan, PlannedFunction } from "./plan.ts";

/** Code of each grab role in the lines of the program. */
export const GRAB_CODES = { grabOne: 1, grabBatch: 2, grabSlow: 3 } as const;

type GrabRole = keyof typeof GRAB_CODES;

/** What the head comment of a program names. */
export interface ScriptContext {
  readonly release: string;
  readonly headcount: string;
}

/** Writes the program of a plan. */
export function renderScript(plan: Plan, context: ScriptContext): string {
  const { functions, page } = plan;
  const parts = [
    headComment(plan, context),
    BEGIN,
    functions.entry && callProbes(functions.entry, page),
    functions.slowPath && slowPathProbes(functions.slowPath),
    functions.hugeLeaf && leafProbes(functions.hugeLeaf),
    ...grabFunctions(plan).map((grab) => grabProbes(grab, page)),
    functions.lookup && lookupProbe(functions.lookup),
  ];
  const program = parts.filter((part) => part !== undefined).join("\n");
  return `${program}\n${endProbe(program)}`;
}

function grabFunctions({ functions }: Plan): (PlannedFunction & { role: GrabRole })[] {
  return (["grabOne", "grabBatch", "grabSlow"] as const).flatMap((role) => {
    const found = functions[role];
    return found === undefined ? [] : [{ ...found, role }];
  });
}

function headComment({ summary }: Plan, { release, headcount }: ScriptContext): string {
  const roles = Object.entries(summary.roles).map(([role, it]) =>
    ` *   ${role.padEnd(10)} ${it.kind === "probed" ? it.function : `- (${it.why})`}`
  );
  return `#!/usr/bin/env bpftrace
/*
 * headcount  Count how often each compound head page is grabbed by gup-fast.
 *
 * USAGE: bpftrace -f json headcount.bt PID
 *
 * Traces the gup-fast calls of one process. Successive grabs of one call that add as many
 * references to adjoining pages are one run: 512 grabs of one reference print one line, and so
 * does one grab of 512.
 *
 * Written by headcount ${headcount} for Linux ${release}:
${roles.join("\n")}
 *
 * OUTPUT (numbers in decimal; start, flags, pfn and head in hexadecimal):
 *   run     tid call slow role pfn head order count refs
 *   refused tid call slow role pfn refs
 *   leaf    tid call start pfn pages taken
 *   call    tid call began-ns ns start asked flags returned lookups real-lookups
 * role: 1 grab of one page, 2 batched grab, 3 the slow path's own grab.
 * The @total_ maps at the end are counted beside these lines, not from them.
 */
`;
}

/** Reading an empty map is an error before something was stored: say what each holds. */
const BEGIN = `BEGIN
{
  /* next page expected, compound head or 0, refs + role + slow, first page, grabs */
  @run[0] = ((uint64)0, (uint64)0, (uint64)0, (uint64)0, (uint64)0);
  @slow[0] = (uint64)0;
  @page[0] = (uint64)0;
  @refs[0] = (uint64)0;
  printf("headcount 1\\n");
}
`;

/** Only the totals are to be printed at the end. */
function endProbe(program: string): string {
  const scratch = [...new Set(program.match(/@(?!total_)\w+(?=\[)/g))].sort();
  return `END
{
${scratch.map((map) => `  clear(${map});\n`).join("")}}
`;
}

function callProbes({ name, attach }: PlannedFunction, page: PageFacts): string {
  const fentry = attach === "fentry";
  const before = fentry ? "kfunc" : "kprobe";
  const after = fentry ? "kretfunc" : "kretprobe";
  const [start, asked, flags] = fentry
    ? ["(uint64)args->start", "(uint64)args->nr_pages", "(uint64)args->gup_flags"]
    : ["(uint64)arg0", "(uint64)arg1", "(uint64)arg2"];
  return `${before}:${name}
/pid == $1/
{
  @sequence[tid] += (uint64)1;
  @range[tid] = (${start}, ${asked}, ${flags});
  @lookups[tid] = (uint64)0;
  @slow[tid] = (uint64)0;
  @began[tid] = nsecs;
  @call[tid] = @sequence[tid];
  @total_entered = count();
}

${after}:${name}
/@call[tid]/
{
  $returned = (int32)retval;
  $ns = nsecs - @began[tid];
  $s = @run[tid];
  if ($s.0 != 0) {
${printRun(page)}    @run[tid] = ((uint64)0, (uint64)0, (uint64)0, (uint64)0, (uint64)0);
  }
  $range = @range[tid];
  $lookups = @lookups[tid];
  printf("call %d %d %llu %llu %llx %llu %llx %d %llu %llu\\n", tid, @call[tid], @began[tid],
    $ns, $range.0, $range.1, $range.2 & 0xffffffff, $returned,
    $lookups & 0xffffffff, $lookups >> 32);
  @call[tid] = (uint64)0;
  @total_calls = count();
  if ($returned > 0) {
    @total_pages = sum($returned);
  }
}
`;
}

/** Grabs inside are the slow path's: the change of @slow ends a run. */
function slowPathProbes({ name }: PlannedFunction): string {
  return `kprobe:${name}
/@call[tid]/
{
  @slow[tid] = (uint64)1;
}

kretprobe:${name}
/@call[tid]/
{
  @slow[tid] = (uint64)0;
}
`;
}

function leafProbes({ name, attach, prototype }: PlannedFunction): string {
  const position = (parameter: string): string =>
    attach === "fentry"
      ? `(uint64)args->${parameter}`
      : `(uint64)arg${prototype.parameters.findIndex((p) => p.name === parameter)}`;
  const range = `(${position("addr")}, ${position("end")}, ${position("pfn")})`;
  const [save, after] = attach === "fentry"
    ? ["", "kretfunc"]
    : [`kprobe:${name}\n/@call[tid]/\n{\n  @leaf[tid] = ${range};\n}\n\n`, "kretprobe"];
  const load = attach === "fentry" ? `  @leaf[tid] = ${range};\n` : "";
  return `${save}${after}:${name}
/@call[tid]/
{
${load}  $leaf = @leaf[tid];
  printf("leaf %d %d %llx %llx %llu %d\\n", tid, @call[tid], $leaf.0, $leaf.2,
    ($leaf.1 - $leaf.0) / 4096, (int32)retval != 0);
}
`;
}

function grabProbes(grab: PlannedFunction & { role: GrabRole }, page: PageFacts): string {
  const { name, attach, prototype, role } = grab;
  const refsAt = prototype.parameters.findIndex((parameter) => parameter.name === "refs");
  const first = prototype.parameters[0]?.name ?? "page";
  const fentry = attach === "fentry";
  const pageArgument = fentry ? `(uint64)args->${first}` : "(uint64)arg0";
  const refsArgument = refsAt < 0
    ? "(uint64)1"
    : fentry
    ? "(uint64)args->refs & 0xffffffff"
    : `(uint64)arg${refsAt} & 0xffffffff`;
  const save = `  @page[tid] = ${pageArgument};\n  @refs[tid] = ${refsArgument};\n`;
  const separate = fentry ? "" : `kprobe:${name}\n/@call[tid]/\n{\n${save}}\n\n`;
  // Through a map even where the argument is at hand: the verifier forbids arithmetic on a
  // pointer that it knows to be one.
  const load = fentry ? save : "";
  // The slow path's function is handed the folio, again and again for its pages.
  const step = role === "grabSlow" ? "0" : `$refs * ${page.structPageBytes}`;
  return `${separate}${fentry ? "kretfunc" : "kretprobe"}:${name}
/@call[tid]/
{
${load}  $page = @page[tid];
  $refs = @refs[tid];
  if (${success(grab)}) {
    $link = (uint64)((struct page *)$page)->${page.link};
    $head = $page;
    if ($link & 1) {
${tailToHead(page)}    }
    $key = (uint64)0;
    if (((uint64)((struct page *)$head)->${page.flags} >> ${page.headBit}) & 1) {
      $key = $head;
    }
    $kind = $refs + ((uint64)${GRAB_CODES[role]} << 32) + (@slow[tid] << 40);
    $s = @run[tid];
    if ($s.0 == $page && $s.1 == $key && $s.2 == $kind) {
      @run[tid] = ($page + ${step}, $key, $kind, $s.3, $s.4 + 1);
    } else {
      if ($s.0 != 0) {
${indent(printRun(page), 4)}      }
      @run[tid] = ($page + ${step}, $key, $kind, $page, (uint64)1);
    }
    @total_grabs = count();
    @total_refs = sum($refs);
  } else {
    $vmemmap = ${page.vmemmap};
    printf("refused %d %d %d %d %llx %llu\\n", tid, @call[tid], @slow[tid],
      ${GRAB_CODES[role]}, ${pfn("$page", page)}, $refs);
  }
}
`;
}

function lookupProbe({ name, attach, prototype }: PlannedFunction): string {
  // Without a pgmap handed in it is a look-up in an xarray, with one often only a comparison.
  // From 6.18 on there is no second argument and every call is a look-up.
  const argument = attach === "fentry" ? "args->pgmap" : "arg1";
  const real = prototype.parameters.length < 2 ? "1 == 1" : `${argument} == 0`;
  return `${attach === "fentry" ? "kfunc" : "kprobe"}:${name}
/@call[tid]/
{
  $real = (uint64)0;
  if (${real}) {
    $real = (uint64)1;
  }
  @lookups[tid] += ($real << 32) + 1;
  @total_lookups = count();
  @total_real_lookups = sum($real);
}
`;
}

/** Whether the grab took what it was asked to take. */
function success({ attach, prototype }: PlannedFunction): string {
  const value = attach === "kprobe" && prototype.returns === "bool"
    // A bool fills only the low byte of the register.
    ? "(retval & 0xff)"
    : prototype.returns === "int"
    ? "(int32)retval"
    : "retval";
  return prototype.returns === "int" ? `${value} == 0` : `${value} != 0`;
}

function tailToHead({ linkMayBeMask }: PageFacts): string {
  return linkMayBeMask
    // 7.x: where struct page has a power-of-two size the link is a mask for the page's address.
    ? `      if (($link >> 40) == 0xffffff) {
        $head = $page & $link;
      } else {
        $head = $link - 1;
      }
`
    : "      $head = $link - 1;\n";
}

function printRun(page: PageFacts): string {
  return `    $head = $s.1;
    $order = (uint64)0;
    if ($head == 0) {
      $head = $s.3;
    } else {
      $order = (uint64)(${page.order});
    }
    $vmemmap = ${page.vmemmap};
    printf("run %d %d %llu %llu %llx %llx %llu %llu %llu\\n", tid, @call[tid], $s.2 >> 40,
      ($s.2 >> 32) & 0xff, ${pfn("$s.3", page)}, ${pfn("$head", page)}, $order,
      $s.4, $s.2 & 0xffffffff);
`;
}

function pfn(pointer: string, { structPageBytes }: PageFacts): string {
  return `(${pointer} - $vmemmap) / ${structPageBytes}`;
}

function indent(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(columns));
}
