import { assertEquals } from "@std/assert";
import { exactly, readPackages, readPrintedUris } from "../../../probes/debian/packages.ts";

/** What apt-cache printed, shortened. */
const SHOWN = `Package: linux-image-6.1.0-56-amd64
Source: linux-signed-amd64 (6.1.192+2)
Version: 6.1.192-2
Installed-Size: 400652
Depends: kmod, linux-base (>= 4.3~), initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool
Description: Linux 6.1 for 64-bit PCs (signed)
Size: 70550672

Package: linux-base-7.3.4+deb13-amd64
Version: 7.3.4-1~bpo13+1
Size: 1077476

`;

Deno.test("readPackages() reads what apt-cache prints", () => {
  assertEquals(readPackages(SHOWN), [
    {
      name: "linux-image-6.1.0-56-amd64",
      version: "6.1.192-2",
      depends: ["kmod", "linux-base", "initramfs-tools"],
      bytes: 70550672,
    },
    {
      name: "linux-base-7.3.4+deb13-amd64",
      version: "7.3.4-1~bpo13+1",
      depends: [],
      bytes: 1077476,
    },
  ]);
  assertEquals(readPackages(""), []);
});

Deno.test("readPrintedUris() reads what would be fetched", () => {
  const text = `Reading package lists...
The following NEW packages will be installed:
  bpftrace libbpf1
'http://mirror.example/pool/libb/libbpf/libbpf1_1.5.0-3_amd64.deb' libbpf1_1%3a1.5.0-3_amd64.deb 168832 SHA256:3d3f
'http://mirror.example/pool/b/bpftrace_0.23.2-1_amd64.deb' bpftrace_0.23.2-1_amd64.deb 1936576 SHA256:7a6f
`;
  const packages = readPrintedUris(text);
  assertEquals(packages.map(exactly), ["libbpf1=1:1.5.0-3", "bpftrace=0.23.2-1"]);
  assertEquals(packages.map(({ bytes }) => bytes), [168832, 1936576]);
});

Deno.test("a size that is none is 0", () => {
  for (const size of ["", "many", "1e3", "-1", "9".repeat(30)]) {
    assertEquals(readPackages(`Package: a\nVersion: 1\nSize: ${size}\n`)[0]?.bytes, 0, size);
  }
  assertEquals(readPrintedUris(`'x' a_1_amd64.deb ${"9".repeat(30)} SHA256:`)[0]?.bytes, 0);
});
