/**
 * Devices of persistent memory, and who uses them: processes, mounts, swap, other devices, the kernel.
 *
 * ndctl refuses to remake a block device that is claimed, but remakes a devdax device under the
 * processes that have it mapped (seen with ndctl 76), so that they get a SIGBUS.
 *
 * @module
 */

import { linesOf, readSections } from "../sections.ts";
import type { Target } from "../targets/target.ts";

/** A devdax device, as sysfs has it. */
export interface DaxDevice {
  /** Such as `dax0.0`. */
  readonly name: string;
  /** Its size in bytes; 0 where that could not be read. */
  readonly bytes: number;
  /** Mapping size; 0 where that could not be read. */
  readonly alignBytes: number;
  /** The driver that has it: `device_dax`, `kmem` for memory that the kernel uses; empty for none. */
  readonly driver: string;
}

/** A block device of persistent memory, or a partition of one. */
export interface PmemBlock {
  /** Such as `pmem0`, or `pmem0p1`. */
  readonly name: string;
  /** Major and minor number, such as `259:0`. */
  readonly number: string;
  /** The device that it is a partition of; empty for none. */
  readonly whole: string;
  /** Devices that are made of it. */
  readonly holders: readonly string[];
}

/** A use of a device. */
export interface DeviceUse {
  /** Such as `dax0.0` or `pmem0`: of a partition, the whole device. */
  readonly device: string;
  /** Who uses it and how, the end of a sentence that begins with the device. */
  readonly how: string;
}

/** What there is, and what uses it. */
export interface PmemDevices {
  readonly dax: readonly DaxDevice[];
  readonly blocks: readonly PmemBlock[];
  readonly uses: readonly DeviceUse[];
}

/** What is read: one piece of shell for each. */
const PIECES = {
  // Up to 5.10 below /sys/class/dax, later below /sys/bus/dax.
  dax: `for folder in /sys/bus/dax/devices/dax* /sys/class/dax/dax*; do
      [ -e "$folder/size" ] || continue
      driver=$(readlink "$folder/driver" || readlink "$folder/device/driver")
      echo "\${folder##*/} $(cat "$folder/size") $(cat "$folder/align") \${driver##*/}"
    done`,
  blocks: `for folder in /sys/class/block/pmem*; do
      [ -e "$folder/dev" ] || continue
      above=$(readlink -f "$folder/..")
      echo "\${folder##*/} $(cat "$folder/dev") \${above##*/}" $(ls "$folder/holders")
    done`,
  files: `ls -l /proc/[0-9]*/fd | grep -E '^/proc/|/(dax|pmem)[0-9]'`,
  maps: `grep -E '/(dax|pmem)[0-9][^/]*$' /proc/[0-9]*/maps /dev/null`,
  names: `grep . /proc/[0-9]*/comm /dev/null`,
  // Those of other mount namespaces, too.
  mounts: `cat /proc/[0-9]*/mountinfo | sort -u`,
  swaps: `cat /proc/swaps`,
  loops: `grep . /sys/block/loop*/loop/backing_file /dev/null`,
} as const;

/** What {@linkcode readPmemDevices} read, as text. */
export type PmemText = Readonly<Record<keyof typeof PIECES, string>>;

/** Looks for devices, and for who uses them: without root, other people's processes are not seen. */
export async function readPmemDevices(target: Target): Promise<PmemDevices> {
  return pmemDevicesIn(await readSections(target, PIECES));
}

/**
 * The devices, and who uses them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const text = { dax: "", blocks: "pmem0 259:0 block", files: "", maps: "", names: "", swaps: "", loops: "" };
 * const mounts = "39 28 259:0 / /mnt rw,relatime - ext4 /dev/pmem0 rw";
 * assertEquals(pmemDevicesIn({ ...text, mounts }).uses, [{ device: "pmem0", how: "is mounted on /mnt" }]);
 * ```
 */
