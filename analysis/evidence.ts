/**
 * What the verdict rests on, and what stands against giving one.
 *
 * @module
 */

import type { Role, RoleName, Scope } from "../recording/header.ts";
import type { JudgedSums } from "./call_sums.ts";
import type { LeafLevel } from "./leaves.ts";
import { complaints, cutShort, type Ledger } from "./ledger.ts";
import type { PageArrays } from "./page_arrays.ts";
import type { PutSide } from "./put_side.ts";
import type { AloneCalls } from "./ranges.ts";
import type { Takings } from "./takings.ts";
import { counted } from "./words.ts";

/** What is judged. */
export interface Evidence {
  /** Sums over the calls in the workload's buffer that succeeded. */
  readonly calls: JudgedSums;
  /** What is missing from the recording. */
  readonly ledger: Ledger;
  /** How the level of the leaves is known. */
  readonly level: LeafLevel;
  /** What became of each role. */
  readonly roles: Readonly<Partial<Record<RoleName, Role>>>;
  /** Whether the workload said where its buffer is. */
  readonly bufferKnown: boolean;
  /** Calls in the buffer that the slow path served without gup-fast, and their pages. */
  readonly alone: AloneCalls;
  /** What was given back. */
  readonly putSide: PutSide;
  /** Whose calls were seen; absent for `buffer`. */
  readonly scope?: Scope;
  /** The pages that calls handed back; absent where none tells. */
  readonly pageArrays?: PageArrays | undefined;
  /** How memory was taken, and how it was expected to be; absent where that is not compared. */
  readonly takings?: Takings;
}

/**
 * Says what makes any answer impossible; nothing where an answer can be given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { noCalls } from "./call_sums.ts";
 *
 * const silent: Evidence = {
 *   calls: noCalls(),
 *   ledger: {
 *     clean: false, lost: 0, missed: null, missesOf: "none", unreadable: 0, helperFailures: [], incomplete: null,
 *     orphans: 0, duplicates: 0, end: { kind: "cut off" }, workloadExit: null,
 *     setAside: { outside: 0, straddling: 0, failed: 0 },
 *     balance: { even: 0, uneven: 0, unsure: 0 }, allMovedSeen: null, laws: [],
 *   },
 *   level: { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" },
 *   roles: {},
 *   bufferKnown: true,
 *   alone: { calls: 0, pages: 0 },
 *   putSide: {
 *     puts: null, putsByOthers: 0, pins: { taken: 0, put: null, surplus: 0 },
 *     gets: { taken: 0, put: null }, held: [],
 *   },
 * };
 * assertEquals(stopsOf(silent), [
 *   "The recording was cut off: it has no footer.",
 *   "No call touched the workload's buffer.",
 * ]);
 * ```
 */
export function stopsOf(evidence: Evidence): readonly string[] {
  const { calls, ledger, roles, bufferKnown, alone, scope = "buffer" } = evidence;
  const stops: string[] = [];
  const cut = cutShort(ledger);
  if (cut !== undefined) stops.push(cut);
  for (const [name, role] of Object.entries(roles)) {
    if (role.kind === "absent" && (role.needed || name === "entry")) {
      stops.push(`The role "${name}" could not be observed (${role.why}): ${role.cost}.`);
    }
  }
  if (!bufferKnown && scope === "buffer") {
    stops.push("The workload did not say where its buffer is, so its calls cannot be told apart.");
  }
  if (contradictions(ledger) > 0) {
    stops.push("Some calls were told of more than once: what belongs to them is not certain.");
  }
  if (calls.calls === 0) {
    const isBuffer = scope === "buffer";
    stops.push(
      ledger.setAside.failed > 0
        ? `Every call${isBuffer ? " on the workload's buffer" : ""} failed.`
        : alone.calls > 0
        ? `Nothing asked gup-fast${isBuffer ? " for the workload's buffer" : ""}: ` +
          `the slow path by itself served ${counted(alone.pages, "page")} in ` +
          `${counted(alone.calls, "call")}.`
        : isBuffer
        ? "No call touched the workload's buffer."
        : "No call was seen: nothing was pinned.",
    );
  } else if (calls.pages === 0) {
    stops.push("Nothing was pinned: every call returned 0 pages.");
  } else if (calls.fastPages === 0) {
    stops.push(
      `The slow path served all ${counted(calls.pages, "page")}: the fast walk took none.`,
    );
  }
  return stops;
}

