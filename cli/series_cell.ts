/**
 * The folder of a series' cell: what it was made of, and whether it has to be made again.
 *
 * @module
 */

import { join } from "node:path";
import type { Report } from "../mod.ts";
import { readReport, recordingIn } from "./recording_file.ts";

/** What a cell is made of, by the words that tell of a difference. */
export type CellMakings = Readonly<Record<string, string | number | boolean>>;

/** What is kept of a cell beside its recording. */
export interface CellNote {
  /** What it was made of. */
  readonly made: CellMakings;
  /** How often the workload ran without probes. */
  readonly rounds?: number;
  /** Why the kernel cannot do it, where it cannot. */
  readonly lacks?: string;
}

/** What a folder holds of a cell. */
export type KeptCell =
  | { readonly kind: "measured"; readonly report: Report }
  | { readonly kind: "lacking"; readonly why: string }
  /** Nothing yet, where there is no reason. */
  | { readonly kind: "again"; readonly why?: string };

const NOTE_FILE = "cell.json";
/** All that can be in the folder. */
const FILES = [NOTE_FILE, "recording.jsonl", "recording.jsonl.zst", "headcount.bt", "kernel.log"];

/**
 * Looks at what a folder holds of a cell.
 *
 * @param timed The runs without probes that are asked for, on any machine or on real ones only.
 */
export async function keptCell(
  folder: string,
  made: CellMakings,
  timed: { readonly rounds: number; readonly emulated: boolean },
): Promise<KeptCell> {
  const note = await readNote(folder);
  if (note === undefined) return { kind: "again" };
  const changed = Object.keys({ ...note.made, ...made })
    .filter((name) => note.made[name] !== made[name]);
  if (changed.length > 0) {
    return { kind: "again", why: `the ${changed.join(", the ")} changed since` };
  }
  if (note.lacks !== undefined) return { kind: "lacking", why: note.lacks };
  const report = await readWhole(folder);
  if (report === undefined) return { kind: "again", why: "its recording is not complete" };
  const isTimed = timed.emulated || report.target.accelerator !== "tcg";
  if (isTimed && timed.rounds > (note.rounds ?? 0)) {
    return { kind: "again", why: "its times were not taken, or less often" };
  }
  return { kind: "measured", report };
}

/** The report of a recording that came to its end. */
async function readWhole(folder: string): Promise<Report | undefined> {
  if (await recordingIn(folder) === undefined) return undefined;
  try {
    const report = await readReport(folder);
    return report.ledger.end.kind === "complete" ? report : undefined;
  } catch {
    // Cut off in its first line, or no recording.
    return undefined;
  }
}

async function readNote(folder: string): Promise<CellNote | undefined> {
  try {
    const note: unknown = JSON.parse(await Deno.readTextFile(join(folder, NOTE_FILE)));
    return isNote(note) ? note : undefined;
  } catch {
    // There is none, or it was cut off.
    return undefined;
  }
}

function isNote(note: unknown): note is CellNote {
  return typeof note === "object" && note !== null && "made" in note &&
    typeof note.made === "object" && note.made !== null;
}

/** Writes what a cell is made of, and what was found beside its recording. */
export async function writeNote(folder: string, note: CellNote): Promise<void> {
  await Deno.writeTextFile(join(folder, NOTE_FILE), `${JSON.stringify(note, null, 2)}\n`);
}

/** Makes the folder of a cell, or empties it of what an earlier run left. */
export async function emptyCell(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const name of FILES) {
    await Deno.remove(join(folder, name)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
