/**
 * The ledger as text.
 *
 * @module
 */

import type { Ledger } from "../ledger.ts";
import { counted, known } from "../words.ts";
import { fields, type Paint } from "./layout.ts";
import type { Report } from "./report.ts";

/**
 * What speaks for the recording being whole, and the sums that are compared with the kernel's.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 * import { paintWith } from "./layout.ts";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * const [first] = ledgerLines(report, 80, paintWith(false));
 * assertEquals(first, "  clean: session complete, workload exit 0");
 * ```
 */
export function ledgerLines(
  { ledger, workload }: Report,
  width: number,
  paint: Paint,
): readonly string[] {
  const { setAside, balance } = ledger;
  const helpers = ledger.helperFailures.reduce((sum, { times }) => sum + times, 0);
  const state = ledger.clean ? "clean" : paint.alarm("not clean");
  return [
    `  ${state}: session ${ledger.end.kind}, workload exit ${known(ledger.workloadExit)}`,
    ...fields([
      [
        "events",
        `${ledger.lost} lost, ${ledger.unreadable} unreadable, ${ledger.duplicates} repeated`,
      ],
      ["probes", `${missedText(ledger)}, ${counted(helpers, "helper failure")}`],
      ["calls", callsText(ledger)],
      ...sumsRows(ledger),
      [
        "aside",
        (workload.scope === undefined
          ? `${setAside.outside} outside the buffer, ${setAside.straddling} across its border, `
          : "") + `${setAside.failed} failed`,
      ],
      [
        "balance",
        `references = pages in ${balance.even} of ` +
        counted(balance.even + balance.uneven + balance.unsure, "call"),
      ],
    ], width),
    "",
    `  ${"sum".padEnd(16)} ${"stream".padStart(10)} ${"kernel".padStart(10)}`,
    ...ledger.laws.map(({ name, stream, kernel, holds, why }) =>
      `  ${name.padEnd(16)} ${String(stream).padStart(10)} ${
        String(kernel ?? "-").padStart(10)
      }  ` +
      (holds === null
        ? `not judged: ${why}`
        : holds
        ? "equal"
        : paint.alarm(why === null ? "DIFFERENT" : `DIFFERENT ${why}`))
    ),
  ];
}

function callsText(ledger: Ledger): string {
  const { incomplete, orphans, parts, accountedBy } = ledger;
  const excuse = incomplete === null || incomplete === 0 || accountedBy === undefined
    ? ""
    : accountedBy === "moved"
    ? " (none of what was moved)"
    : " (none of the pins)";
  const { lacking = 0, surplus = 0 } = parts ?? {};
  const odd = lacking + surplus === 0
    ? ""
    : `, ${lacking} lacking events, ${counted(surplus, "event")} too many`;
  return `${known(incomplete)} incomplete${excuse}, ${orphans} seen in part${odd}`;
}

function sumsRows({ unlisted }: Ledger): readonly (readonly [string, string])[] {
  if (unlisted === undefined) return [];
  const { calls, grabs, refs } = unlisted;
  return [[
    "sums only",
    `${counted(grabs, "grab")} of ${counted(calls, "call")}, adding ${counted(refs, "reference")}`,
  ]];
}

function missedText(ledger: Ledger): string {
  const { missed, missesOf, accountedBy } = ledger;
  if (missed === null) return "unknown how many missed";
  const kind = missesOf === "fentry" ? " of fentry, of others unknown" : "";
  const excuse = missed === 0 || accountedBy === undefined
    ? ""
    : accountedBy === "moved"
    ? " (no grab: all that was moved is seen)"
    : " (no grab: the kernel counted as many pins)";
  return `${missed} missed${kind}${excuse}`;
}
