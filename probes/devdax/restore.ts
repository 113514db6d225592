/**
 * Putting namespaces back as they were before headcount changed them.
 *
 * @module
 */

import { exists } from "../cache.ts";
import { MachineryError } from "../failure.ts";
import { withLock } from "../lock.ts";
import type { Target } from "../targets/target.ts";
import { destroyWords, type DevdaxOptions, requireRoot } from "./create.ts";
import { type Namespace, readInventory, runNdctl } from "./inventory.ts";
import {
  type DevdaxChange,
  type NamespaceBefore,
  readState,
  stateFile,
  withoutChange,
  writeState,
} from "./state.ts";

/** What became of a change. */
export type Restored =
  & { readonly namespace: string }
  & (
    /** Its space is free again. */
    | { readonly kind: "freed"; readonly region: string }
    /** It is what it was; what it held is not put back. */
    | { readonly kind: "restored"; readonly before: NamespaceBefore }
    /** Nothing had to be done. */
    | { readonly kind: "gone"; readonly why: string }
    /** Nothing was done; it is still written down. */
    | { readonly kind: "refused"; readonly why: string }
  );

/** How namespaces are put back. */
export interface RestoreOptions extends Pick<DevdaxOptions, "folder"> {
  /** Told of each change when it is done. */
  readonly onRestored?: (restored: Restored) => void;
}

/** What is to be done about a change. */
export type RestoreStep =
  | { readonly kind: "destroy" }
  | { readonly kind: "reconfigure"; readonly before: NamespaceBefore }
  | { readonly kind: "gone" | "refused"; readonly why: string };

/**
 * Undoes every change that is written down, the last first.
 *
 * @throws {MachineryError} when ndctl does not do it; what is not done yet is still written down.
 */
export async function putBackDevdax(
  target: Target,
  { folder, onRestored = () => {} }: RestoreOptions,
): Promise<readonly Restored[]> {
  await requireRoot(target);
  const path = await stateFile(target, folder);
  if (!(await exists(path))) return [];
  return await withLock(folder, { exclusive: true }, async () => {
    const all: Restored[] = [];
    let state = await readState(path);
    for (const change of state.changes.toReversed()) {
      const { namespaces } = await readInventory(target);
      const step = restoreStep(change, namespaces.find(({ name }) => name === change.namespace));
      const restored = await carryOut(target, change, step, path);
      if (step.kind !== "refused") {
        state = withoutChange(state, change.namespace);
        await writeState(path, state);
      }
      all.push(restored);
      onRestored(restored);
    }
    return all;
  });
}

/**
 * What is to be done about a change, by what its namespace is now.
 *
 * @param now Absent where there is none of that name.
 */
export function restoreStep(change: DevdaxChange, now: Namespace | undefined): RestoreStep {
  const { before, uuid, namespace } = change;
  if (now === undefined) return { kind: "gone", why: `there is no ${namespace} any more` };
  const isOurs = uuid === ""
    ? now.uuid !== before?.uuid || now.mode !== before.mode
    : now.uuid === uuid;
  if (!isOurs) {
    return uuid === ""
      ? { kind: "gone", why: "it was not changed" }
      : { kind: "refused", why: "somebody has made it anew since; it is theirs" };
  }
  if (now.uses.length > 0) {
    return { kind: "refused", why: `it ${now.uses.join(", ")}; end that first` };
  }
  return before === undefined ? { kind: "destroy" } : { kind: "reconfigure", before };
}

async function carryOut(
  target: Target,
  { namespace, region }: DevdaxChange,
  step: RestoreStep,
  path: string,
): Promise<Restored> {
  switch (step.kind) {
    case "gone":
      return { namespace, kind: step.kind, why: step.why };
    case "refused":
      return { namespace, kind: step.kind, why: `${step.why} (written down in "${path}")` };
    case "destroy":
      await runNdctl(target, `give back the space of ${namespace}`, destroyWords(namespace));
      return { namespace, kind: "freed", region };
    case "reconfigure": {
      const words = ["create-namespace", "--force", `--reconfig=${namespace}`];
      await runNdctl(target, `make ${namespace} what it was`, [
        ...words,
        ...formerWords(step.before),
      ]);
      const { namespaces } = await readInventory(target);
      const now = namespaces.find(({ name }) => name === namespace);
      const differs = now === undefined ? "is not there" : differenceFrom(step.before, now);
      if (differs !== undefined) {
        throw new MachineryError(`${namespace} was made what it was, but ${differs}`);
      }
      return { namespace, kind: "restored", before: step.before };
    }
  }
}

/**
 * Words for ndctl that make a namespace what it was.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const before = { mode: "fsdax", map: "dev", alignBytes: 2 ** 21, label: "keep", uuid: "", held: "ext4" };
 * assertEquals(formerWords(before), ["--mode=fsdax", "--map=dev", "--align=2097152", "--name=keep"]);
 * ```
 */
export function formerWords(before: NamespaceBefore): string[] {
  const { mode, map, alignBytes, sectorBytes, label } = before;
  const isMapped = mode === "fsdax" || mode === "devdax";
  return [
    `--mode=${mode}`,
    ...(isMapped && map !== undefined ? [`--map=${map}`] : []),
    ...(isMapped && alignBytes !== undefined ? [`--align=${alignBytes}`] : []),
    ...(mode === "sector" && sectorBytes !== undefined ? [`--sector-size=${sectorBytes}`] : []),
    ...(label === "" ? [] : [`--name=${label}`]),
  ];
}

function differenceFrom(before: NamespaceBefore, now: Namespace): string | undefined {
  const pairs = [
    ["mode", before.mode, now.mode],
    ["map", before.map, now.map],
    ["align", before.alignBytes, now.alignBytes],
    ["name", before.label, now.label],
  ] as const;
  const [name, was, is] = pairs.find(([, was, is]) => was !== is) ?? [];
  return name === undefined ? undefined : `its ${name} is "${is}", and was "${was}"`;
}
