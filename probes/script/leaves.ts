/**
 * Probes at what a walk does at a leaf: serve it, look up its pgmap, back out of it.
 *
 * @module
 */

import type { Level } from "../../recording/event.ts";
import type { PageFacts } from "../page.ts";
import type { PlannedFunction } from "../choose.ts";
import { CALL_SHIFT, LEAF_CODES, LEAF_RESULTS, PART_TOLD, STATE } from "./state.ts";
import { argument, indent, low32, pfn, vmemmap } from "./text.ts";
import type { Watch } from "./watch.ts";

/** The probe at the device's leaf function, which serves PMD and PUD. */
export function deviceLeafProbe(leaf: PlannedFunction): string {
  return leafProbe(leaf, "device", argument(leaf, "pfn"));
}

/** The probe at the ordinary leaf function of a level. */
export function ordinaryLeafProbe(leaf: PlannedFunction, level: Level): string {
  return leafProbe(leaf, level, "(uint64)0");
}

/** The line of the call tells of its last leaf; those before get a line each. */
function leafProbe(leaf: PlannedFunction, code: keyof typeof LEAF_CODES, pfn: string): string {
  const { unseen, failed, taken } = LEAF_RESULTS;
  const result = leaf.entryOnly
    ? `  $result = (uint64)${unseen};\n`
    : `  $result = (uint64)${failed};
  if ((int32)retval != 0) {
    $result = (uint64)${taken};
  }
`;
  return `${leaf.entryOnly ? leaf.entry : leaf.exit}
{
  $s = @state[tid];
  if ($s.4 & ${STATE.open}) {
    $f = @leaf[tid];
    if ($f.3 >> ${CALL_SHIFT} == $s.4 >> ${CALL_SHIFT}) {
      printf("leaf %d %lx %lx %lx %lx\\n", tid, $f.0, $f.1, $f.2, $f.3);
      ${PART_TOLD}
    }
${indent(result, 2)}    @leaf[tid] = (${argument(leaf, "address")}, ${
    argument(leaf, "end")
  }, ${pfn},
      (($s.4 >> ${CALL_SHIFT}) << ${CALL_SHIFT}) + ${LEAF_CODES[code]} + $result);
  }
}
`;
}

/** The probe at the look-up of a pgmap: counted on and on, a call takes what was added in it. */
export function lookupProbe(lookup: PlannedFunction, watch: Watch): string {
  // Without a pgmap handed in it is a look-up in an xarray, with one often only a comparison.
  const real = lookup.arguments.pgmap === undefined
    ? "1 == 1"
    : `${argument(lookup, "pgmap")} == 0`;
  return `${lookup.entry}
/${watch.filter}/
{
  $one = (uint64)1;
  if (${real}) {
    $one = (uint64)0x100000001;
  }
  @lookups[tid] += $one;
}
`;
}

/** The probe at what backs out of a device leaf. */
export function undoProbe(undo: PlannedFunction, page: PageFacts): string {
  const array = argument(undo, "array");
  return `${undo.entry}
{
  $s = @state[tid];
  $from = ${low32(argument(undo, "before"))};
  $to = (uint64)*(uint32 *)${argument(undo, "taken")};
  if ($s.4 & ${STATE.open} && $to > $from) {
    ${vmemmap(page)}
    $page = *(uint64 *)(${array} + $from * 8);
    printf("undo %d %lx %lx %lx\\n", tid, $s.4 >> ${CALL_SHIFT}, ${
    pfn("$page", page)
  }, $to - $from);
    ${PART_TOLD}
  }
}
`;
}
