/**
 * Kernel images: what a bzImage holds, and the ELF kernel inside, which boots by PVH without the
 * kernel unpacking itself under emulation (half of the boot, measured).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { digest, fingerprint } from "../cache.ts";
import { runProgram } from "../command.ts";
import { MachineryError } from "../failure.ts";

/** The compressed kernel inside a bzImage, per Documentation/arch/x86/boot.rst. */
export interface Payload {
  /** Byte offset in the file. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Finds the compressed kernel in a bzImage (boot protocol 2.08 on, Linux 2.6.26).
 *
 * @throws {MachineryError} when the file is no bzImage or is cut short.
 */
export function findPayload(image: Uint8Array, name: string): Payload {
  if (image.length < 0x250 || text(image, 0x202, 4) !== "HdrS") {
    throw new MachineryError(
      `Cannot boot "${name}": it is no bzImage (no "HdrS" at 0x202); give a kernel's arch/x86/boot/bzImage or a distribution's vmlinuz`,
    );
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const setupSectors = view.getUint8(0x1f1) || 4;
  const offset = (setupSectors + 1) * 512 + view.getUint32(0x248, true);
  const bytes = view.getUint32(0x24c, true);
  const protectedMode = (setupSectors + 1) * 512 + view.getUint32(0x1f4, true) * 16;
  if (offset + bytes > image.length || protectedMode > image.length + 15) {
    throw new MachineryError(
      `Cannot boot "${name}": the bzImage is cut short, ${image.length} bytes where its header tells of ${
        Math.max(protectedMode, offset + bytes)
      }; copy or build it again`,
    );
  }
  return { offset, bytes };
}

/**
 * Unpacks the ELF kernel out of a bzImage, if it can be booted by PVH.
 *
 * @returns undefined where the kernel has no PVH entry (CONFIG_PVH) or a packing that is not known.
 */
export async function unpackPvhKernel(
  image: Uint8Array,
  payload: Payload,
): Promise<Uint8Array | undefined> {
  const packed = image.subarray(payload.offset, payload.offset + payload.bytes);
  const unpacker = UNPACKERS.find(({ magic }) => magic.every((byte, i) => packed[i] === byte));
  if (unpacker === undefined) return undefined;
  // The build appends the unpacked size to every format but gzip, which has it anyway.
  const stream = unpacker.sized ? packed : packed.subarray(0, packed.length - 4);
  const kernel = await runProgram("Unpacking the kernel", unpacker.command, { stdin: stream });
  return hasPvhEntry(kernel) ? kernel : undefined;
}

/** Folder of the cache for unpacked kernels. */
export const UNPACKED_FOLDER = "unpacked";

/** Name, in that folder, of a bzImage's kernel. */
export async function unpackedName(image: string): Promise<string> {
  return `${await digest([await fingerprint(image)])}.elf`;
}

interface Unpacker {
  readonly magic: readonly number[];
  readonly sized: boolean;
  readonly command: readonly [string, ...string[]];
}

const UNPACKERS: readonly Unpacker[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], sized: false, command: ["xz", "-dc"] },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], sized: false, command: ["zstd", "-dcq"] },
  { magic: [0x1f, 0x8b], sized: true, command: ["gzip", "-dc"] },
];

/** XEN_ELFNOTE_PHYS32_ENTRY, xen/interface/elfnote.h: the 32-bit entry that PVH jumps to. */
const PHYS32_ENTRY = 18;

/** Whether an ELF kernel has the note that names its PVH entry; false for a damaged one. */
export function hasPvhEntry(kernel: Uint8Array): boolean {
  if (kernel.length < 64 || text(kernel, 1, 3) !== "ELF") return false;
  const view = new DataView(kernel.buffer, kernel.byteOffset, kernel.byteLength);
  const headers = Number(view.getBigUint64(32, true));
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (size < 56 || headers + count * size > kernel.length) return false;
  for (let i = 0; i < count; i++) {
    const header = headers + i * size;
    const isNote = view.getUint32(header, true) === 4;
    if (!isNote) continue;
    const from = Number(view.getBigUint64(header + 8, true));
    const end = Math.min(from + Number(view.getBigUint64(header + 32, true)), kernel.length);
    for (let at = from; at + 12 <= end;) {
      const nameBytes = view.getUint32(at, true);
      const descriptionBytes = view.getUint32(at + 4, true);
      if (text(kernel, at + 12, 3) === "Xen" && view.getUint32(at + 8, true) === PHYS32_ENTRY) {
        return true;
      }
      at += 12 + align4(nameBytes) + align4(descriptionBytes);
    }
  }
  return false;
}

function align4(n: number): number {
  return Math.ceil(n / 4) * 4;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString("latin1");
}
