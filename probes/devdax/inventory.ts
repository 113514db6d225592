/**
 * Regions and namespaces of persistent memory, what is in them, and who uses them.
 *
 * @module
 */

import { isRecord } from "../../recording/check.ts";
import { MachineryError } from "../failure.ts";
import {
  charsOf,
  isRegion,
  type ListedNamespace,
  type ListedRegion,
  parseNdctl,
} from "./listed.ts";
import { linesOf, readSections } from "../sections.ts";
import { collect, type Target } from "../targets/target.ts";
import { type DaxDevice, type DeviceUse, type PmemDevices, readPmemDevices } from "./use.ts";

/** Where namespaces are made. */
export interface Region {
  /** Such as `region0`. */
  readonly name: string;
  /** Its size in bytes. */
  readonly bytes: number;
  /** What a namespace's size is a multiple of. */
  readonly alignBytes: number;
  /** Free in one piece. */
  readonly freeBytes: number;
}

/** What is in a namespace, as far as that can be told. */
export type Contents =
  /** Its beginning and its end are zeros. */
  | { readonly kind: "blank" }
  /** A file system or the like, or a mode's own label. */
  | { readonly kind: "known"; readonly what: string }
  /** Bytes that nobody knows. */
  | { readonly kind: "unknown"; readonly what: string };

/** A namespace. */
export interface Namespace {
  /** Such as `namespace0.0`. */
  readonly name: string;
  /** The region that it is in. */
  readonly region: string;
  /** `raw`, `fsdax`, `devdax`, `sector`. */
  readonly mode: string;
  /** Where its struct pages are. */
  readonly map?: string;
  /** Bytes that can be used. */
  readonly bytes: number;
  /** Mapping size; absent for one that is not mapped. */
  readonly alignBytes?: number;
  /** Bytes of a sector; absent for one that has none. */
  readonly sectorBytes?: number;
  /** The name that somebody gave it; empty for none. */
  readonly label: string;
  /** Its uuid; empty for none. */
  readonly uuid: string;
  /** Its devices' names, such as `pmem0` or `dax0.0`; none where it is disabled. */
  readonly devices: readonly string[];
  /** What is in it. */
  readonly contents: Contents;
  /** Who uses it, ends of a sentence; none where nobody does. */
  readonly uses: readonly string[];
}

/** Persistent memory of a machine. */
export interface Inventory {
  /** Its regions. */
  readonly regions: readonly Region[];
  /** Its namespaces, by their names. */
  readonly namespaces: readonly Namespace[];
  /** devdax devices that are no namespace's. */
  readonly others: readonly DaxDevice[];
  /** Who uses devices. */
  readonly uses: readonly DeviceUse[];
}

/** What is looked at of a namespace that holds no label of its mode. */
const PROBED_BYTES: number = 1 << 20;

/**
 * Looks at a machine's persistent memory. Nothing is changed.
 *
 * @throws {MachineryError} when there is no ndctl, or it fails.
 */
export async function readInventory(target: Target): Promise<Inventory> {
  const list = await runNdctl(target, "list the namespaces", ["list", "-RNXi"]);
  const devices = await readPmemDevices(target);
  const blocks = devices.blocks.filter(({ whole }) => whole === "").map(({ name }) => name);
  return inventoryIn(list, devices, await readContents(target, blocks));
}

/**
 * Runs ndctl.
 *
 * @param attempt What is attempted, after "Cannot".
 * @throws {MachineryError} when it is not there or fails; the evidence is what it complained of.
 */
export async function runNdctl(
  target: Target,
  attempt: string,
  words: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await collect(target.exec(["ndctl", ...words]));
  if (code === 0) return new TextDecoder().decode(stdout);
  const why = code === 127
    ? 'there is no program "ndctl"; Debian\'s package ndctl has it'
    : `"ndctl ${words.join(" ")}" exited with ${code}`;
  throw new MachineryError(`Cannot ${attempt}: ${why}`, stderr.trim());
}

/** What block devices hold, by their names. */
export type BlockContents = Readonly<Record<string, Contents>>;

/** Looks into block devices: read-only, and no further than what tells whether anything is there. */
async function readContents(target: Target, blocks: readonly string[]): Promise<BlockContents> {
  if (blocks.length === 0) return {};
  // busybox's shell would take its own blkid, which tells less.
  const look = `for name; do
      device=/dev/$name
      bytes=$(($(cat "/sys/class/block/$name/size") * 512))
      count=$({ head -c ${PROBED_BYTES} "$device"; tail -c ${PROBED_BYTES} "$device"; } | tr -d '\\0' | wc -c)
      for blkid in /usr/sbin/blkid /sbin/blkid /usr/bin/blkid; do [ -x "$blkid" ] && break; done
      echo "$name $bytes $count" $("$blkid" -p -o export "$device" | grep -E '^(TYPE|PTTYPE|LABEL)=')
    done`;
  const { found } = await readSections(target, { found: look }, blocks);
  return contentsIn(found);
}