/** Events of calls that were whole without them: which of them are judged is then a matter of order. */
function contradictions({ parts, duplicates }: Ledger): number {
  return parts === undefined ? 0 : parts.surplus + duplicates;
}

/**
 * Says what makes `once` impossible, but leaves counter-examples standing: the ledger's complaints,
 * and calls that do not fit what is known of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { noCalls } from "./call_sums.ts";
 *
 * const failed: Evidence = {
 *   calls: noCalls(),
 *   ledger: {
 *     clean: true, lost: 0, missed: 0, missesOf: "all", unreadable: 0, helperFailures: [], incomplete: 0,
 *     orphans: 0, duplicates: 0, end: { kind: "complete" }, workloadExit: 3,
 *     setAside: { outside: 0, straddling: 0, failed: 0 },
 *     balance: { even: 0, uneven: 0, unsure: 0 }, allMovedSeen: null, laws: [],
 *   },
 *   level: { source: "mapping", level: "pmd", pages: 512, why: "not in this kernel" },
 *   roles: {},
 *   bufferKnown: true,
 *   alone: { calls: 0, pages: 0 },
 *   putSide: {
 *     puts: null, putsByOthers: 0, pins: { taken: 0, put: null, surplus: 0 },
 *     gets: { taken: 0, put: null }, held: [],
 *   },
 * };
 * assertEquals(doubtsOf(failed), ["The workload failed with exit code 3."]);
 * ```
 */
export function doubtsOf({ calls, ledger, level }: Evidence): readonly string[] {
  const doubts = [...complaints(ledger)];
  const { unsure, uncovered, strayGrabs: stray, unjudged, unjudgedGrabs, unknown, unknownPages } =
    calls;
  const uneven = ledger.clean ? 0 : calls.uneven.calls;
  const { fewer } = calls.even;
  if (uneven > 0) {
    doubts.push(
      `In ${
        counted(uneven, "call")
      } references do not match pages; with losses that proves nothing.`,
    );
  }
  if (unsure > 0) {
    doubts.push(
      `In ${counted(unsure, "call")} there are more references than pages, and the walk may have ` +
        "given some back: that is not observed.",
    );
  }
  if (uncovered > 0) {
    doubts.push(
      `${counted(uncovered, "page")} came from no huge leaf, though the memory is mapped by ` +
        `${level.level} leaves only.`,
    );
  }
  if (stray > 0) {
    doubts.push(
      `${
        counted(stray, "grab")
      } of the fast walk went through a function that only the slow path ` +
        "calls: that the slow path began was not seen.",
    );
  }
  if (unjudged > 0) {
    doubts.push(
      `${counted(unjudgedGrabs, "grab")} of ${counted(unjudged, "call")} ` +
        `${
          unjudgedGrabs === 1 ? "is" : "are"
        } known by sums only: whether a head was grabbed more ` +
        "often than needed there is not known.",
    );
  }
  if (unknown > 0) {
    doubts.push(
      `What maps ${counted(unknownPages, "page")} of ${
        counted(unknown, "call")
      } is not known, so ` +
        "that it cannot be told whether one grab for several of them would have done.",
    );
  }
  if (fewer > 0) {
    doubts.push(
      `${counted(fewer, "call")} grabbed less often than there were leaves: ` +
        "what is known of the leaves cannot be right.",
    );
  }
  if (ledger.setAside.straddling > 0) {
    doubts.push(
      `${counted(ledger.setAside.straddling, "call")} reached over a border of the workload's ` +
        "buffer and could not be judged.",
    );
  }
  if (ledger.workloadExit !== null && ledger.workloadExit !== 0) {
    doubts.push(`The workload failed with exit code ${ledger.workloadExit}.`);
  }
  return doubts;
}
