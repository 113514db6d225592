import { assertEquals } from "@std/assert";
import type { Package } from "../../../probes/debian/packages.ts";
import {
  byAge,
  chooseKernel,
  findKernels,
  newestOfSeries,
  seriesOf,
} from "../../../probes/debian/releases.ts";

function one(name: string, version: string, bytes: number, ...depends: string[]): Package {
  return { name, version, bytes, depends };
}

Deno.test("findKernels() takes a kernel of one package, and not what is beside it", () => {
  const version = "6.1.192-2";
  const packages = [
    one("linux-image-6.1.0-56-amd64", version, 70550672, "kmod", "linux-base", "initramfs-tools"),
    one("linux-image-6.1.0-56-cloud-amd64", version, 1),
    one("linux-image-6.1.0-56-rt-amd64", version, 1),
    one("linux-image-6.1.0-56-amd64-dbg", version, 1),
    one("linux-image-6.1.0-56-amd64-unsigned", version, 1),
    one("linux-image-6.12.117+deb12-cloud-amd64", "6.12.117-1~deb12u1", 1),
    // It only points to the newest one.
    one("linux-image-6.12-amd64", "6.12.117-1~deb12u1", 1, "linux-image-6.12.117+deb12-amd64"),
    one("bpftrace", "0.17.0-1", 1, "libbpf1"),
  ];
  assertEquals(findKernels("bookworm-security", packages), [{
    release: "6.1.0-56-amd64",
    version,
    suite: "bookworm-security",
    packages: [{ name: "linux-image-6.1.0-56-amd64", version }],
    bytes: 70550672,
  }]);
});

Deno.test("findKernels() adds up a kernel of four packages", () => {
  const version = "7.3.4-1~bpo13+1";
  const parts = ["linux-base", "linux-binary", "linux-modules"]
    .map((part) => `${part}-7.3.4+deb13-amd64`);
  const packages = [
    one("linux-image-7.3.4+deb13-amd64", version, 1900, "dracut", ...parts),
    ...parts.map((part) => one(part, version, 1000)),
    one("linux-modules-7.3.4+deb13-rt-amd64", version, 1000),
  ];
  const [kernel, ...others] = findKernels("trixie-backports", packages);
  assertEquals(others, []);
  assertEquals(kernel?.packages.map(({ name }) => name), [
    "linux-image-7.3.4+deb13-amd64",
    ...parts,
  ]);
  assertEquals(kernel?.bytes, 4900);
  // Debian keeps the signed part of what is superseded.
  assertEquals(findKernels("trixie-backports", packages.slice(0, 3)), []);
});

Deno.test("findKernels() takes a release candidate, whose release has two numbers", () => {
  const version = "7.3~rc7-1~exp1";
  const packages = [
    one("linux-image-7.3-amd64", version, 1888, "linux-modules-7.3-amd64"),
    one("linux-modules-7.3-amd64", version, 1000),
  ];
  assertEquals(findKernels("experimental", packages).map(({ release }) => release), ["7.3-amd64"]);
});

const KERNELS = [
  { release: "5.10.0-46-amd64", version: "5.10.262-1" },
  { release: "6.1.0-0.deb11.52-amd64", version: "6.1.180-1~deb11u1" },
  { release: "6.1.0-9-amd64", version: "6.1.27-1" },
  { release: "6.1.0-56-amd64", version: "6.1.192-2" },
  { release: "6.12.95+deb12-amd64", version: "6.12.95-1~bpo12+1" },
  { release: "6.12.115+deb13-amd64", version: "6.12.115-1" },
  { release: "6.12.115+deb13.1-amd64", version: "6.12.115-2" },
  { release: "6.12.118+deb13-amd64", version: "6.12.118-1" },
  { release: "7.2.13+deb14-amd64", version: "7.2.13-1" },
  { release: "7.3-amd64", version: "7.3~rc7-1~exp1" },
  { release: "7.3.4+deb13-amd64", version: "7.3.4-1~bpo13+1" },
  { release: "7.4-amd64", version: "7.4~rc1-1~exp1" },
];

Deno.test("chooseKernel() finds what a wish means", () => {
  const cases = [
    ["6.1", "6.1.0-56-amd64"],
    ["6.1.0", "6.1.0-56-amd64"],
    ["6.1.0-9", "6.1.0-9-amd64"],
    ["6.1.0-5", undefined],
    ["6.1.192", "6.1.0-56-amd64"],
    ["6.12", "6.12.118+deb13-amd64"],
    ["6.12.95", "6.12.95+deb12-amd64"],
    ["6.12.95+deb12", "6.12.95+deb12-amd64"],
    ["6.12.95+deb12-amd64", "6.12.95+deb12-amd64"],
    ["6.12.115+deb13", "6.12.115+deb13-amd64"],
    ["6.12.115", "6.12.115+deb13.1-amd64"],
    ["6", "6.12.118+deb13-amd64"],
    ["6.2", undefined],
    ["5", "5.10.0-46-amd64"],
    ["", undefined],
    // A candidate only where there is nothing else, or where it is named in full.
    ["latest", "7.3.4+deb13-amd64"],
    ["7", "7.3.4+deb13-amd64"],
    ["7.3", "7.3.4+deb13-amd64"],
    ["7.3-amd64", "7.3-amd64"],
    ["7.4", "7.4-amd64"],
  ] as const;
  for (const [wish, release] of cases) {
    assertEquals(chooseKernel(KERNELS, wish)?.release, release, wish);
    assertEquals(chooseKernel(KERNELS.toReversed(), wish)?.release, release, wish);
  }
});

Deno.test("newestOfSeries() lists one kernel of each series, older ones first", () => {
  assertEquals(newestOfSeries(KERNELS.toReversed()).map(({ release }) => release), [
    "5.10.0-46-amd64",
    "6.1.0-56-amd64",
    "6.12.118+deb13-amd64",
    "7.2.13+deb14-amd64",
    "7.3.4+deb13-amd64",
    "7.4-amd64",
  ]);
});

Deno.test("byAge() orders by the package's version, seriesOf() takes two numbers", () => {
  assertEquals(KERNELS.toSorted(byAge).map(({ release }) => release).slice(1, 4), [
    "6.1.0-9-amd64",
    "6.1.0-0.deb11.52-amd64",
    "6.1.0-56-amd64",
  ]);
  assertEquals(["6.12.118+deb13-amd64", "7.3-amd64", "6.1"].map(seriesOf), ["6.12", "7.3", "6.1"]);
});
