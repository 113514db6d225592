import { assertEquals } from "@std/assert";
import { librariesIn, loadersIn } from "../../../probes/guest/tools_image.ts";

const LISTING = `	linux-vdso.so.1 (0x00007ffb2ca4c000)
	libuuid.so.1 => /lib/x86_64-linux-gnu/libuuid.so.1 (0x00007ffb2c944000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007ffb2c755000)
	/lib64/ld-linux-x86-64.so.2 (0x00007ffb2ca4e000)
`;

Deno.test("what ldd lists is taken apart: libraries, the loader, and not the vDSO", () => {
  assertEquals(librariesIn(LISTING), [
    "/lib/x86_64-linux-gnu/libuuid.so.1",
    "/lib/x86_64-linux-gnu/libc.so.6",
  ]);
  assertEquals(loadersIn(LISTING), ["/lib64/ld-linux-x86-64.so.2"]);
});

Deno.test("a static program has neither", () => {
  const listing = "\tstatically linked\n";
  assertEquals([librariesIn(listing), loadersIn(listing)], [[], []]);
});
