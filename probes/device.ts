/**
 * The devdax device: what sysfs says of it, and the making of one in a guest.
 *
 * @module
 */

import type { DeviceSummary } from "../recording/header.ts";
import { MachineryError, RequestError } from "./failure.ts";
import { collect, CommandError, readText, type Target } from "./targets/target.ts";

const PAGE_BYTES = 4096;

/** The device that a guest of headcount's own gets. */
export const GUEST_DEVICE = "/dev/dax0.0";

/**
 * Makes the NVDIMM of a guest into a devdax device.
 *
 * @throws {MachineryError} when ndctl does not do it; the evidence is what it printed.
 */
export async function createNamespace(target: Target, alignBytes: number): Promise<void> {
  const command = [
    "ndctl",
    "create-namespace",
    ...["--force", "--reconfig=namespace0.0", "--mode=devdax", `--align=${alignBytes}`],
  ];
  const { code, stderr } = await collect(target.exec(command));
  if (code === 0) return;
  throw new MachineryError(
    `Cannot make a devdax device of the guest's NVDIMM at an align of ${alignBytes} bytes: "ndctl" exited with ${code}; the kernel needs NVDIMM_DAX and DEV_DAX_PMEM, and this align`,
    stderr.trim(),
  );
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
