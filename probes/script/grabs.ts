/**
 * Probes at the functions that grab, and the runs that are made of what they see.
 *
 * @module
 */

import type { PageFacts } from "../page.ts";
import type { PlannedFunction } from "../choose.ts";
import type { Plan } from "../plan.ts";
import { argument, indent, isCompound, low32, pfn, vmemmap, zeros } from "./text.ts";

/** Code of each grab role in the lines of the program. */
export const GRAB_CODES = { grabOne: 1, grabBatch: 2, grabSlow: 3 } as const;

type GrabRole = keyof typeof GRAB_CODES;
type Grab = PlannedFunction & { readonly role: GrabRole };

/**
 * The run that a thread is in: page expected next, compound head or 0, kind (references, role, slow),
 * call, first pfn, head's pfn, order, refcount after the first grab, grabs. Addresses are cut to
 * their lower 48 bits, which tell pages apart as well as all 64 do.
 */
export const RUN_BEGINNING: string = `@run[0] = (${zeros(9)});`;

const ADDRESS_BITS = "0xffffffffffff";

/** The probes at every grab function of a plan. */
export function grabProbes({ functions, page }: Plan): string[] {
  return (["grabOne", "grabBatch", "grabSlow"] as const).flatMap((role) => {
    const probed = functions[role];
    return probed === undefined ? [] : [grabProbe({ ...probed, role }, functions, page)];
  });
}

function grabProbe(grab: Grab, functions: Plan["functions"], page: PageFacts): string {
  const { attach, role } = grab;
  const pageArgument = argument(grab, role === "grabSlow" ? "head" : "page");
  const refs = role === "grabOne" ? "(uint64)1" : low32(argument(grab, "refs"));
  const outer = grab.mayRunIn === undefined ? undefined : functions[grab.mayRunIn];
  const isOuter = Object.values(functions).some(({ mayRunIn }) => mayRunIn === role);
  const condition = outer === undefined ? "/@call[tid]/" : "/@call[tid] && !@inner[tid]/";
  const save = `  @page[tid] = ${pageArgument};\n  @refs[tid] = ${refs};\n`;
  const mark = isOuter ? "  @inner[tid] = (uint64)1;\n" : "";
  const atStart = (attach === "fentry" ? "" : save) + mark;
  const entry = atStart === "" ? "" : `${grab.entry}\n${condition}\n{\n${atStart}}\n\n`;
  // Through a map even where the argument is at hand: the verifier forbids arithmetic on a
  // pointer that it knows to be one.
  return `${entry}${grab.exit}
${condition}
{
${attach === "fentry" ? save : ""}${
    isOuter ? "  @inner[tid] = (uint64)0;\n" : ""
  }  $page = @page[tid];
  $refs = @refs[tid];
  if (${success(grab)}) {
${indent(takenGrab(role, page), 4)}  } else {
    ${vmemmap(page)}
    printf("refused %d %d %d %d %llx %llu\\n", tid, @call[tid], @slow[tid] & 1,
      ${GRAB_CODES[role]}, ${pfn("$page", page)}, $refs);
  }
}
`;
}

/** Goes on with the thread's run, or prints it and begins another. */
function takenGrab(role: GrabRole, page: PageFacts): string {
  // The slow path's own function is handed the folio, again and again for its pages.
  const step = role === "grabSlow" ? "" : ` + $refs * ${page.structPageBytes}`;
  return `$link = (uint64)((struct page *)$page)->${page.link};
$head = $page;
if ($link & 1) {
${tailToHead(page)}}
$key = (uint64)0;
if (${isCompound(page)}) {
  $key = $head & ${ADDRESS_BITS};
}
$at = $page & ${ADDRESS_BITS};
$kind = $refs + ((uint64)${GRAB_CODES[role]} << 32) + ((@slow[tid] & 1) << 40);
$s = @run[tid];
if ($s.0 == $at && $s.1 == $key && $s.2 == $kind && $s.3 == @call[tid]) {
  @run[tid] = ($at${step}, $key, $kind, $s.3, $s.4, $s.5, $s.6, $s.7, $s.8 + 1);
} else {
  if ($s.8) {
    printf("run %d %llu %llu %llu %llx %llx %llu %llu %llu %llu\\n", tid, $s.3,
      $s.2 >> 40, ($s.2 >> 32) & 0xff, $s.4, $s.5, $s.6, $s.8, $s.2 & 0xffffffff, $s.7);
  }
  $order = (uint64)0;
  if ($key) {
    $order = (uint64)(${page.order});
  }
  ${vmemmap(page)}
  @run[tid] = ($at${step}, $key, $kind, (uint64)@call[tid], ${pfn("$page", page)},
    ${pfn("$head", page)}, $order, (uint64)(uint32)${page.refcount}, (uint64)1);
}
@total_grabs = count();
@total_refs = sum($refs);
`;
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