/**
 * What block devices hold, of lines of name, size, bytes that are not zero, and what blkid says.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { pmem0, pmem1, pmem2, pmem3 } = contentsIn(
 *   "pmem0 1024 7 TYPE=ext4 LABEL=data\npmem1 1024 0\npmem2 1024 3\npmem3 1024 ",
 * );
 * assertEquals(pmem0, { kind: "known", what: "ext4, LABEL=data" });
 * assertEquals(pmem1, { kind: "blank" });
 * assertEquals(pmem2, { kind: "unknown", what: "bytes that no program known here wrote" });
 * assertEquals(pmem3, { kind: "unknown", what: "what could not be read" });
 * ```
 */
export function contentsIn(found: string): BlockContents {
  const entries = linesOf(found).map((line): [string, Contents] => {
    const [name = "", , count = "", ...words] = line.split(" ");
    if (words.length > 0) {
      return [name, { kind: "known", what: words.join(", ").replace(/\b(PT)?TYPE=/g, "") }];
    }
    if (count === "0") return [name, { kind: "blank" }];
    return [name, {
      kind: "unknown",
      what: count === "" ? "what could not be read" : "bytes that no program known here wrote",
    }];
  });
  return Object.fromEntries(entries);
}

/** Regions are cut into pieces of this where ndctl does not tell another (kernels before 5.8). */
const REGION_ALIGN: number = 16 << 20;

/**
 * What ndctl lists, with what else is known of its devices.
 *
 * @param list What `ndctl list -RNXi` printed.
 * @throws {MachineryError} when that is no JSON, or tells something else.
 */
export function inventoryIn(
  list: string,
  { dax, uses }: PmemDevices,
  contents: BlockContents,
): Inventory {
  const listed = regionsIn(list).filter(({ type }) => type === undefined || type === "pmem");
  const namespaces = listed.flatMap((region) =>
    (region.namespaces ?? [])
      // A region's next namespace is listed before it is made.
      .filter(({ size = 0 }) => size > 0)
      .map((namespace) => namespaceOf(namespace, region.dev, uses, contents))
  ).sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const known = new Set(namespaces.flatMap(({ devices }) => devices));
  return {
    regions: listed.map(({ dev, size, align, max_available_extent, available_size }) => ({
      name: dev,
      bytes: size,
      alignBytes: align ?? REGION_ALIGN,
      freeBytes: max_available_extent ?? available_size ?? 0,
    })),
    namespaces,
    others: dax.filter(({ name }) => !known.has(name)),
    uses,
  };
}

function regionsIn(list: string): readonly ListedRegion[] {
  // Nothing at all is printed where there is nothing, and an array or an object else.
  if (list.trim() === "") return [];
  const parsed = parseNdctl(list);
  if (parsed === undefined) {
    throw new MachineryError("Cannot read what ndctl lists: it is no JSON", list.slice(0, 500));
  }
  const regions = isRecord(parsed) ? parsed["regions"] ?? [] : parsed;
  if (Array.isArray(regions) && regions.every(isRegion)) return regions;
  throw new MachineryError(
    "Cannot understand what ndctl lists: a field is missing or of another type",
    list.slice(0, 500),
  );
}

function namespaceOf(
  listed: ListedNamespace,
  region: string,
  uses: readonly DeviceUse[],
  contents: BlockContents,
): Namespace {
  const { dev, mode = "unknown", map, size = 0, align, sector_size, blockdev } = listed;
  const { uuid = "", name = "" } = listed;
  const chars = charsOf(listed);
  const devices = [...blockdev === undefined ? [] : [blockdev], ...chars];
  const isRead = blockdev !== undefined && Object.hasOwn(contents, blockdev);
  const block = isRead ? contents[blockdev] : undefined;
  const unread: Contents = { kind: "unknown", what: "what cannot be read while it is disabled" };
  const labelled: Contents = { kind: "known", what: `what a ${mode} device holds` };
  return {
    name: dev,
    region,
    mode,
    ...(map === undefined ? {} : { map }),
    bytes: size,
    ...(align === undefined ? {} : { alignBytes: align }),
    ...(sector_size === undefined ? {} : { sectorBytes: sector_size }),
    label: name,
    uuid,
    devices,
    contents: chars.length > 0 || mode === "devdax" ? labelled : block ?? unread,
    uses: uses.filter(({ device }) => devices.includes(device)).map(({ how }) => how),
  };
}
