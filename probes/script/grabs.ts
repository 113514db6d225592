/**
 * Probes at the functions that grab, and the runs that are made of what they see.
 *
 * @module
 */

import type { PlannedFunction } from "../choose.ts";
import type { PageFacts } from "../page.ts";
import type { Plan } from "../plan.ts";
import {
  CALL_SHIFT,
  ONE_PART,
  PART_TOLD,
  PARTS_SHIFT,
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
${outer ? "  @inner[tid] = (uint64)0;\n" : ""}  $s = @state[tid];
${indent(grab.entryOnly ? takenGrab(grab, page) : finishedGrab(grab, page), 2)}}
`;
}

function finishedGrab(grab: Grab, page: PageFacts): string {
  return `if (${success(grab)}) {
${indent(takenGrab(grab, page), 2)}} else if ($s.4 & ${STATE.open}) {
${indent(refusedGrab(grab, page), 2)}}
`;
}

/** Goes on with the thread's run, or tells of it and begins another. */
function takenGrab(grab: Grab, page: PageFacts): string {
  const { role } = grab;
  const refs = role === "grabOne" ? "1" : "$refs";
  // The slow path's own function is handed the folio, again and again for its pages.
  const step = role === "grabSlow"
    ? ""
    : role === "grabOne"
    ? ` + ${page.structPageBytes}`
    : ` + $refs * ${page.structPageBytes}`;
  const inHand = argument(grab, role === "grabSlow" ? "head" : "page");
  // A register is read once: 5.10's verifier rejects what LLVM makes of reading it again.
  const [named, read] = grab.attach === "kprobe" ? ["$page", `$page = ${inHand};\n`] : [inHand, ""];
  const readRefs = role === "grabOne" ? "" : `$refs = ${low32(argument(grab, "refs"))};\n`;
  const key = role === "grabOne"
    ? `(uint64)0x${GRAB_CODES[role].toString(16)}00000001`
    : `((uint64)${GRAB_CODES[role]} << 32) + ${refs}`;
  return `${read}${readRefs}$key = ${key};
if (${named} == $s.0 && $s.0 < $s.1 && $s.2 == $key) {
  @state[tid] = ($s.0${step}, $s.1, $s.2, $s.3 + 1, $s.4);
} else if ($s.4 & ${STATE.open}) {
${indent(otherGrab(grab, page, named, step), 2)}}
`;
}

/** A grab that does not go on with the run, unless on single pages, each of which is its own head. */
function otherGrab(grab: Grab, page: PageFacts, named: string, step: string): string {
  return `${
    grab.attach === "fentry" ? asNumber(named) : ""
  }$link = (uint64)((struct page *)$page)->${page.link};
$head = $page;
if ($link & 1) {
${tailToHead(page)}}
$order = (uint64)0;
if (${isCompound(page)}) {
  $order = (uint64)(${page.order});
}
$r = @run[tid];
if ($order == 0 && $page == $s.0 && $s.2 == $key && $s.3 && ($r.2 & 0xff) == 0) {
  @state[tid] = ($page${step}, $page + ${page.structPageBytes}, $s.2, $s.3 + 1, $s.4);
} else {
  $call = $s.4;
  if ($s.3) {
${indent(endOfRun(), 4)}  }
  ${vmemmap(page)}
  @run[tid] = (${pfn("$page", page)}, ${
    pfn("$head", page)
  }, $order + (($s.4 & ${STATE.slow}) << 7));
  @state[tid] = ($page${step}, $head + ((uint64)${page.structPageBytes} << $order), $key, (uint64)1, $call);
}
`;
}

/** Tells of the run, or adds it up where many of this call have been told of. */
function endOfRun(): string {
  return `if ((($s.4 >> ${PARTS_SHIFT}) & 0xffff) < ${RUNS_PER_CALL}) {
  printf("run %d %lx %lx %lx %lx %lx %lx\\n", tid, $s.4 >> ${CALL_SHIFT}, $s.2, $s.3, $r.0, $r.1, $r.2);
  $call = $s.4 + ${ONE_PART};
} else {
  ${UNLISTED}
  $g = $u.0;
  $h = $u.1;
  if (($s.4 & ${STATE.unlisted}) == 0) {
    $g = (uint64)0;
    $h = (uint64)0;
  }
  $half = ($r.2 >> 8) * 32;
  @unlisted[tid] = ($g + ($s.3 << $half), $h + (($s.3 * ($s.2 & 0xffffffff)) << $half));
  $call = $s.4 | ${STATE.unlisted};
  if ($r.2 & 0xff) {
    $call = $call | ${STATE.unlistedCompound};
  }
}
$t = @total[tid];
@total[tid] = ($t.0, $t.1, $t.2 + $s.3, $t.3 + $s.3 * ($s.2 & 0xffffffff), $t.4, $t.5);
`;
}

function refusedGrab(grab: Grab, page: PageFacts): string {
  const { role } = grab;
  const refs = role === "grabOne" ? "(uint64)1" : low32(argument(grab, "refs"));
  const named = argument(grab, role === "grabSlow" ? "head" : "page");
  return `${grab.attach === "fentry" ? asNumber(named) : `$page = ${named};\n`}${vmemmap(page)}
printf("refused %d %lx %d %lx %lx\\n", tid, $s.4, ${GRAB_CODES[role]}, ${pfn("$page", page)},
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
