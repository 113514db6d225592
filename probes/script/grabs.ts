/**
 * Probes at the functions that grab, and the runs that are made of what they see.
 *
 * @module
 */

import type { PlannedFunction } from "../choose.ts";
import type { PageFacts } from "../page.ts";
import type { Plan } from "../plan.ts";
import {
  ADDRESS_BITS,
  ADDRESS_TOP,
  CALL_SHIFT,
  GRABS,
  HAS_RUN,
  LEFT_SHIFT,
  MOST_LEFT,
  PART_TOLD,
  PARTS_SHIFT,
  RUN_CALL_SHIFT,
  RUNS_PER_CALL,
  STATE,
  UNLISTED,
} from "./state.ts";
import { argument, indent, isCompound, low32, pfn, vmemmap } from "./text.ts";

/** Code of each grab role in the lines of the program. */
export const GRAB_CODES = { grabOne: 1, grabBatch: 2, grabSlow: 3 } as const;

type GrabRole = keyof typeof GRAB_CODES;
type Grab = PlannedFunction & { readonly role: GrabRole };

/** The probes at every grab function of a plan. */
export function grabProbes({ functions, page }: Plan): string[] {
  return (["grabOne", "grabBatch", "grabSlow"] as const).flatMap((role) => {
    const probed = functions[role];
    return probed === undefined ? [] : [grabProbe({ ...probed, role }, functions, page)];
  });
}

/** Where a grab's success is seen it is probed at its return, which knows the arguments as well. */
function grabProbe(grab: Grab, functions: Plan["functions"], page: PageFacts): string {
  const inner = grab.mayRunIn !== undefined && functions[grab.mayRunIn] !== undefined;
  const outer = Object.values(functions).some(({ mayRunIn }) => mayRunIn === grab.role);
  const entry = outer ? `${grab.entry}\n{\n  @inner[tid] = (uint64)1;\n}\n\n` : "";
  return `${entry}${grab.entryOnly ? grab.entry : grab.exit}
${inner ? "/!@inner[tid]/\n" : ""}{
${outer ? "  @inner[tid] = (uint64)0;\n" : ""}${
    indent(grab.entryOnly ? takenGrab(grab, page) : finishedGrab(grab, page), 2)
  }}
`;
}

function finishedGrab(grab: Grab, page: PageFacts): string {
  return `if (${success(grab)}) {
${indent(takenGrab(grab, page), 2)}} else {
  $c = @call[tid];
  if ($c & ${STATE.open}) {
${indent(refusedGrab(grab, page), 4)}  }
}
`;
}

/** Goes on with the thread's run, or looks closer. */
function takenGrab(grab: Grab, page: PageFacts): string {
  const inHand = argument(grab, grab.role === "grabSlow" ? "head" : "page");
  // A register is read once: 5.10's verifier rejects what LLVM makes of reading it again.
  const [named, read] = grab.attach === "kprobe" ? ["$page", `$page = ${inHand};\n`] : [inHand, ""];
  const closer = `$c = @call[tid];
if ($c & ${STATE.open}) {
${indent(otherGrab(grab, page, named), 2)}}
`;
  if (grab.role !== "grabOne") return `${read}$n = @next[tid];\n${closer}`;
  const { structPageBytes } = page;
  return `${read}$n = @next[tid];
if (${named} == ($n | ${ADDRESS_TOP}) && $n >> ${LEFT_SHIFT}) {
  @next[tid] = $n + ${structPageBytes} - ((uint64)1 << ${LEFT_SHIFT});
} else {
${indent(closer, 2)}}
`;
}

