/**
 * What all calls add up to, as text.
 *
 * @module
 */

import type { PageArrays } from "../page_arrays.ts";
import type { PutSide } from "../put_side.ts";
import { counted, known } from "../words.ts";
import type { Report } from "./report.ts";

/**
 * Counts, each with a note.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(totalRows(report)[2], "  grabs                     3  3 would do");
 * ```
 */
export function totalRows({ totals, putSide, pageArrays }: Report): readonly string[] {
  const orders = parts(totals.headOrders, "order ", " of ");
  const leaves = parts(totals.leaves, "", " ");
  const leafCount = Object.values(totals.leaves).reduce((sum, count) => sum + count, 0);
  const { pgmapLookups, pgmapRealLookups } = totals;
  const looked = pgmapLookups === null || pgmapRealLookups === null
    ? "not observed"
    : `${pgmapRealLookups} real, ${pgmapLookups - pgmapRealLookups} reused a pgmap`;
  const slow = totals.slowPages === 0
    ? "all by the fast walk"
    : `${totals.slowPages} by the slow path, ${counted(totals.slowGrabs, "grab")} in ` +
      counted(totals.fellBack, "call");
  const rows: readonly (readonly [string, number | null, string])[] = [
    ["calls", totals.calls, ""],
    ["pages", totals.pages, slow],
    ["grabs", totals.grabs, `${totals.leastGrabs} would do`],
    ...optional("grabs undone", totals.undoneGrabs, "given back by the fast walk"),
    ...optional("grabs refused", totals.refused, "nothing was taken"),
    ["references", totals.refs, ""],
    ["heads", totals.heads, orders],
    ["leaves", leafCount, leaves && `${leaves}, counted anew in each call`],
    ["get_dev_pagemap", pgmapLookups, looked],
    ["puts", putSide.puts, putNote(putSide)],
    ...(pageArrays === undefined
      ? []
      : [["page arrays", pageArrays.calls, arrayNote(pageArrays)] as const]),
    ...optional(
      "slow calls",
      totals.slowCalls,
      `${counted(totals.slowCallPages, "page")} by the slow path alone, left out above`,
    ),
  ];
  return rows.map(([name, count, note]) =>
    `  ${name.padEnd(16)} ${String(count ?? "-").padStart(10)}  ${note}`.trimEnd()
  );
}

function arrayNote({ pages, wrong, inPlace }: PageArrays): string {
  const place = inPlace === null ? "" : `, ${inPlace ? "" : "not "}the device's at the offsets`;
  return wrong === 0
    ? `${counted(pages, "page")} looked at, as grabbed${place}`
    : `${counted(wrong, "call")} handed back others than were grabbed`;
}

function putNote({ puts, putsByOthers, pins, gets }: PutSide): string {
  const notes: string[] = [];
  if (puts === null) {
    notes.push("not observed");
  } else if (pins.taken > 0 || pins.put !== 0) {
    notes.push(`${known(pins.put)} of ${pins.taken} pins put`);
    if (putsByOthers > 0) notes.push(`${counted(putsByOthers, "put")} by other threads`);
  }
  if (gets.taken > 0 && gets.put !== null) {
    notes.push(`${gets.put} of ${gets.taken} gets put, by page_ref`);
  } else if (gets.taken > 0 && notes.length === 0) {
    notes.push("gets are put unseen, by an inline function");
  }
  return notes.join(", ");
}

/** A row that is left out where there is nothing to say. */
function optional(
  name: string,
  count: number,
  note: string,
): readonly (readonly [string, number, string])[] {
  return count === 0 ? [] : [[name, count, note]];
}

/** Counts by name, those above 0; just the name where there is only one. */
function parts(
  counts: Readonly<Record<string, number>>,
  prefix: string,
  between: string,
): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 1
    ? some.map(([name]) => prefix + name).join("")
    : some.map(([name, count]) => count + between + prefix + name).join(", ");
}
