/**
 * The devdax device: what sysfs says of it, and the making of one in a guest.
 *
 * @module
 */

import type { DeviceSummary, MemorySummary } from "../recording/header.ts";
import { charsOf, isNamespace, parseNdctl } from "./devdax/listed.ts";
import { MachineryError, RequestError } from "./failure.ts";
import { collect, CommandError, readText, type Target } from "./targets/target.ts";

const PAGE_BYTES = 4096;

/** The device that a guest of headcount's own gets. */
export const GUEST_DEVICE = "/dev/dax0.0";

/** What a guest's NVDIMM is made into. */
export interface NamespaceWish {
  /** Whose device it is to be: that of one program after another, or that of a file system. */
  readonly mode: "devdax" | "fsdax";
  /** Mapping size. */
  readonly alignBytes: number;
  /** Where its struct pages are to be: on the device (altmap), or in memory. */
  readonly map: MemoryMap;
}

/** Where the struct pages of a device are. */
export type MemoryMap = NonNullable<MemorySummary["map"]>;

/**
 * Makes the NVDIMM of a guest into a device.
 *
 * @throws {MachineryError} when ndctl does not do it; the evidence is what it printed.
 */
export async function createNamespace(
  target: Target,
  { mode, alignBytes, map }: NamespaceWish,
): Promise<void> {
  const command = [
    "ndctl",
    "create-namespace",
    ...["--force", "--reconfig=namespace0.0", `--mode=${mode}`],
    ...[`--align=${alignBytes}`, `--map=${map}`],
  ];
  const { code, stderr } = await collect(target.exec(command));
  if (code === 0) return;
  const needs = mode === "devdax" ? "NVDIMM_DAX and DEV_DAX_PMEM, and this align" : "NVDIMM_PFN";
  throw new MachineryError(
    `Cannot make a ${mode} device of the guest's NVDIMM at an align of ${alignBytes} bytes: "ndctl" exited with ${code}; the kernel needs ${needs}`,
    stderr.trim(),
  );
}

/**
 * Reads where the struct pages of a device are; `undefined` where ndctl does not tell.
 *
 * @param path `/dev/daxX.Y`, or `/dev/pmemX`.
 */
export async function readMap(target: Target, path: string): Promise<MemoryMap | undefined> {
  const list = ["ndctl", "list", "--namespaces", "--device-dax"];
  const { code, stdout } = await collect(target.exec(list));
  return code === 0 ? mapIn(new TextDecoder().decode(stdout), path) : undefined;
}

/**
 * Where the struct pages of a device are, as `ndctl list --namespaces --device-dax` tells.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const list = JSON.stringify([
 *   { dev: "namespace1.0", map: "dev", blockdev: "pmem1" },
 *   { dev: "namespace0.0", map: "mem", daxregion: { devices: [{ chardev: "dax0.0" }] } },
 * ]);
 * assertEquals([mapIn(list, "/dev/dax0.0"), mapIn(list, "/dev/pmem1")], ["mem", "dev"]);
 * assertEquals([mapIn(list, "/dev/dax2.0"), mapIn("", "/dev/dax0.0")], [undefined, undefined]);
 * ```
 */
export function mapIn(list: string, path: string): MemoryMap | undefined {
  // Nothing at all is printed where there is no namespace, and an object where there is one only.
  const listed = [parseNdctl(list)].flat().filter(isNamespace);
  const name = path.replace("/dev/", "");
  const found = listed.find((it) => it.blockdev === name || charsOf(it).includes(name));
  return found?.map === "dev" || found?.map === "mem" ? found.map : undefined;
}

/**
 * Reads what sysfs knows of a device. Up to 5.10 it is below /sys/class/dax, later below
 * /sys/bus/dax.
 *
 * @param path `/dev/daxX.Y`, or undefined for the first that there is.
 * @throws {RequestError} when there is no such device.
 */
export async function readDevice(
  target: Target,
  path: string | undefined,
): Promise<DeviceSummary> {
  const script = `
    name=\${0#/dev/}
    for folder in /sys/bus/dax/devices/\${name:-dax*} /sys/class/dax/\${name:-dax*}; do
      [ -e "$folder/size" ] || continue
      echo "\${folder##*/} $(cat "$folder/size") $(cat "$folder/align") $(cat "$folder/resource")"
      exit
    done
    exit 3`;
  let line: string;
  try {
    line = await readText(target, ["sh", "-c", script, path ?? ""], "Looking for a devdax device");
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 3) throw error;
    throw new RequestError(
      `There is no devdax device ${path === undefined ? "on the target" : `"${path}"`}`,
    );
  }
  const [name = "", size = "", align = "", resource = ""] = line.trim().split(" ");
  return {
    path: `/dev/${name}`,
    alignBytes: Number(align),
    bytes: Number(size),
    ...(resource === "" ? {} : { pfn: Number(BigInt(resource) / BigInt(PAGE_BYTES)) }),
  };
}
