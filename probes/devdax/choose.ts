/**
 * Where a devdax device is made: free space before any namespace, and no namespace that is anybody's.
 *
 * @module
 */

import { mebibytes, shortBytes } from "../bytes.ts";
import { RequestError } from "../failure.ts";
import type { MemoryMap } from "../device.ts";
import type { Inventory, Namespace, Region } from "./inventory.ts";

const PAGE_BYTES = 4096;
/** struct page, where the kernel keeps it on the device (ndctl reckons with 64 bytes). */
const STRUCT_PAGE_BYTES = 64;
/** What a namespace's label takes at its beginning. */
const LABEL_BYTES: number = 2 << 20;

/** What device is asked for. */
export interface DevdaxWish {
  /** Mapping size. */
  readonly alignBytes: number;
  /** Bytes that a program can map; default all of the space that is chosen. */
  readonly bytes?: number;
  /** Where its struct pages are to be; default on the device. */
  readonly map?: MemoryMap;
  /** A namespace that is to become the device, whatever it holds. */
  readonly overwrite?: string;
}

/** Where it is made. */
export type DevdaxPlace =
  | { readonly kind: "free"; readonly region: Region; readonly bytes: number }
  | { readonly kind: "namespace"; readonly namespace: Namespace };

/**
 * Chooses where a device is made.
 *
 * @param own uuids of namespaces that headcount made: they may be made anew.
 * @throws {RequestError} when there is no such place; the message says why not there, for each.
 */
export function choosePlace(
  { regions, namespaces }: Inventory,
  wish: DevdaxWish,
  own: ReadonlySet<string>,
): DevdaxPlace {
  if (wish.overwrite !== undefined) {
    return { kind: "namespace", namespace: overwritten(namespaces, wish, wish.overwrite) };
  }
  const free = regions.flatMap((region) => freePlace(region, wish));
  const [first] = free.sort((a, b) => b.region.freeBytes - a.region.freeBytes);
  if (first !== undefined) return first;
  const namespace = namespaces.find((it) => obstacle(it, wish, own) === undefined);
  if (namespace !== undefined) return { kind: "namespace", namespace };
  const whys = [
    ...regions.map(({ name, freeBytes }) => `${name} has ${mebibytes(freeBytes)} free`),
    ...namespaces.map((it) => `${it.name} ${obstacle(it, wish, own)}`),
  ];
  throw new RequestError(
    `Cannot make a devdax device ${told(wish)}: ${whys.join("; ")}. ` +
      "--overwrite NAMESPACE takes one that nobody uses by its name, and what it holds is lost",
  );
}

/**
 * Bytes of a namespace for a device that can map `bytes`: its label, its struct pages, and what is cut
 * off at each end until the address fits the align.
 */
export function namespaceBytes(
  bytes: number,
  { alignBytes, map = "dev" }: Pick<DevdaxWish, "alignBytes" | "map">,
  regionAlign: number,
): number {
  const pages = map === "mem" ? 0 : Math.ceil(bytes / PAGE_BYTES) * STRUCT_PAGE_BYTES;
  const wanted = roundUp(bytes, alignBytes) + roundUp(LABEL_BYTES + pages, alignBytes);
  // Both are powers of two, unless memory is interleaved in threes.
  const unit = Math.max(alignBytes, regionAlign);
  return roundUp(wanted, unit % regionAlign === 0 ? unit : unit * regionAlign);
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}

function freePlace(region: Region, wish: DevdaxWish): (DevdaxPlace & { kind: "free" })[] {
  const { freeBytes, alignBytes } = region;
  const unit = Math.max(alignBytes, wish.alignBytes);
  const most = Math.floor(freeBytes / unit) * unit;
  const bytes = wish.bytes === undefined ? most : namespaceBytes(wish.bytes, wish, alignBytes);
  const least = namespaceBytes(wish.bytes ?? wish.alignBytes, wish, alignBytes);
  return bytes > most || most < least ? [] : [{ kind: "free", region, bytes }];
}

/** Why a namespace is not taken unasked: what follows its name. Undefined where it can be. */
export function obstacle(
  namespace: Namespace,
  wish: Pick<DevdaxWish, "bytes" | "alignBytes" | "map">,
  own: ReadonlySet<string>,
): string | undefined {
  const { uses, uuid, label, contents, mode, devices } = namespace;
  if (uses.length > 0) return uses.join(", ");
  if (tooSmall(namespace, wish)) return `is too small, ${mebibytes(namespace.bytes)}`;
  if (own.has(uuid)) return undefined;
  if (label !== "") return `is called "${label}", a name that headcount did not give it`;
  if (contents.kind !== "blank") return `holds ${contents.what}`;
  if (mode !== "raw") return `is a ${mode} device that headcount did not make`;
  return devices.length === 0 ? "is disabled" : undefined;
}

function tooSmall(
  { bytes, mode }: Namespace,
  wish: Pick<DevdaxWish, "bytes" | "alignBytes" | "map">,
): boolean {
  const wanted = wish.bytes ?? wish.alignBytes;
  // Of the others the bytes are what is left beside label and struct pages.
  const hasLabel = mode === "devdax" || mode === "fsdax";
  return bytes < (hasLabel ? wanted : namespaceBytes(wanted, wish, 1));
}

function overwritten(namespaces: readonly Namespace[], wish: DevdaxWish, name: string): Namespace {
  const namespace = namespaces.find((it) => it.name === name);
  const cannot = `Cannot make a devdax device of "${name}"`;
  if (namespace === undefined) {
    const names = namespaces.map((it) => it.name).join(", ");
    throw new RequestError(
      `${cannot}: there is no such namespace${names === "" ? "" : `, only ${names}`}`,
    );
  }
  refuseUsed(namespace, cannot);
  if (tooSmall(namespace, wish)) {
    throw new RequestError(
      `${cannot}: it is too small, ${namespace.bytes} bytes; --size takes less, or another is to be named`,
    );
  }
  return namespace;
}

/**
 * Refuses a namespace that somebody uses: its name does not help, the use is to be ended.
 *
 * @throws {RequestError} where somebody does.
 */
export function refuseUsed({ name, uses }: Namespace, cannot: string): void {
  if (uses.length === 0) return;
  throw new RequestError(
    `${cannot}: ${name} ${
      uses.join(", ")
    }; end that first, no option takes a namespace that is in use`,
  );
}

function told({ alignBytes, bytes }: DevdaxWish): string {
  const size = bytes === undefined ? "" : ` and ${shortBytes(bytes)}`;
  return `with an align of ${shortBytes(alignBytes)}${size}`;
}
