/**
 * Probes at the beginning and end of calls: gup-fast, and the slow path inside or by itself.
 *
 * @module
 */

import type { PlanFlags } from "../../recording/header.ts";
import type { PlannedFunction, PlannedFunctions } from "../choose.ts";
import type { PageFacts } from "../page.ts";
import { LEAF_ROLES } from "./leaves.ts";
import { arrayProbe, arrayTold } from "./page_array.ts";
import { STACK_COUNTED } from "./stacks.ts";
import { CALL_SHIFT, GRABS, HAS_RUN, SLOW_RAN, SLOW_RUNS, STATE, UNLISTED } from "./state.ts";
import { argument, indent, low32, zeros } from "./text.ts";
import type { Watch } from "./watch.ts";

/** What calls tell beside themselves. */
export interface ToldBeside {
  /** Where struct pages are, if calls are to tell those that they hand back. */
  readonly pages: PageFacts | undefined;
  /** Whether they are counted by the stack that they come from. */
  readonly countsStacks: boolean;
}

/** The probes at gup-fast's entry and return. */
export function callProbes(
  entry: PlannedFunction,
  functions: PlannedFunctions,
  watch: Watch,
  { pages, countsStacks }: ToldBeside,
): string {
  return `${pages === undefined ? "" : `${arrayProbe(entry, watch.filter)}\n`}${entry.entry}
/${watch.filter}/
{
  $c = @call[tid];
${indent(beginning(entry, STATE.open, functions, watch), 2)}}

${entry.exit}
{
  $c = @call[tid];
  if ($c & ${STATE.open}) {
${pages === undefined ? "" : indent(arrayTold(pages), 4)}${
    indent(ending(functions, countsStacks), 4)
  }  }
}
`;
}

/**
 * The probes at the slow path. Whatever asks for pages without taking references, such as mlock(),
 * is none of ours.
 */
export function slowPathProbes(
  slowPath: PlannedFunction,
  functions: PlannedFunctions,
  flags: PlanFlags,
  watch: Watch,
  { countsStacks }: ToldBeside,
): string {
  const references = `0x${(flags.get | flags.pin).toString(16)}`;
  const alone = STATE.open | STATE.slow | STATE.alone;
  return `${slowPath.entry}
/${watch.filter}/
{
  $c = @call[tid];
  if (($c & ${STATE.open | STATE.alone}) == ${STATE.open}) {
${indent(SLOW_RUNS, 4)}  } else if (${argument(slowPath, "flags")} & ${references}) {
${indent(beginning(slowPath, alone, functions, watch), 4)}  }
}

${slowPath.exit}
{
  $c = @call[tid];
  if ($c & ${STATE.alone}) {
${indent(ending(functions, countsStacks), 4)}  } else if ($c & ${STATE.slow}) {
${indent(SLOW_RAN, 4)}  }
}
`;
}

function beginning(
  entry: PlannedFunction,
  state: number,
  { lookup }: PlannedFunctions,
  { introduction }: Watch,
): string {
  // What a call left that was not seen to end.
  return `${introduction}if ($c & ${STATE.open}) {
  @next[tid] = (uint64)0;
}
@call[tid] = ((($c >> ${CALL_SHIFT}) + 1) << ${CALL_SHIFT}) + ${state};
@range[tid] = (${argument(entry, "start")}, (${argument(entry, "pages")} << 32) + (${
    low32(argument(entry, "flags"))
  }),
  ${lookup === undefined ? zeros(1) : "@lookups[tid]"}, nsecs);
`;
}

/** The words of a call's line: returned can be negative. */
const CALL_LINE: string = ["call %d", ...words(5), "%d", ...words(14)].join(" ");

function words(count: number): string[] {
  return Array<string>(count).fill("%lx");
}

/**
 * One line tells of the call, its last run and its last leaf. What is not of this call is told apart
 * by the reader: maps of a thread are not emptied for each call.
 */
function ending(functions: PlannedFunctions, countsStacks: boolean): string {
  const { lookup, put, unpin } = functions;
  const hasLeaves = LEAF_ROLES.some((role) => functions[role] !== undefined);
  const hasPuts = put !== undefined || unpin !== undefined;
  return `$n = @next[tid];
$r = @run[tid];
$grabs = (uint64)0;
if (${HAS_RUN}) {
  $grabs = ${GRABS};
}
$a = @range[tid];
$l = ${lookup === undefined ? zeros(1) : "@lookups[tid] - $a.2"};
${hasLeaves ? "$f = @leaf[tid];\n" : ""}${hasPuts ? "$i = @inside[tid];\n" : ""}$g = (uint64)0;
$h = (uint64)0;
if ($c & ${STATE.unlisted}) {
  ${UNLISTED}
  $g = $u.0;
  $h = $u.1;
}
printf("${CALL_LINE}\\n", tid,
  $c, $a.3, nsecs - $a.3, $a.0, $a.1, (int32)retval, $l, $r.3, $grabs, $r.0, $r.1, $r.2,
  ${hasLeaves ? "$f.0, $f.1, $f.2, $f.3" : zeros(4)}, ${hasPuts ? "$i.0, $i.1" : zeros(2)}, $g, $h);
@call[tid] = ($c >> ${CALL_SHIFT}) << ${CALL_SHIFT};
if ($n) {
  @next[tid] = (uint64)0;
}
$pages = (uint64)0;
if ((int32)retval > 0) {
  $pages = (uint64)retval & 0x7fffffff;
}
$t = @total[tid];
@total[tid] = ($t.0 + 1, $t.1 + $pages, $t.2 + $grabs, $t.3 + $grabs * ($r.3 & 0xffffffff),
  $t.4 + ($l & 0xffffffff), $t.5 + ($l >> 32));
${countsStacks ? STACK_COUNTED : ""}`;
}