export function pmemDevicesIn(text: PmemText): PmemDevices {
  const dax = linesOf(text.dax).map((line): DaxDevice => {
    const [name = "", bytes = "", align = "", driver = ""] = line.split(" ");
    return { name, bytes: bytesOf(bytes), alignBytes: bytesOf(align), driver };
  });
  const blocks = linesOf(text.blocks).map((line): PmemBlock => {
    const [name = "", number = "", above = "", ...holders] = line.split(" ");
    return { name, number, whole: above.startsWith("pmem") ? above : "", holders };
  });
  const wholeOf = (name: string): string =>
    blocks.find((block) => block.name === name)?.whole || name;
  const uses = [
    ...dax.filter(({ driver }) => driver === "kmem")
      .map(({ name }) => ({ device: name, how: "is memory of the kernel's (system-ram)" })),
    ...processUses(text),
    ...mountUses(text.mounts, blocks),
    ...linesOf(text.swaps).filter((line) => line.startsWith("/dev/pmem"))
      .map((line) => ({ device: nodeOf(line.split(/\s/)[0] ?? ""), how: "is swapped to" })),
    ...blocks.flatMap(({ name, holders }) =>
      holders.map((holder) => ({ device: name, how: `is part of ${holder}` }))
    ),
    ...linesOf(text.loops).filter((line) => line.includes(":/dev/pmem")).map((line) => {
      const loop = /\/(loop\d+)\//.exec(line)?.[1] ?? "a loop device";
      return { device: nodeOf(line.split(":")[1] ?? ""), how: `is behind ${loop}` };
    }),
  ];
  return {
    dax,
    blocks,
    uses: uses.map(({ device, how }) => ({ device: wholeOf(device), how })),
  };
}

function bytesOf(word: string): number {
  return /^\d{1,15}$/.test(word) ? Number(word) : 0;
}

function nodeOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Open files and mappings: each process and device once, by the order of processes. */
function processUses({ files, maps, names }: PmemText): DeviceUse[] {
  const found = new Map<string, { pid: string; device: string; verb: string }>();
  let pid = "";
  for (const line of linesOf(files)) {
    pid = /^\/proc\/(\d+)\//.exec(line)?.[1] ?? pid;
    const device = / -> .*\/((?:dax|pmem)\d[^/ ]*)$/.exec(line)?.[1];
    if (device !== undefined) found.set(`${pid} ${device}`, { pid, device, verb: "open in" });
  }
  for (const line of linesOf(maps)) {
    const [, pid = "", device = ""] = /^\/proc\/(\d+)\/.*\/((?:dax|pmem)\d[^/ ]*)$/.exec(line) ??
      [];
    if (device !== "") found.set(`${pid} ${device}`, { pid, device, verb: "mapped by" });
  }
  const nameOf = new Map(
    linesOf(names).map((line): [pid: string, name: string] => {
      const [, pid = "", name = ""] = /^\/proc\/(\d+)\/comm:(.*)$/.exec(line) ?? [];
      return [pid, name];
    }),
  );
  return [...found.values()].map(({ pid, device, verb }) => ({
    device,
    how: `is ${verb} process ${pid} (${nameOf.get(pid) ?? "?"})`,
  }));
}

/** By the device's number, as the root's may be called /dev/root, and by its name. */
function mountUses(mounts: string, blocks: readonly PmemBlock[]): DeviceUse[] {
  const found = new Map<string, { device: string; path: string }>();
  for (const line of linesOf(mounts)) {
    const words = line.split(" ");
    const [id = "", , number, , path = ""] = words;
    const source = words[words.indexOf("-") + 2];
    const block = blocks.find((it) => number === it.number || source === `/dev/${it.name}`);
    // A process in a chroot sees a shorter path of the same mount.
    const known = found.get(id);
    if (block === undefined || (known !== undefined && known.path.length <= path.length)) continue;
    found.set(id, { device: block.name, path: unescapeMount(path) });
  }
  return [...found.values()].map(({ device, path }) => ({ device, how: `is mounted on ${path}` }));
}

/** Blanks in /proc's mount tables are octal. */
function unescapeMount(path: string): string {
  return path.replaceAll(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
