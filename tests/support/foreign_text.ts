/**
 * What other programs and the kernel print, as they printed it, shortened.
 *
 * @module
 */

/** Maps by kernel stack, of 0.17 and of 0.23. */
export const STACK_MAPS: readonly string[] = [
  { "@stack_calls": { "\n    internal_get_user_pages_fast+1\n    vfs_write+562\n,412,dd": 3 } },
  { "@stack_pages": { "\\n  gup_fast_fallback+1\\n  ksys_read+107\\n,412,deno": 512 } },
].map((data) => JSON.stringify({ type: "map", data }));

/** Lines of /proc/kallsyms. */
export const KALLSYMS: readonly string[] = [
  "ffffffff81234560 t gup_pud_range\nffffffff81234560 T vmemmap_base\n",
  "ffffffff81ab0010 t try_grab_page.part.0\nffffffffc0123450 t ext4_map_blocks\t[ext4]\n" +
  "0000000000000000 A fixed_percpu_data\n",
];

/** Lines of available_filter_functions. */
export const FILTER_FUNCTIONS: readonly string[] = [
  "internal_get_user_pages_fast\ntry_grab_folio\n__gup_device_huge.constprop.0\n",
  "ext4_map_blocks [ext4]\n",
];

/** What `ndctl list` prints of regions, of namespaces, of one, and `create-namespace` of what it made. */
export const NDCTL_LISTS: readonly string[] = [
  [{
    dev: "region0",
    size: 536870912,
    align: 16777216,
    available_size: 134217728,
    max_available_extent: 134217728,
    type: "pmem",
    iset_id: 52512752653219036,
    persistence_domain: "unknown",
    namespaces: [
      {
        dev: "namespace0.0",
        mode: "devdax",
        map: "dev",
        size: 130023424,
        uuid: "5b1a6c9f-7c29-4a4e-9f9e-d1c0a8d3a7c1",
        daxregion: { id: 0, size: 130023424, align: 2097152, devices: [{ chardev: "dax0.0" }] },
        align: 2097152,
      },
      { dev: "namespace0.1", mode: "raw", size: 0, uuid: "", sector_size: 512, state: "disabled" },
      { dev: "namespace0.2", mode: "fsdax", map: "mem", size: 67108864, blockdev: "pmem0" },
    ],
  }],
  { regions: [{ dev: "region1", size: 1073741824, available_size: 0, type: "blk" }] },
  [{ dev: "namespace1.0", mode: "fsdax", map: "dev", size: 1, blockdev: "pmem1", name: "keep" }],
  {
    dev: "namespace0.0",
    mode: "devdax",
    map: "mem",
    size: "124.00 MiB (130.02 MB)",
    uuid: "fddf",
    daxregion: { id: 0, devices: [{ chardev: "dax0.0", size: "124.00 MiB (130.02 MB)" }] },
    align: 2097152,
  },
].map((list) => JSON.stringify(list, null, 1));

/** What headcount's own shell tells of block devices. */
export const PMEM_CONTENTS: readonly string[] = [
  "pmem0 1024 7 TYPE=ext4 LABEL=data\npmem1 1024 0\n",
  "pmem2 1024 3\npmem3 1024 \npmem4 1048576 12 PTTYPE=gpt\n",
];

/** What sysfs and /proc tell of devices of persistent memory, a section each. */
export const PMEM_SECTIONS: readonly string[] = [
  [
    "dax0.0 1048576 4096 device_dax\ndax1.0 1048576 2097152 kmem\ndax2.0 1048576 4096 \n",
    "pmem0 259:0 block\npmem0p1 259:1 pmem0\npmem1 259:2 block dm-0 md1\n",
    "/proc/175/fd:\nlrwx------ 1 root root 64 Nov 26 08:15 4 -> /dev/pmem0\n",
    "/proc/175/maps:7fe23ea00000-7fe23ec00000 rw-s 00000000 00:06 250   /dev/dax0.1\n",
    "/proc/175/comm:sleep\n/proc/9/comm:a: b\n",
    "22 1 259:1 / / rw - ext4 /dev/root rw\n39 28 259:0 / /mnt/a\\040b rw - ext4 /dev/pmem0 rw\n",
    "Filename Type Size Used Priority\n/dev/pmem0p1 partition 1020 0 -2\n",
    "/sys/block/loop3/loop/backing_file:/dev/pmem0\n",
  ].map((section) => `\x1e${section}`).join(""),
];

/** Lines of gup_test, from 5.10 on. */
export const GUP_TEST: readonly string[] = [
  "PIN_FAST_BENCHMARK: Time: get:4217 put:905 us",
  "Time: get:4217 put:905 us, truncated (size: 4096)",
  "# GUP_FAST_BENCHMARK: Time: get:12 put:7 us# , truncated (size: 8192)",
  "# PIN_BASIC_TEST: done",
  "ok 1 ioctl status 0",
];

