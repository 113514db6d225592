/**
 * Sizes of the emulated NVDIMM.
 *
 * @module
 */

const MIB = 1 << 20;
const GIB = 1 << 30;

/** Bytes of the label area at the end of the backing file. */
export const LABEL_BYTES: number = 128 << 10;

/**
 * Bytes of the NVDIMM's region for a device that can map `bytes` at `alignBytes`.
 *
 * libnvdimm wants regions to be multiples of 16 MiB. What the namespace takes for itself (info
 * block, struct pages, the cut to the align) is 1/64 of it and up to two aligns; a 1 GiB device
 * of 2 GiB needs a region of 3 GiB.
 */
export function regionBytes(bytes: number, alignBytes: number): number {
  const overhead = Math.max(2 * alignBytes, 16 * MIB) + Math.ceil(bytes / 32);
  const wanted = alignBytes === GIB
    ? Math.max(3 * GIB, Math.ceil(bytes / GIB) * GIB + GIB + Math.ceil(bytes / 32))
    : Math.max(128 * MIB, bytes + overhead);
  return Math.ceil(wanted / (16 * MIB)) * 16 * MIB;
}

/** Bytes of the backing file: region and label area. */
export function backingBytes(region: number): number {
  return region + LABEL_BYTES;
}
