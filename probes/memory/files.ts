/**
 * Files whose memory is pinned: on a tmpfs, and on a file system of a guest's NVDIMM.
 *
 * @module
 */

import type { DeviceSummary } from "../../recording/header.ts";
import { createNamespace, type MemoryMap } from "../device.ts";
import { MachineryError, RequestError } from "../failure.ts";
import { collect, type Target } from "../targets/target.ts";
import { fileLeavesCommand } from "../workloads/file_leaves_command.ts";

const PAGE_BYTES = 4096;
const MIB: number = 1 << 20;
const HUGE_BYTES: number = 2 * MIB;

/** The block device of a guest's NVDIMM in mode fsdax. */
export const GUEST_DISK = "/dev/pmem0";

/** A file that is there until it is disposed of. */
export interface MemoryFile extends AsyncDisposable {
  /** It, as a recording tells of it. */
  readonly device: DeviceSummary;
}

/**
 * Makes a file on a tmpfs of its own.
 *
 * @param leafBytes Bytes of the pages that the tmpfs is to give it.
 * @throws {MachineryError} when that cannot be done.
 */
export async function openTmpfs(
  target: Target,
  leafBytes: number,
  bytes: number,
): Promise<MemoryFile> {
  const size = Math.ceil(bytes / leafBytes) * leafBytes;
  const huge = leafBytes > PAGE_BYTES ? "always" : "never";
  // A kernel without CONFIG_TRANSPARENT_HUGEPAGE knows no "huge=", and has small pages only.
  const mount = `mount -t tmpfs -o size=${size + MIB},huge=${huge} tmpfs "$folder"` +
    (huge === "never"
      ? ` 2>/dev/null || mount -t tmpfs -o size=${size + MIB} tmpfs "$folder"`
      : "");
  const { path, file } = await mounted(target, mount, size, `a tmpfs with huge=${huge}`);
  return { device: { path, alignBytes: leafBytes, bytes: size }, ...file };
}

/**
 * Makes a file on an ext4 of a guest's NVDIMM that is mounted with dax.
 *
 * @throws {RequestError} for a target that is no guest of headcount's own.
 * @throws {MachineryError} when the kernel cannot do it.
 */
export async function openFsdax(
  target: Target,
  map: MemoryMap,
  bytes: number,
): Promise<MemoryFile> {
  if (target.summary.kind !== "guest") {
    throw new RequestError(
      "fsdax memory is of a guest's NVDIMM, whose file system is made anew: --target guest boots one",
    );
  }
  await createNamespace(target, { mode: "fsdax", alignBytes: HUGE_BYTES, map });
  const size = Math.ceil(bytes / HUGE_BYTES) * HUGE_BYTES;
  // Extents that are aligned as huge leaf entries are: the unit of a stripe is a block of 4 KiB. By its
  // path, since a guest's shell has a program of this name in itself, which knows no ext4.
  const stripes = HUGE_BYTES / PAGE_BYTES;
  const mount = `{ test -b ${GUEST_DISK} || { echo "there is no ${GUEST_DISK}" >&2; false; }; } &&
    /sbin/mke2fs -q -F -t ext4 -b ${PAGE_BYTES} -O ^has_journal -m 0 \\
      -E stride=${stripes},stripe_width=${stripes},nodiscard ${GUEST_DISK} &&
    mount -t ext4 -o dax ${GUEST_DISK} "$folder"`;
  const { path, file } = await mounted(
    target,
    mount,
    size,
    "an ext4 with dax; the kernel needs FS_DAX and EXT4_FS",
  );
  try {
    return {
      device: { path, alignBytes: await leafBytes(target, path, size), bytes: size },
      ...file,
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/** Mounts something on a folder of its own, and makes a file of zeros there. */
async function mounted(
  target: Target,
  mount: string,
  bytes: number,
  what: string,
): Promise<{ readonly path: string; readonly file: AsyncDisposable }> {
  const script = `
    folder=$(mktemp -d /tmp/headcount-memory-XXXXXX) || exit
    { ${mount}; } || { why=$?; rmdir "$folder"; exit $why; }
    fallocate -l "$0" "$folder/memory" ||
      { why=$?; umount "$folder"; rmdir "$folder"; exit $why; }
    echo "$folder"`;
  const { code, stdout, stderr } = await collect(target.exec(["sh", "-c", script, String(bytes)]));
  if (code !== 0) {
    throw new MachineryError(`Cannot make ${bytes} bytes of a file on ${what}`, stderr.trim());
  }
  const folder = new TextDecoder().decode(stdout).trim();
  return {
    path: `${folder}/memory`,
    file: {
      async [Symbol.asyncDispose](): Promise<void> {
        const script = 'umount "$0" && rmdir "$0"';
        await collect(target.exec(["sh", "-c", script, folder])).catch(() => {});
      },
    },
  };
}

/**
 * By what leaves a file is mapped. Kernels to 6.6 do not tell of a device's; there the walk's leaf
 * function serves those that are larger than a page.
 */
async function leafBytes(target: Target, path: string, bytes: number): Promise<number> {
  const { command, environment } = fileLeavesCommand(target, path, bytes);
  const { code, stdout, stderr } = await collect(target.exec(command, { env: environment }));
  if (code !== 0) {
    throw new MachineryError(`Cannot tell by what leaves "${path}" is mapped`, stderr.trim());
  }
  return Number(new TextDecoder().decode(stdout)) === bytes ? HUGE_BYTES : PAGE_BYTES;
}
