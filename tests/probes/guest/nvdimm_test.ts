import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { backingBytes, regionBytes } from "../../../probes/guest/nvdimm.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

Deno.test("regionBytes() leaves room for what the namespace takes itself", () => {
  const cases = [
    [2 * MIB, 4096, 128 * MIB],
    [2 * MIB, 2 * MIB, 128 * MIB],
    [128 * MIB, 2 * MIB, 160 * MIB],
    [512 * MIB, 2 * MIB, 544 * MIB],
    [4 * GIB, 2 * MIB, (4096 + 16 + 128) * MIB],
    [2 * MIB, GIB, 3 * GIB],
    [GIB, GIB, 3 * GIB],
    [2 * GIB, GIB, 3 * GIB + 64 * MIB],
  ] as const;
  for (const [bytes, align, region] of cases) {
    assertEquals(regionBytes(bytes, align), region, `${bytes} bytes at ${align}`);
  }
});

Deno.test("regionBytes() is a multiple of 16 MiB that holds the device and its struct pages", () => {
  const bytes = fc.integer({ min: 1, max: 64 * GIB });
  const align = fc.constantFrom(4096, 2 * MIB, GIB);
  fc.assert(fc.property(bytes, align, (bytes, align) => {
    const region = regionBytes(bytes, align);
    const mapped = Math.ceil(bytes / align) * align;
    assertEquals(region % (16 * MIB), 0);
    assertEquals(region >= mapped + region / 64, true, `${region} for ${mapped}`);
  }));
});

Deno.test("backingBytes() adds the label area", () => {
  assertEquals(backingBytes(128 * MIB), 128 * MIB + 131072);
});
