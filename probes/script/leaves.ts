/**
 * Probes at what a walk does at a leaf: serve it, look up its pgmap, back out of it.
 *
 * @module
 */

import type { Level } from "../../recording/event.ts";
import type { PageFacts } from "../page.ts";
import type { PlannedFunction } from "../choose.ts";
import { argument, low32, pfn, vmemmap } from "./text.ts";

/** The probes at the device's leaf function, which serves PMD and PUD. */
export function deviceLeafProbes(leaf: PlannedFunction): string {
  const range = ["address", "end", "pfn"] as const;
  const saved = `  @leaf[tid] = (${range.map((it) => argument(leaf, it)).join(", ")});\n`;
  const isFentry = leaf.attach === "fentry";
  const entry = isFentry ? "" : `${leaf.entry}\n/@call[tid]/\n{\n${saved}}\n\n`;
  return `${entry}${leaf.exit}
/@call[tid]/
{
${isFentry ? saved : ""}  $leaf = @leaf[tid];
  printf("leaf %d %d device %llx %llu %d %llx\\n", tid, @call[tid], $leaf.0,
    ($leaf.1 - $leaf.0) / 4096, (int32)retval != 0, $leaf.2);
}
`;
}

/** The probes at the ordinary leaf function of a level. */
export function leafProbes(leaf: PlannedFunction, level: Level): string {
  return `${leaf.entry}
/@call[tid]/
{
  @${level}[tid] = (${argument(leaf, "address")}, ${argument(leaf, "end")});
}

${leaf.exit}
/@call[tid]/
{
  $leaf = @${level}[tid];
  printf("leaf %d %d ${level} %llx %llu %d\\n", tid, @call[tid], $leaf.0,
    ($leaf.1 - $leaf.0) / 4096, (int32)retval != 0);
}
`;
}

/** The probe at the look-up of a pgmap. */
export function lookupProbe(lookup: PlannedFunction): string {
  // Without a pgmap handed in it is a look-up in an xarray, with one often only a comparison.
  const real = lookup.arguments.pgmap === undefined
    ? "1 == 1"
    : `${argument(lookup, "pgmap")} == 0`;
  return `${lookup.entry}
/@call[tid]/
{
  $real = (uint64)0;
  if (${real}) {
    $real = (uint64)1;
  }
  @lookups[tid] += ($real << 32) + 1;
  @total_lookups = count();
  @total_real_lookups = sum($real);
}
`;
}

/** The probe at what backs out of a device leaf. */
export function undoProbe(undo: PlannedFunction, page: PageFacts): string {
  const array = argument(undo, "array");
  return `${undo.entry}
/@call[tid]/
{
  $from = ${low32(argument(undo, "before"))};
  $to = (uint64)*(uint32 *)${argument(undo, "taken")};
  if ($to > $from) {
    ${vmemmap(page)}
    $page = *(uint64 *)(${array} + $from * 8);
    printf("undo %d %d %llx %llu\\n", tid, @call[tid], ${pfn("$page", page)}, $to - $from);
  }
}
`;
}
