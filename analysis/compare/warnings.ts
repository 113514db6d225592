/**
 * What must be known of a comparison before anything of it is believed, in sentences.
 *
 * @module
 */

import { complaints } from "../ledger.ts";
import type { Report } from "../report/report.ts";
import { lowerFirst } from "../words.ts";
import type { ComparedSide } from "./compare.ts";
import { type ComparedPart, type ComparedTimes, FEW_SAMPLES, LEVEL, partName } from "./times.ts";

/** What is wrong with one side: undecided, of different kinds, not clean. */
export function sideWarnings({ verdict, reports }: ComparedSide, whose: string): readonly string[] {
  const kernels = new Set(reports.map(({ kernel }) => `${kernel.release} ${kernel.version}`));
  const unclean = reports.find(({ ledger }) => !ledger.clean);
  const undecided = reports.find((report) => report.verdict === "undecided");
  return [
    ...(undecided === undefined ? [] : [
      `What ${whose} does is undecided: ${lowerFirst(undecided.reasons[0] ?? "no reason told.")}`,
    ]),
    ...(verdict === "mixed"
      ? [
        `Recordings of ${whose} have different verdicts: ${
          reports.map((it) => it.verdict).join(", ")
        }.`,
      ]
      : []),
    ...(unclean !== undefined && unclean !== undecided
      ? [
        `The ledger of ${whose} is not clean: ${
          lowerFirst(complaints(unclean.ledger)[0] ?? "see its report.")
        }`,
      ]
      : []),
    ...(kernels.size > 1 ? [`Recordings of ${whose} are of different kernels.`] : []),
  ];
}

/** What the times of both sides do not say. */
export function timeWarnings(
  times: readonly ComparedTimes[],
  before: readonly Report[],
  after: readonly Report[],
): readonly string[] {
  const tested = times.filter(({ part }) => part !== "call");
  if (tested.length === 0) return [];
  const fewest = Math.min(
    ...tested.flatMap(({ baseline, patched }) => [baseline.summary.n, patched.summary.n]),
  );
  const attach = [before, after].map(attachKinds);
  const [report] = before;
  const named = (part: ComparedPart): string =>
    report === undefined ? part : partName(part, report);
  return [
    ...(fewest < FEW_SAMPLES
      ? [
        `Only ${fewest} samples of a time: hardly any difference can be told from fewer than ${FEW_SAMPLES}.`,
      ]
      : []),
    ...(tested.some(({ probes }) => probes)
      ? [
        "Times with probes attached hold what the probes cost, which is more where there are more grabs: " +
        "a change is theirs as well. trace --overhead records times without.",
      ]
      : []),
    ...(attach[0] === attach[1] || !tested.some(({ probes }) => probes) ? [] : [
      `The probes attach in other ways: ${attach[0]} on the baseline, ${
        attach[1]
      } on the patched kernel.`,
    ]),
    ...(tested.some(({ beyondRuns }) => beyondRuns === null)
      ? ["One run a side: what differs from one run to another is not known, nor in the intervals."]
      : tested.some(({ baseline, patched }) =>
          baseline.recordings === 1 || patched.recordings === 1
        )
      ? [
        "One recording a side: what differs from one boot to another is not known, nor in the intervals.",
      ]
      : []),
    ...tested.flatMap(({ part, adjusted, beyondRuns }) =>
      adjusted < LEVEL && beyondRuns === false
        ? [
          `What differs in "${
            named(part)
          }" differs as much between runs of the same kernel: it is not told.`,
        ]
        : []
    ),
  ];
}

/** How the grabs of recordings are probed. */
function attachKinds(reports: readonly Report[]): string {
  const kinds = reports.flatMap(({ roles }) =>
    [roles.grabOne, roles.grabBatch].flatMap((role) => role?.attach ?? [])
  );
  return [...new Set(kinds)].sort().join(" and ");
}
