/**
 * Making a devdax device on a machine that is not headcount's own.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import { readDevice } from "../device.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { withLock } from "../lock.ts";
import { readSections } from "../sections.ts";
import type { Target } from "../targets/target.ts";
import { choosePlace, type DevdaxPlace, type DevdaxWish } from "./choose.ts";
import { type Namespace, readInventory, runNdctl } from "./inventory.ts";
import { charsOf, isNamespace, parseNdctl } from "./listed.ts";
import { noRegionAdvice } from "./memmap.ts";
import {
  type DevdaxChange,
  type NamespaceBefore,
  readState,
  stateFile,
  withChange,
  writeState,
} from "./state.ts";

/** The name of namespaces that are made in free space. */
const LABEL = "headcount";

/** How a machine's namespaces are changed. */
export interface DevdaxOptions {
  /** Folder of what is written down, see {@linkcode stateFolder}. */
  readonly folder: string;
  /** Now, ISO 8601. */
  readonly now: string;
}

/** A device that was made. */
export interface CreatedDevdax {
  /** The device. */
  readonly device: DeviceSummary;
  /** Its namespace, such as `namespace0.0`. */
  readonly namespace: string;
  /** The region that it is in. */
  readonly region: string;
  /** What the namespace was; absent where it was made in free space. */
  readonly before?: NamespaceBefore;
  /** Where that is written down. */
  readonly stateFile: string;
}

/**
 * Makes a devdax device: in free space, else of a namespace that is nobody's, or of one that is named.
 *
 * @throws {RequestError} when there is no place for it that may be used.
 * @throws {MachineryError} when ndctl does not do it.
 */
export async function makeDevdax(
  target: Target,
  wish: DevdaxWish,
  { folder, now }: DevdaxOptions,
): Promise<CreatedDevdax> {
  await requireRoot(target);
  return await withLock(folder, { exclusive: true }, async () => {
    const path = await stateFile(target, folder);
    const state = await readState(path);
    const inventory = await readInventory(target);
    if (inventory.regions.length === 0) {
      throw new RequestError(`Cannot make a devdax device: ${await noRegionAdvice(target)}`);
    }
    const own = new Set(state.changes.map(({ uuid }) => uuid).filter((uuid) => uuid !== ""));
    const place = choosePlace(inventory, wish, own);
    const change = changeOf(place, state.changes, now);
    // In free space there is nothing that could be forgotten, and no name yet.
    if (place.kind === "namespace") await writeState(path, withChange(state, change));
    const made = await make(target, place, wish, path);
    const done = { ...change, namespace: made.namespace, uuid: made.uuid };
    try {
      await writeState(path, withChange(state, done));
      const device = await readDevice(target, `/dev/${made.device}`);
      if (device.bytes < (wish.bytes ?? 0)) {
        throw new MachineryError(
          `"${device.path}" has ${device.bytes} bytes, less than --size ${wish.bytes}: what the align cuts off at its ends is more than was reckoned with; a larger --size makes room`,
        );
      }
      const { namespace, region, before } = done;
      return {
        device,
        namespace,
        region,
        ...(before === undefined ? {} : { before }),
        stateFile: path,
      };
    } catch (error) {
      if (place.kind === "free") {
        await runNdctl(target, "take back what was made", destroyWords(made.namespace));
        await writeState(path, state);
      }
      throw error;
    }
  });
}

/** Words for ndctl that give a namespace's space back. */
export function destroyWords(namespace: string): string[] {
  return ["destroy-namespace", "--force", namespace];
}

/**
 * Makes sure that a command may change namespaces.
 *
 * @throws {RequestError} when it may not.
 */
export async function requireRoot(target: Target): Promise<void> {
  const { uid } = await readSections(target, { uid: "id -u" });
  if (uid === "0") return;
  throw new RequestError(
    `Cannot change namespaces as user ${uid}: that takes root; run it with sudo, and HOME as it is`,
  );
}

/** What is written down of a change: where headcount made the namespace, what was before that. */
function changeOf(
  place: DevdaxPlace,
  changes: readonly DevdaxChange[],
  now: string,
): DevdaxChange {
  if (place.kind === "free") return { namespace: "", region: place.region.name, at: now, uuid: "" };
  const { namespace } = place;
  const known = changes.find((it) => it.namespace === namespace.name && it.uuid === namespace.uuid);
  const { name, region } = namespace;
  const change = { namespace: name, region, at: now, uuid: "" };
  if (known !== undefined) return { ...known, ...change };
  return { ...change, before: beforeOf(namespace) };
}

function beforeOf(namespace: Namespace): NamespaceBefore {
  const { mode, map, alignBytes, sectorBytes, label, uuid, contents } = namespace;
  return {
    mode,
    ...(map === undefined ? {} : { map }),
    ...(alignBytes === undefined ? {} : { alignBytes }),
    ...(sectorBytes === undefined ? {} : { sectorBytes }),
    label,
    uuid,
    held: contents.kind === "blank" ? "nothing" : contents.what,
  };
}

/** What ndctl made. */
interface Made {
  readonly namespace: string;
  readonly uuid: string;
  /** Name of the character device. */
  readonly device: string;
}

async function make(
  target: Target,
  place: DevdaxPlace,
  { alignBytes, map = "dev" }: DevdaxWish,
  path: string,
): Promise<Made> {
  const where = place.kind === "free"
    ? [`--region=${place.region.name}`, `--size=${place.bytes}`, `--name=${LABEL}`]
    : ["--force", `--reconfig=${place.namespace.name}`];
  const what = place.kind === "free" ? `in ${place.region.name}` : `of ${place.namespace.name}`;
  const words = ["--mode=devdax", `--align=${alignBytes}`, `--map=${map}`];
  let printed: string;
  try {
    printed = await runNdctl(
      target,
      `make a devdax device ${what} with an align of ${alignBytes} bytes`,
      ["create-namespace", ...where, ...words],
    );
  } catch (error) {
    if (!(error instanceof MachineryError) || place.kind === "free") throw error;
    throw new MachineryError(
      `${error.message}; "deno task devdax restore" makes it what it was, which is written down in "${path}"`,
      error.evidence,
    );
  }
  return madeIn(printed);
}

/**
 * What ndctl says that it made.
 *
 * @throws {MachineryError} when it made no device, or does not say so.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const printed = { dev: "namespace0.1", uuid: "fddf", daxregion: { devices: [{ chardev: "dax0.1" }] } };
 * assertEquals(madeIn(JSON.stringify(printed)), { namespace: "namespace0.1", uuid: "fddf", device: "dax0.1" });
 * ```
 */
export function madeIn(printed: string): Made {
  const made = parseNdctl(printed);
  if (!isNamespace(made)) {
    throw new MachineryError(
      "Cannot understand what ndctl says that it made",
      printed.slice(0, 500),
    );
  }
  const { dev, uuid = "", chardev } = made;
  const device = charsOf(made)[0] ?? chardev;
  if (device === undefined) {
    throw new MachineryError(
      "ndctl made a namespace, but no device came of it: the kernel needs DEV_DAX and DEV_DAX_PMEM (modules device_dax and dax_pmem)",
      printed,
    );
  }
  return { namespace: dev, uuid, device };
}
