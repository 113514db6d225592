/**
 * The ram disk of the workload `direct-io`.
 *
 * @module
 */

import { MachineryError } from "../failure.ts";
import { collect, type Target } from "../targets/target.ts";

/** The ram disk. */
export const DISK = "/dev/ram0";

/**
 * Makes sure that there is a ram disk, and takes it away again if it was not there.
 *
 * @throws {MachineryError} when the kernel cannot make one.
 */
export async function openDisk(target: Target, bytes: number): Promise<AsyncDisposable> {
  const kib = Math.ceil(Math.min(bytes, 64 << 20) / 1024);
  const script = `test -b ${DISK} && exit 0; modprobe brd rd_nr=1 rd_size=${kib} && exit 10`;
  const { code, stderr } = await collect(target.exec(["sh", "-c", script]));
  if (code !== 0 && code !== 10) {
    throw new MachineryError(
      `Cannot use O_DIRECT: there is no "${DISK}" and no module "brd" (CONFIG_BLK_DEV_RAM); ` +
        "--workload vmsplice needs no disk",
      stderr.trim(),
    );
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      // By way of the shell: on this machine that is a program that the tasks may run.
      const script = "modprobe -r brd";
      if (code === 10) await collect(target.exec(["sh", "-c", script])).catch(() => {});
    },
  };
}