/** Lines of a guest's console. */
export const CONSOLE: readonly string[] = [
  "[    1.234567] headcount: phase modules",
  "headcount: note mounted without cache",
  "headcount: failed there is no 9p in this kernel",
  "[   12.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
  "[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)",
];

const DIFFERENCE = "diff --git a/mm/gup.c b/mm/gup.c\nindex 98eb8e6d2609..194e6981eb03 100644\n" +
  "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1 +1 @@\n-less = 1;\n+more = 2;\n";
const MOVED = "diff --git a/mm/a.c b/mm/b.c\nsimilarity index 100%\nrename from mm/a.c\n" +
  "rename to mm/b.c\n--- /dev/null\n+++ b/mm/new.c\n@@ -0,0 +1 @@\n+x\n";

/** Patches by themselves, in a mail, and in an mbox. */
export const MAILS: readonly string[] = [
  DIFFERENCE,
  MOVED,
  `Subject: =?utf-8?B?w6Q=?=\nContent-Transfer-Encoding: base64\n\n${btoa(DIFFERENCE)}\n`,
  "From 0123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\n" +
  "Subject: =?UTF-8?q?=5BPATCH_1/2=5D_gr=C3=B6=C3=9Fer?=\n and more\n" +
  `Content-Transfer-Encoding: quoted-printable\n\n${DIFFERENCE.replaceAll("=", "=3D")}\n` +
  "From 0123456789 Mon Sep 17 00:00:00 2001\nSubject: [RFC PATCH v2 2/2] second\n\n" +
  `Why.\n---\n${MOVED}-- \n2.39.5\n\n`,
];

/** What GNU patch prints. */
export const PATCH_OUTPUT: readonly string[] = [
  "patching file mm/gup.c\nHunk #1 succeeded at 2252 (offset 2 lines).\nHunk #3 FAILED at 2300.\n" +
  "1 out of 3 hunks FAILED\n",
  "patching file 'mm/my file.c' (renamed from mm/a.c)\n" +
  "Hunk #1 succeeded at 7 with fuzz 2 (offset -1 lines).\n",
  "can't find file to patch at input line 5\nReversed (or previously applied) patch detected!\n",
];

/** What `apt-cache show` prints. */
export const PACKAGES: readonly string[] = [
  "Package: linux-image-6.1.0-56-amd64\nVersion: 6.1.192-2\nInstalled-Size: 400652\n" +
  "Depends: kmod, linux-base (>= 4.3~), initramfs-tools (>= 0.120+deb8u2) | dracut\n" +
  "Size: 70550672\n\nPackage: bpftrace\nVersion: 0.17.0-1\nDepends: libc6 (>= 2.34)\nSize: 936508\n\n",
];

/** What `apt-get install --print-uris` prints. */
export const PRINTED_URIS: readonly string[] = [
  "Reading package lists...\n" +
  "'http://mirror.example/libbpf1_1.5.0-3_amd64.deb' libbpf1_1%3a1.5.0-3_amd64.deb 168832 SHA256:3d\n",
];

/** Parts of /proc/PID/smaps. */
export const SMAPS: readonly string[] = [
  "7f0000000000-7f0000400000 rw-p 00000000 00:05 5   /dev/zero\nSize:               4096 kB\n" +
  "KernelPageSize:        4 kB\nAnonHugePages:      2048 kB\n" +
  "7f0000400000-7f0000800000 rw-p 00000000 00:00 0\n",
];

/** What the doctor's pieces of shell print in a guest with Debian's 6.12, its benchmark put in. */
export const MACHINE_TEXT = {
  uname: "6.12.118+deb13-amd64 x86_64",
  uid: "0",
  capabilities: "CapEff:\t000001ffffffffff",
  lockdown: "[none] integrity confidentiality",
  fileSystems: "nodev\tdebugfs\nnodev\ttracefs",
  mounts: "debug /sys/kernel/debug debugfs rw 0 0\ntracing /sys/kernel/tracing tracefs rw 0 0",
  tracing: "/sys/kernel/tracing",
  functions: "__traceiter_initcall_level",
  kprobes: "/sys/kernel/tracing/kprobe_events",
  kprobeSymbol: "ffffffff81 T register_kprobe",
  kprobesSwitch: "1",
  ftraceSwitch: "1",
  btf: "4987654",
  gupTest: "/sys/kernel/debug/gup_test",
  ramDisk: "there",
  pools: "1048576 0 0\n2048 4 3",
  thp: "[always] madvise never",
  ndctl: "76.1",
  daxctl: "76.1",
} as const;

/** What headcount wrote down of a machine's namespaces. */
export const STATES: readonly string[] = [
  JSON.stringify({
    format: 1,
    machine: "box-0123",
    changes: [
      { namespace: "namespace0.0", region: "region0", at: "2026-11-25", uuid: "fddf" },
      {
        ...{ namespace: "namespace0.1", region: "region0", at: "2026-11-25", uuid: "" },
        before: { mode: "raw", alignBytes: 4096, label: "", uuid: "5b1a", held: "zeros" },
      },
    ],
  }),
];
