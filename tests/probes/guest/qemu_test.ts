import { assertEquals } from "@std/assert";
import { type Machine, qemuCommand } from "../../../probes/guest/qemu.ts";

const MACHINE: Machine = {
  accelerator: "tcg",
  kernel: "/cache/kernel.elf",
  initramfs: "/cache/initramfs.cpio",
  commandLine: "console=ttyS0 panic=-1",
  memoryBytes: 2 ** 31,
  cpus: 2,
  backingBytes: 2 ** 27 + 2 ** 17,
  tools: "/cache/tools.ext4",
  shares: [{ tag: "host", path: "/" }],
  directory: "/run/guest",
};

/** The options of one of the channel's ports. */
function port(i: number, name: string): string[] {
  return [
    ...["-chardev", `pipe,id=port${i},path=/run/guest/headcount.${name}`],
    ...["-device", `virtserialport,chardev=port${i},name=headcount.${name}`],
  ];
}

function expected(accelerator: readonly string[]): string[] {
  return [
    "qemu-system-x86_64",
    "-nodefaults",
    "-no-user-config",
    ...["-display", "none"],
    "-no-reboot",
    ...["-machine", "q35,nvdimm=on"],
    ...accelerator,
    ...["-smp", "2"],
    ...["-m", "size=2097152K,slots=2,maxmem=3276928K"],
    ...["-kernel", "/cache/kernel.elf"],
    ...["-initrd", "/cache/initramfs.cpio"],
    ...["-append", "console=ttyS0 panic=-1"],
    ...["-chardev", "stdio,id=console,signal=off"],
    ...["-serial", "chardev:console"],
    "-virtfs",
    "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
    "-object",
    "memory-backend-file,id=nvdimm0,share=on,mem-path=/run/guest/nvdimm,size=134348800",
    ...["-device", "nvdimm,id=nv0,memdev=nvdimm0,label-size=131072"],
    ...["-drive", "if=none,id=tools,format=raw,readonly=on,file=/cache/tools.ext4"],
    ...["-device", "virtio-blk-pci,drive=tools"],
    ...["-device", "virtio-serial-pci,max_ports=13"],
    ...[0, 1, 2, 3, 4, 5].flatMap((slot) => [
      ...port(2 * slot, `${slot}.io`),
      ...port(2 * slot + 1, `${slot}.ctl`),
    ]),
  ];
}

Deno.test("qemuCommand() for emulation", () => {
  assertEquals(
    qemuCommand(MACHINE),
    expected([
      "-accel",
      "tcg,thread=multi,tb-size=512",
      "-cpu",
      "max,la57=off,erms=off,fsrm=off,smap=off,smep=off,umip=off,pcid=off",
    ]),
  );
});

Deno.test("qemuCommand() for KVM", () => {
  assertEquals(
    qemuCommand({ ...MACHINE, accelerator: "kvm" }),
    expected(["-accel", "kvm", "-cpu", "host"]),
  );
});

Deno.test("qemuCommand() doubles the commas of paths in lists of options", () => {
  const shares = [{ tag: "share0", path: "/srv/a,b" }];
  const odd = qemuCommand({ ...MACHINE, directory: "/run/a,b", tools: "/cache/a,b.ext4", shares });
  const plain = qemuCommand({
    ...MACHINE,
    directory: "/run/a_b",
    tools: "/cache/a_b.ext4",
    shares: [{ tag: "share0", path: "/srv/a_b" }],
  });
  assertEquals(odd, plain.map((word) => word.replaceAll("a_b", "a,,b")));
});

Deno.test("qemuCommand() shares folders read-only, each by its name", () => {
  const shares = ["/srv/code", "/srv/out"].map((path, i) => ({ tag: `share${i}`, path }));
  const words = qemuCommand({ ...MACHINE, shares });
  const how = "security_model=none,readonly=on,multidevs=remap";
  assertEquals(words.filter((_, i) => words[i - 1] === "-virtfs"), [
    `local,path=/srv/code,mount_tag=share0,${how}`,
    `local,path=/srv/out,mount_tag=share1,${how}`,
  ]);
});

Deno.test("qemuCommand() gives a guest a network only where a port leads into it", () => {
  const plain = qemuCommand(MACHINE);
  assertEquals(plain.some((word) => word.includes("net")), false);
  assertEquals(qemuCommand({ ...MACHINE, forward: { from: 2222, to: 22 } }), [
    ...plain,
    ...["-netdev", "user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22"],
    ...["-device", "virtio-net-pci,netdev=net0"],
  ]);
});
