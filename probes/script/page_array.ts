/**
 * The pages that a gup-fast call hands back, read from the array that it fills.
 *
 * @module
 */

import type { PlannedFunction } from "../choose.ts";
import type { PageFacts } from "../page.ts";
import { PART_COUNTED } from "./state.ts";
import { argument, pfn, vmemmap } from "./text.ts";

/** Pages of a call that are looked at: the verifier walks through a loop turn by turn. */
export const MOST_CHECKED = 1024;

/**
 * The probe at the entry that keeps where the array is, in memory of the kernel's. By kprobe on all
 * kernels: to fentry the verifier of 6.1 and 6.12 refuses a pointer to pointers.
 */
export function arrayProbe(entry: PlannedFunction, filter: string): string {
  return `kprobe:${entry.symbol}
/${filter}/
{
  @array[tid] = ${argument({ ...entry, attach: "kprobe" }, "array")};
}
`;
}

/** At the return, where `$c` is the call's word: tells the first pages that adjoin. */
export function arrayTold(page: PageFacts): string {
  return `if ((int32)retval > 0) {
  $pages = (uint64)retval & 0x7fffffff;
  $array = @array[tid];
  $page = *(uint64 *)$array;
  $at = (uint64)1;
  while ($at < $pages && $at < ${MOST_CHECKED}) {
    if (*(uint64 *)($array + $at * 8) != $page + $at * ${page.structPageBytes}) {
      break;
    }
    $at = $at + 1;
  }
  $cut = (uint64)0;
  if ($at == ${MOST_CHECKED} && $at < $pages) {
    $cut = (uint64)1;
  }
  ${vmemmap(page)}
  printf("pages %d %lx %lx %lx %lx\\n", tid, $c, ${pfn("$page", page)}, $at, $cut);
  ${PART_COUNTED}
}
`;
}
