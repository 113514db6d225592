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

/** At the entry: where the array is. The caller has it in memory of the kernel's. */
export function arrayGiven(entry: PlannedFunction): string {
  return `@array[tid] = ${argument(entry, "array")};\n`;
}

/** At the return, where `$c` is the call's word: tells the first pages that adjoin. */
export function arrayTold(page: PageFacts): string {
  return `if ((int32)retval > 0) {
  $pages = (uint64)retval & 0x7fffffff;
  $array = @array[tid];
  $page = *(uint64 *)$array;
  $i = (uint64)1;
  while ($i < $pages && $i < ${MOST_CHECKED}) {
    if (*(uint64 *)($array + $i * 8) != $page + $i * ${page.structPageBytes}) {
      break;
    }
    $i = $i + 1;
  }
  $cut = (uint64)0;
  if ($i == ${MOST_CHECKED} && $i < $pages) {
    $cut = (uint64)1;
  }
  ${vmemmap(page)}
  printf("pages %d %lx %lx %lx %lx\\n", tid, $c, ${pfn("$page", page)}, $i, $cut);
  ${PART_COUNTED}
}
`;
}
