/**
 * What headcount changed of a machine's namespaces, in a file: what was before, so that it can be put
 * back.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { among, list, object, optional, text, whole } from "../../recording/check.ts";
import { exists } from "../cache.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { readSections } from "../sections.ts";
import type { Target } from "../targets/target.ts";

/** What of a namespace can be put back. */
export interface NamespaceBefore {
  /** Its mode. */
  readonly mode: string;
  /** Where its struct pages were. */
  readonly map?: string;
  /** Mapping size; absent for one that is not mapped. */
  readonly alignBytes?: number;
  /** Bytes of a sector; absent for one that has none. */
  readonly sectorBytes?: number;
  /** The name that somebody gave it; empty for none. */
  readonly label: string;
  /** Its uuid; empty for none. */
  readonly uuid: string;
  /** What it held, in words: that cannot be put back. */
  readonly held: string;
}

/** A change, the last of one namespace. */
export interface DevdaxChange {
  readonly namespace: string;
  readonly region: string;
  /** When, ISO 8601. */
  readonly at: string;
  /** uuid that the namespace has since; empty while it is being made. */
  readonly uuid: string;
  /** What it was; absent where it was made in free space. */
  readonly before?: NamespaceBefore;
}

/** The file of one machine. */
export interface DevdaxState {
  readonly format: 1;
  /** The machine, by its name and the beginning of its id. */
  readonly machine: string;
  readonly changes: readonly DevdaxChange[];
}

/**
 * The folder of what headcount must not forget, `$XDG_STATE_HOME/headcount` or
 * `~/.local/state/headcount`.
 *
 * @throws {RequestError} when neither variable is set.
 *
 * @example
 * ```ts
 * import { stateFolder } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stateFolder((name) => name === "HOME" ? "/root" : undefined), "/root/.local/state/headcount");
 * ```
 */
export function stateFolder(
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): string {
  const base = variable("XDG_STATE_HOME");
  if (base?.startsWith("/")) return join(base, "headcount");
  const home = variable("HOME");
  if (home === undefined || home === "") {
    throw new RequestError(
      "Cannot find where to write down what is changed: set HOME or XDG_STATE_HOME",
    );
  }
  return join(home, ".local", "state", "headcount");
}

/** Path of a target's file. */
export async function stateFile(target: Target, folder: string): Promise<string> {
  const { name, id } = await readSections(target, { name: "uname -n", id: "cat /etc/machine-id" });
  const machine = [name, id.slice(0, 8)].map((part) => part.replaceAll(/[^\w.-]/g, ""));
  return join(folder, `devdax-${machine.filter((part) => part !== "").join("-")}.json`);
}

/**
 * Reads what was changed; nothing where there is no file.
 *
 * @throws {MachineryError} for a file that is not one of these: what was before must not be lost.
 */
export async function readState(path: string): Promise<DevdaxState> {
  const machine = path.replace(/^.*\/devdax-|\.json$/g, "");
  if (!(await exists(path))) return { format: 1, machine, changes: [] };
  const state = stateIn(await Deno.readTextFile(path));
  if (state !== undefined) return state;
  throw new MachineryError(
    `Cannot understand "${path}", which says what namespaces were before; a newer headcount may, or move it away`,
  );
}

/** A state of its text; undefined for text that is none, or in which a field is missing. */
export function stateIn(text: string): DevdaxState | undefined {
  try {
    const state: unknown = JSON.parse(text);
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

const STATE = object<DevdaxState>({
  format: among(1),
  machine: text,
  changes: list(object<DevdaxChange>({
    namespace: text,
    region: text,
    at: text,
    uuid: text,
    before: optional(object<NamespaceBefore>({
      mode: text,
      map: optional(text),
      alignBytes: optional(whole(0)),
      sectorBytes: optional(whole(0)),
      label: text,
      uuid: text,
      held: text,
    })),
  })),
});

function isState(value: unknown): value is DevdaxState {
  return STATE.holds(value);
}

/**
 * Writes it, whole or not at all; a state without changes is no file.
 *
 * @throws {MachineryError} when it cannot be written.
 */
export async function writeState(path: string, state: DevdaxState): Promise<void> {
  try {
    if (state.changes.length === 0) {
      if (await exists(path)) await Deno.remove(path);
      return;
    }
    await Deno.mkdir(dirname(path), { recursive: true });
    const unfinished = await Deno.makeTempFile({ dir: dirname(path), suffix: ".part" });
    try {
      await Deno.writeTextFile(unfinished, `${JSON.stringify(state, null, 2)}\n`);
      // A machine that loses power in the next step must know what was before.
      using file = await Deno.open(unfinished, { write: true });
      await file.sync();
      await Deno.rename(unfinished, path);
    } catch (error) {
      await Deno.remove(unfinished).catch(() => {});
      throw error;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MachineryError(
      `Cannot write down what namespaces were before, in "${path}": ${why}; nothing is changed without that`,
    );
  }
}

/** The state with a change in place of the last of its namespace. */
export function withChange(state: DevdaxState, change: DevdaxChange): DevdaxState {
  return { ...state, changes: [...withoutChange(state, change.namespace).changes, change] };
}

/** The state without what was changed of a namespace. */
export function withoutChange(state: DevdaxState, namespace: string): DevdaxState {
  return { ...state, changes: state.changes.filter((it) => it.namespace !== namespace) };
}
