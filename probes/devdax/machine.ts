/**
 * The devdax devices of a machine, from opening it to closing it.
 *
 * @module
 */

import { cacheFolder } from "../cache.ts";
import { openTarget, type TargetWish } from "../targets/open.ts";
import type { Target } from "../targets/target.ts";
import type { DevdaxWish } from "./choose.ts";
import { type CreatedDevdax, type DevdaxOptions, makeDevdax } from "./create.ts";
import { type Inventory, readInventory } from "./inventory.ts";
import { noRegionAdvice } from "./memmap.ts";
import { putBackDevdax, type Restored, type RestoreOptions } from "./restore.ts";

/** A machine whose devices are kept: a guest's go with it. */
export type MachineName = Exclude<TargetWish["target"], "auto" | "guest">;

/** What persistent memory a machine has. */
export interface ListedDevdax extends Inventory {
  /** What to do about a machine that has none, in words. */
  readonly advice?: string;
}

/**
 * Looks at a machine's persistent memory; nothing is changed.
 *
 * @throws {MachineryError} when there is no ndctl there, or it fails.
 */
export async function listDevdax(machine: MachineName): Promise<ListedDevdax> {
  await using target = await openMachine(machine);
  const inventory = await readInventory(target);
  if (inventory.regions.length > 0) return inventory;
  return { ...inventory, advice: await noRegionAdvice(target) };
}

/**
 * Makes a devdax device: in free space, else of a namespace that is nobody's, or of one that is named.
 * What was before is written down first.
 *
 * @throws {RequestError} when there is no place for it that may be used.
 * @throws {MachineryError} when ndctl does not do it.
 */
export async function createDevdax(
  machine: MachineName,
  wish: DevdaxWish,
  options: DevdaxOptions,
): Promise<CreatedDevdax> {
  await using target = await openMachine(machine);
  return await makeDevdax(target, wish, options);
}

/**
 * Undoes every change that {@linkcode createDevdax} wrote down, the last first.
 *
 * @throws {MachineryError} when ndctl does not do it; what is not done yet is still written down.
 */
export async function restoreDevdax(
  machine: MachineName,
  options: RestoreOptions,
): Promise<readonly Restored[]> {
  await using target = await openMachine(machine);
  return await putBackDevdax(target, options);
}

async function openMachine(target: MachineName): Promise<Target> {
  const signal = new AbortController().signal;
  const guest = { append: "", memoryBytes: 0, cpus: 0, log: "" };
  const wish = { target, ...guest, bytes: 0, cache: cacheFolder(), signal, onEvent: () => {} };
  return await openTarget(wish, "look");
}
