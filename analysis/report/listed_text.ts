/**
 * What is listed one by one, as text: processes, and references that are held.
 *
 * @module
 */

import type { ProcessSums } from "../processes.ts";
import type { PutSide } from "../put_side.ts";
import { counted, pfnText, printable } from "../words.ts";
import { type Column, textTable } from "./table.ts";

/** How many heads or processes are listed; the JSON report has all. */
const LISTED = 10;

/**
 * The processes that made calls, as a table.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sums = { calls: 2, pages: 1024, slowPages: 0, grabs: 2, leastGrabs: 2 };
 * assertEquals(processRows([{ pid: 7, comm: "qemu", ...sums }]), [
 *   "  pid  name  calls  pages  slow  grabs  least",
 *   "    7  qemu      2   1024     0      2      2",
 * ]);
 * ```
 */
export function processRows(processes: readonly ProcessSums[]): readonly string[] {
  const rows = processes.slice(0, LISTED).map(({ pid, comm, ...sums }) => [
    String(pid ?? "unknown"),
    printable(comm ?? "unknown"),
    ...[sums.calls, sums.pages, sums.slowPages, sums.grabs, sums.leastGrabs].map(String),
  ]);
  const more = processes.length - rows.length;
  const table = textTable(PROCESS_COLUMNS, rows).map((line) => `  ${line}`);
  return more > 0 ? [...table, `  and ${more} more processes`] : table;
}

const PROCESS_COLUMNS: readonly Column[] = [
  { head: "pid", right: true },
  { head: "name" },
  ...["calls", "pages", "slow", "grabs", "least"].map((head) => ({ head, right: true })),
];

/**
 * References that were still held at the end, head by head.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const held = [{ kind: "pin", pfn: 0x100a00, heads: 1, order: 9, refs: 1 }] as const;
 * assertEquals(heldRows({ held }), ["  pin  1 reference on pfn 0x100a00, order 9"]);
 * ```
 */
export function heldRows({ held }: Pick<PutSide, "held">): readonly string[] {
  const rows = held.slice(0, LISTED).map(({ kind, pfn, heads, order, refs }) =>
    `  ${kind}  ${counted(refs, "reference")} on pfn ${pfnText(pfn)}, order ${order}` +
    (heads > 1 ? `, and on each of ${heads - 1} after it` : "")
  );
  const more = held.length - rows.length;
  return more > 0 ? [...rows, `  and ${more} more of such rows`] : rows;
}
