/**
 * Where calls come from: the kernel's stack at their beginning, by which they are counted at their end.
 *
 * @module
 */

import type { PlannedFunctions } from "../choose.ts";
import { STATE } from "./state.ts";

/**
 * The probes that keep the stack of a call, and forget it before bpftrace prints its maps. By kprobe on
 * all kernels: fentry's own code is on the stack that it sees, under names that are not its own, and
 * from 7.3 on the function itself is not. A call of the slow path inside gup-fast comes from there.
 */
export function stackProbes(
  { entry, slowPath }: PlannedFunctions,
  filter: string,
): readonly string[] {
  return [
    ...(entry === undefined ? [] : [`kprobe:${entry.symbol}
/${filter}/
{
  @stack[tid] = kstack;
}
`]),
    ...(slowPath === undefined ? [] : [`kprobe:${slowPath.symbol}
/${filter}/
{
  if ((@call[tid] & ${STATE.open | STATE.alone}) != ${STATE.open}) {
    @stack[tid] = kstack;
  }
}
`]),
    `END
{
  clear(@stack);
}
`,
  ];
}

/**
 * At the end of a call, where `$pages` are those that it took. By thread: where two processors come upon
 * a new key at once, bpftrace 0.23 loses one of them (`map_update_elem` fails with EEXIST).
 */
export const STACK_COUNTED = `@stack_calls[@stack[tid], tid, comm] = count();
@stack_pages[@stack[tid], tid, comm] = sum($pages);
`;
