/**
 * How the workload `direct-io` is started on a target.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import { MachineryError } from "../failure.ts";
import { collect, type Target } from "../targets/target.ts";
import { programCommand, type WorkloadCommand } from "./program.ts";

/** The ram disk that is written to. */
const DISK = "/dev/ram0";

/** The command of `direct-io`, which is direct_io.ts run by the target's deno. */
export function directIoCommand(
  target: Target,
  device: DeviceSummary,
  bytes: number,
): WorkloadCommand {
  return programCommand(target, {
    name: "direct-io",
    file: "direct_io.ts",
    words: [device.path, String(bytes), String(device.alignBytes), DISK],
    hasThreads: false,
  });
}

/**
 * Makes sure that there is a ram disk to write to, and takes it away again if it was not there.
 *
 * @throws {MachineryError} when the kernel cannot make one.
 */
export async function openDisk(target: Target, bytes: number): Promise<AsyncDisposable> {
  const kib = Math.ceil(Math.min(bytes, 64 << 20) / 1024);
  const script = `test -b ${DISK} && exit 0; modprobe brd rd_nr=1 rd_size=${kib} && exit 10`;
  const { code, stderr } = await collect(target.exec(["sh", "-c", script]));
  if (code !== 0 && code !== 10) {
    throw new MachineryError(
      `Cannot write with O_DIRECT: there is no "${DISK}" and no module "brd" (CONFIG_BLK_DEV_RAM)`,
      stderr.trim(),
    );
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      if (code === 10) await collect(target.exec(["modprobe", "-r", "brd"])).catch(() => {});
    },
  };
}
