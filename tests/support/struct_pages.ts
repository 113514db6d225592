/**
 * Struct pages of a guest's device, changed from outside. With `--map dev` they are on the NVDIMM, in front
 * of the device's own pages, and the file behind that is shared with the guest.
 */

import { assert, assertEquals } from "@std/assert";
import type { DeviceSummary } from "headcount";
import { Guest } from "../../probes/guest/guest.ts";
import { readText, type Target } from "../../probes/targets/target.ts";

const PAGE_BYTES = 4096;
/** Bytes of a struct page of Debian's, and where its `_refcount` is. */
const STRUCT_BYTES = 64;
const REFCOUNT_OFFSET = 52;
/** The kernel maps struct pages by PMDs. The first of the NVDIMM has its info block. */
const BLOCK_BYTES = 2 ** 21;
const STRUCTS_OF_BLOCK = BLOCK_BYTES / STRUCT_BYTES;

/** Sets the refcount of one of the device's pages. */
export async function setRefcount(
  target: Target,
  device: DeviceSummary,
  page: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const { pfn } = device;
  assert(pfn !== undefined && target instanceof Guest);
  const resource = "/sys/bus/nd/devices/region0/resource";
  const region = Number(await readText(target, ["cat", resource], "Reading where the NVDIMM is"));
  const block = Math.floor((pfn + page) / STRUCTS_OF_BLOCK) -
    Math.floor(region / PAGE_BYTES / STRUCTS_OF_BLOCK);
  const at = (block + 1) * BLOCK_BYTES + (pfn + page) % STRUCTS_OF_BLOCK * STRUCT_BYTES;
  assert(at < pfn * PAGE_BYTES - region, "a struct page is in front of the device's pages");
  using file = await Deno.open(`${target.folder}/nvdimm`, { read: true, write: true });
  const bytes = new DataView(new ArrayBuffer(4));
  const seek = () => file.seek(at + REFCOUNT_OFFSET, Deno.SeekMode.Start);
  await seek();
  await file.read(new Uint8Array(bytes.buffer));
  assertEquals(bytes.getInt32(0, true), from, "it is where a refcount is looked for");
  bytes.setInt32(0, to, true);
  await seek();
  await file.write(new Uint8Array(bytes.buffer));
}
