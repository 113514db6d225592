/**
 * Probes at the beginning and end of calls: gup-fast, and the slow path inside or by itself.
 *
 * @module
 */

import type { PlanFlags } from "../../recording/header.ts";
import type { PlannedFunction } from "../choose.ts";
import { argument, low32 } from "./text.ts";

/**
 * What `@slow` of a thread says: the slow path did not run in this call, it does, it did, or the
 * call is one of the slow path without gup-fast. The lowest bit: whether grabs are the slow path's.
 */
const SLOW = { no: 0, running: 1, ran: 2, alone: 3 } as const;

/** The probes at gup-fast's entry and return. */
export function callProbes(entry: PlannedFunction): string {
  return `${entry.entry}
/pid == $1/
{
${beginning(entry, SLOW.no)}}

${entry.exit}
/@call[tid]/
{
${ending()}}
`;
}

/**
 * The probes at the slow path. Whatever asks for pages without taking references, such as mlock(),
 * is none of ours.
 */
export function slowPathProbes(slowPath: PlannedFunction, flags: PlanFlags): string {
  const references = `0x${(flags.get | flags.pin).toString(16)}`;
  return `${slowPath.entry}
/pid == $1/
{
  if (@call[tid] && @slow[tid] != ${SLOW.alone}) {
    @slow[tid] = (uint64)${SLOW.running};
  } else if (${argument(slowPath, "flags")} & ${references}) {
${beginning(slowPath, SLOW.alone).replaceAll(/^/gm, "  ").trimEnd()}
  }
}

${slowPath.exit}
/@call[tid]/
{
  if (@slow[tid] == ${SLOW.alone}) {
${ending().replaceAll(/^/gm, "  ").trimEnd()}
  } else {
    @slow[tid] = (uint64)${SLOW.ran};
  }
}
`;
}

function beginning(entry: PlannedFunction, slow: number): string {
  const range = [
    argument(entry, "start"),
    low32(argument(entry, "pages")),
    low32(argument(entry, "flags")),
  ];
  return `  @sequence[tid] += (uint64)1;
  @range[tid] = (${range.join(", ")});
  @lookups[tid] = (uint64)0;
  @slow[tid] = (uint64)${slow};
  @began[tid] = nsecs;
  @call[tid] = @sequence[tid];
  @total_entered = count();
`;
}

/** `int` or `long`: no call returns more pages than fit the former. */
function ending(): string {
  return `  $returned = (int32)retval;
  $ns = nsecs - @began[tid];
  $range = @range[tid];
  $lookups = @lookups[tid];
  printf("call %d %d %llu %llu %llu %llx %llu %llx %d %llu %llu\\n", tid, @call[tid], @slow[tid],
    @began[tid], $ns, $range.0, $range.1, $range.2, $returned,
    $lookups & 0xffffffff, $lookups >> 32);
  @call[tid] = (uint64)0;
  @total_calls = count();
  if ($returned > 0) {
    @total_pages = sum($returned);
  }
`;
}
