import { assertEquals } from "@std/assert";
import { mappedPages } from "../../../probes/workloads/smaps.ts";

/** As 6.12 prints it, shortened. */
const SMAPS = `7f3000000000-7f3000200000 rw-p 00000000 00:05 5                          /dev/zero
Size:               2048 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                2048 kB
AnonHugePages:      2048 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
THPeligible:           1
VmFlags: rd wr mr mw me ac sd hg
7f3000200000-7f3000600000 rw-p 00000000 00:10 27                         /anon_hugepage (deleted)
Size:               4096 kB
KernelPageSize:     2048 kB
AnonHugePages:         0 kB
VmFlags: rd wr mr mw me de ht sd
7ffd5e9a5000-7ffd5e9c6000 rw-p 00000000 00:00 0                          [stack]
KernelPageSize:        4 kB
AnonHugePages:         0 kB
`;

Deno.test("mappedPages() tells the pages of the mapping around an address, and of no other", () => {
  const cases = [
    [0x7f2fffffffffn, undefined],
    [0x7f3000000000n, { pageBytes: 4096, hugeBytes: 2 ** 21 }],
    [0x7f30001fffffn, { pageBytes: 4096, hugeBytes: 2 ** 21 }],
    [0x7f3000200000n, { pageBytes: 2 ** 21, hugeBytes: 0 }],
    [0x7ffd5e9a5000n, { pageBytes: 4096, hugeBytes: 0 }],
    [0x7ffd5e9c6000n, undefined],
  ] as const;
  for (const [address, expected] of cases) {
    assertEquals(mappedPages(SMAPS, address), expected, address.toString(16));
  }
});

Deno.test("mappedPages() sums up huge leaf entries of anonymous memory, shmem and files", () => {
  const smaps = `1000-9000 rw-s 00000000 00:01 9 /memfd
KernelPageSize:        4 kB
AnonHugePages:      2048 kB
ShmemPmdMapped:     4096 kB
FilePmdMapped:      8192 kB
`;
  assertEquals(mappedPages(smaps, 0x1000n), { pageBytes: 4096, hugeBytes: 14 * 2 ** 20 });
});

Deno.test("mappedPages() takes no size that no double holds", () => {
  const smaps = `1000-2000 rw-p 0 00:05 5\nKernelPageSize: ${"9".repeat(30)} kB\n`;
  assertEquals(mappedPages(smaps, 0x1000n), { pageBytes: 0, hugeBytes: 0 });
});
