/**
 * Probes at the beginning and end of calls: gup-fast, and the slow path inside or by itself.
 *
 * @module
 */

import type { PlanFlags } from "../../recording/header.ts";
import type { PlannedFunction } from "../choose.ts";
import { CALL_SHIFT, SLOW_RAN, SLOW_RUNS, STATE, UNLISTED } from "./state.ts";
import { argument, indent, low32 } from "./text.ts";
import type { Watch } from "./watch.ts";

/** The probes at gup-fast's entry and return. */
export function callProbes(entry: PlannedFunction, watch: Watch): string {
  return `${entry.entry}
/${watch.filter}/
{
  $s = @state[tid];
${indent(beginning(entry, STATE.open, watch), 2)}}

${entry.exit}
{
  $s = @state[tid];
  if ($s.4 & ${STATE.open}) {
${indent(ending(), 4)}  }
}
`;
}

/**
 * The probes at the slow path. Whatever asks for pages without taking references, such as mlock(),
 * is none of ours.
 */
export function slowPathProbes(
  slowPath: PlannedFunction,
  flags: PlanFlags,
  watch: Watch,
): string {
  const references = `0x${(flags.get | flags.pin).toString(16)}`;
  const alone = STATE.open | STATE.slow | STATE.alone;
  return `${slowPath.entry}
/${watch.filter}/
{
  $s = @state[tid];
  if (($s.4 & ${STATE.open | STATE.alone}) == ${STATE.open}) {
    ${SLOW_RUNS}
  } else if (${argument(slowPath, "flags")} & ${references}) {
${indent(beginning(slowPath, alone, watch), 4)}  }
}

${slowPath.exit}
{
  $s = @state[tid];
  if ($s.4 & ${STATE.alone}) {
${indent(ending(), 4)}  } else if ($s.4 & ${STATE.slow}) {
    ${SLOW_RAN}
  }
}
`;
}

function beginning(entry: PlannedFunction, state: number, { introduction }: Watch): string {
  return `${introduction}@state[tid] = ((uint64)0, (uint64)0, (uint64)0, (uint64)0,
  ((($s.4 >> ${CALL_SHIFT}) + 1) << ${CALL_SHIFT}) + ${state});
@range[tid] = (${argument(entry, "start")}, (${argument(entry, "pages")} << 32) + (${
    low32(argument(entry, "flags"))
  }),
  (uint64)@lookups[tid], (uint64)nsecs);
@total_entered = count();
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
function ending(): string {
  return `$r = @run[tid];
$c = @range[tid];
$f = @leaf[tid];
$i = @inside[tid];
$n = @lookups[tid] - $c.2;
$g = (uint64)0;
$h = (uint64)0;
if ($s.4 & ${STATE.unlisted}) {
  ${UNLISTED}
  $g = $u.0;
  $h = $u.1;
}
printf("${CALL_LINE}\\n", tid,
  $s.4, $c.3, nsecs - $c.3, $c.0, $c.1, (int32)retval, $n, $s.2, $s.3, $r.0, $r.1, $r.2,
  $f.0, $f.1, $f.2, $f.3, $i.0, $i.1, $g, $h);
@state[tid] = ((uint64)0, (uint64)0, (uint64)0, (uint64)0, ($s.4 >> ${CALL_SHIFT}) << ${CALL_SHIFT});
$pages = (uint64)0;
if ((int32)retval > 0) {
  $pages = (uint64)retval & 0x7fffffff;
}
$t = @total[tid];
@total[tid] = ($t.0 + 1, $t.1 + $pages, $t.2 + $s.3, $t.3 + $s.3 * ($s.2 & 0xffffffff),
  $t.4 + ($n & 0xffffffff), $t.5 + ($n >> 32));
`;
}