/** A grab that may go on with the run, or tells of it and begins another. */
function otherGrab(grab: Grab, page: PageFacts, named: string): string {
  const { role } = grab;
  const isOne = role === "grabOne";
  const refs = isOne ? "" : `$refs = ${low32(argument(grab, "refs"))};\n`;
  const key = isOne
    ? `(uint64)0x${GRAB_CODES[role].toString(16)}00000001`
    : `((uint64)${GRAB_CODES[role]} << 32) + $refs`;
  // The slow path's own function is handed the folio, again and again for its pages.
  const next = isOne
    ? `($n | ${ADDRESS_TOP}) == $page`
    : role === "grabSlow"
    ? "$r.0 == $pfn"
    : "$r.0 + $r.4 * $refs == $pfn";
  return `${
    grab.attach === "fentry" ? asNumber(named) : ""
  }$link = ((struct page *)$page)->${page.link};
$head = $page;
if ($link & 1) {
${tailToHead(page)}}
$order = (uint64)0;
if (${isCompound(page)}) {
  $order = (uint64)(${page.order});
}
${refs}$key = ${key};
${vmemmap(page)}
$pfn = ${pfn("$page", page)};
$first = ${pfn("$head", page)};
$kind = $order + (($c & ${STATE.slow}) << 7) + (($c >> ${CALL_SHIFT}) << ${RUN_CALL_SHIFT});
${isOne ? follow() : ""}$r = @run[tid];
if (${next} && $r.2 == $kind && $r.3 == $key && ($order == 0 || $r.1 == $first)) {
  @run[tid] = ($r.0, $r.1, $kind, $key, $r.4${isOne ? ` - ($n >> ${LEFT_SHIFT}) + $left` : ""} + 1);
} else {
  if (${HAS_RUN}) {
${indent(endOfRun(), 4)}  }
  @run[tid] = ($pfn, $first, $kind, $key, (uint64)1${isOne ? " + $left" : ""});
${isOne ? "" : "  if ($n) {\n    @next[tid] = (uint64)0;\n  }\n"}}
${
    isOne
      ? `@next[tid] = (($page + ${page.structPageBytes}) & ${ADDRESS_BITS}) + ($left << ${LEFT_SHIFT});\n`
      : ""
  }`;
}

/** Sets `$left`: the pages of the head that may follow this one. */
function follow(): string {
  return `$left = ((uint64)1 << $order) - 1 - ($pfn - $first);
if ($left > ${MOST_LEFT}) {
  $left = (uint64)${MOST_LEFT};
}
`;
}

/** Tells of the run, or adds it up where many of this call have been told of. */
function endOfRun(): string {
  return `$grabs = ${GRABS};
if ((($c >> ${PARTS_SHIFT}) & 0xffff) < ${RUNS_PER_CALL}) {
  printf("run %d %lx %lx %lx %lx %lx %lx\\n", tid, $c >> ${CALL_SHIFT}, $r.3, $grabs, $r.0, $r.1, $r.2);
  ${PART_TOLD}
} else {
  ${UNLISTED}
  $g = $u.0;
  $h = $u.1;
  if (($c & ${STATE.unlisted}) == 0) {
    $g = (uint64)0;
    $h = (uint64)0;
  }
  $half = (($r.2 >> 8) & 1) * 32;
  @unlisted[tid] = ($g + ($grabs << $half), $h + (($grabs * ($r.3 & 0xffffffff)) << $half));
  $c = $c | ${STATE.unlisted};
  if ($r.2 & 0xff) {
    $c = $c | ${STATE.unlistedCompound};
  }
  @call[tid] = $c;
}
$t = @total[tid];
@total[tid] = ($t.0, $t.1, $t.2 + $grabs, $t.3 + $grabs * ($r.3 & 0xffffffff), $t.4, $t.5);
`;
}

function refusedGrab(grab: Grab, page: PageFacts): string {
  const { role } = grab;
  const refs = role === "grabOne" ? "(uint64)1" : low32(argument(grab, "refs"));
  const named = argument(grab, role === "grabSlow" ? "head" : "page");
  return `${grab.attach === "fentry" ? asNumber(named) : `$page = ${named};\n`}${vmemmap(page)}
printf("refused %d %lx %d %lx %lx\\n", tid, $c, ${GRAB_CODES[role]}, ${pfn("$page", page)},
  ${refs});
${PART_TOLD}
`;
}

/**
 * Sets `$page`, through a map even though the argument is at hand: by fentry the verifier forbids
 * arithmetic on what it knows to be a pointer.
 */
function asNumber(named: string): string {
  return `@page[tid] = ${named};\n$page = @page[tid];\n`;
}

/** Whether the grab took what it was asked to take. */
function success({ attach, returns }: PlannedFunction): string {
  if (returns === "int") return "(int32)retval == 0";
  // A bool fills only the low byte of the register.
  return attach === "kprobe" && returns === "bool" ? "(retval & 0xff) != 0" : "retval != 0";
}

function tailToHead({ linkMayBeMask }: PageFacts): string {
  return linkMayBeMask
    // 7.x: where struct page has a power-of-two size the link is a mask for the page's address.
    ? `  if (($link >> 40) == 0xffffff) {
    $head = $page & $link;
  } else {
    $head = $link - 1;
  }
`
    : "  $head = $link - 1;\n";
}
