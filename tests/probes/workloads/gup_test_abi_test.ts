import { assertEquals } from "@std/assert";
import {
  decodeGup,
  encodeGup,
  GUP_ABIS,
  gupRequest,
} from "../../../probes/workloads/gup_test_abi.ts";
import type { GupCommand } from "../../../probes/workloads/gup_test_options.ts";

/** Requests as the kernels' headers make them: 5.13 on, 5.11 and 5.12, to 5.10. */
const REQUESTS: Readonly<Record<GupCommand, readonly bigint[]>> = {
  "get-fast": [0xc0506701n, 0xc0486701n, 0xc0786701n],
  "pin-fast": [0xc0506702n, 0xc0486702n, 0xc0786703n],
  "pin-longterm": [0xc0506703n, 0xc0486703n, 0xc0786705n],
  "get-basic": [0xc0506704n, 0xc0486704n, 0xc0786702n],
  "pin-basic": [0xc0506705n, 0xc0486705n, 0xc0786704n],
};

for (const command of Object.keys(REQUESTS) as GupCommand[]) {
  Deno.test(`gupRequest() numbers ${command} as each kernel does`, () => {
    assertEquals(GUP_ABIS.map((abi) => gupRequest(abi, command)), REQUESTS[command]);
  });
}

Deno.test("encodeGup() puts each field where the kernel reads it", () => {
  for (const { structBytes } of GUP_ABIS) {
    const struct = encodeGup(structBytes, {
      address: 0x7fb3_7240_0000n,
      bytes: 16 * 2 ** 30,
      pagesPerCall: 512,
      write: true,
    });
    const view = new DataView(struct.buffer);
    assertEquals(struct.length, structBytes);
    assertEquals([view.getBigUint64(16, true), view.getBigUint64(24, true)], [
      0x7fb3_7240_0000n,
      0x4_0000_0000n,
    ]);
    assertEquals([view.getUint32(32, true), view.getUint32(36, true)], [512, 1]);
    assertEquals(struct.subarray(40), new Uint8Array(structBytes - 40));
  }
});

Deno.test("encodeGup() asks for no write where none is wanted", () => {
  const question = { address: 0n, bytes: 4096, pagesPerCall: 1, write: false };
  assertEquals(new DataView(encodeGup(80, question).buffer).getUint32(36, true), 0);
});

Deno.test("decodeGup() tells nanoseconds and the bytes that were gone through", () => {
  const struct = new Uint8Array(80);
  const view = new DataView(struct.buffer);
  view.setBigUint64(0, 75_123n, true);
  view.setBigUint64(8, 3_800n, true);
  view.setBigUint64(24, 2n ** 34n, true);
  assertEquals(decodeGup(struct), { bytes: 2 ** 34, getNs: 75_123_000, putNs: 3_800_000 });
});
