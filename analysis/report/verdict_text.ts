/**
 * The verdict as text, with its reasons and the first counter-example.
 *
 * @module
 */

import { counted, lowerFirst, pfnText } from "../words.ts";
import { fields, type Paint, wrap } from "./layout.ts";
import type { Report } from "./report.ts";

/**
 * The verdict with its arithmetic, and the first counter-example where there is one.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 * import { paintWith } from "./layout.ts";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(verdictLines(report, 100, paintWith(false))[0]?.slice(0, 27), "once: 3 grabs for 512 pages");
 * ```
 */
export function verdictLines(report: Report, width: number, paint: Paint): readonly string[] {
  const { verdict, reasons, counterExample, ledger } = report;
  const [decisive = "", ...others] = reasons;
  const [first = "", ...rest] = wrap(`${verdict}: ${lowerFirst(decisive)}`, width, "  ");
  const lines = [paint.verdict(verdict, verdict) + first.slice(verdict.length), ...rest];
  if (!ledger.clean) {
    lines.push(paint.alarm("  The ledger is not clean (see below)."));
  }
  for (const other of others) {
    lines.push(...wrap(other, width - 2).map((line) => `  ${line}`));
  }
  if (counterExample !== null) {
    const { tid, call, address, pages, grabs, refs, leastGrabs } = counterExample;
    const { head, order, headGrabs } = counterExample;
    lines.push("", paint.title("First counter-example"));
    lines.push(...fields([
      ["call", `${call} of thread ${tid}: ${counted(pages, "page")} at ${address}`],
      ["grabs", `${grabs} adding ${counted(refs, "reference")}, where ${leastGrabs} would do`],
      ...(head === null || order === null ? [] : [
        [
          "head",
          `pfn ${pfnText(head)}, order ${order}, grabbed ${counted(headGrabs, "time")}`,
        ] as const,
      ]),
    ], width));
  }
  return lines;
}
