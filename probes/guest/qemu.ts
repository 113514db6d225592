/**
 * QEMU's command line, one function a device.
 *
 * @module
 */

import { fifoPaths, portNames } from "./channel.ts";
import { LABEL_BYTES } from "./nvdimm.ts";
import type { Share } from "./shares.ts";

/** What a guest is made of. */
export interface Machine {
  readonly accelerator: "kvm" | "tcg";
  readonly kernel: string;
  readonly initramfs: string;
  readonly commandLine: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Bytes of the NVDIMM's backing file, label area included. */
  readonly backingBytes: number;
  /** The image of tools. */
  readonly tools: string;
  /** What the guest sees of this machine's files. */
  readonly shares: readonly Share[];
  /** A port of this machine's loopback that leads to one of the guest's; absent for no network. */
  readonly forward?: Forward;
  /** A folder of this run's own: FIFOs and the NVDIMM's file. */
  readonly directory: string;
}

/** A port of this machine's loopback, and the port of a guest that it leads to. */
export interface Forward {
  readonly from: number;
  readonly to: number;
}

/** Name of the program. */
export const QEMU = "qemu-system-x86_64";

/** Bytes of memory slots beside the RAM, for the NVDIMM's address range. */
const HEADROOM = 1 << 30;

/**
 * The processor that is emulated: without what is quick on a real one and costs an emulator more than
 * it saves, five-level page tables, copies by one instruction, and guards at each copy from and to user
 * memory. What pins memory does not ask for any of these.
 */
const EMULATED_CPU = "max,la57=off,erms=off,fsrm=off,smap=off,smep=off,umip=off,pcid=off";

/** The whole command line. */
export function qemuCommand(machine: Machine): string[] {
  return [
    QEMU,
    ...base(machine),
    ...boot(machine),
    ...console_(),
    ...machine.shares.flatMap(share),
    ...nvdimm(machine),
    ...tools(machine),
    ...channel(machine),
    ...network(machine),
  ];
}

function base({ accelerator, cpus, memoryBytes, backingBytes }: Machine): string[] {
  const mostMemory = memoryBytes + backingBytes + HEADROOM;
  return [
    "-nodefaults",
    "-no-user-config",
    ...["-display", "none"],
    "-no-reboot",
    ...["-machine", "q35,nvdimm=on"],
    ...(accelerator === "kvm"
      ? ["-accel", "kvm", "-cpu", "host"]
      : ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", EMULATED_CPU]),
    ...["-smp", String(cpus)],
    ...["-m", `size=${memoryBytes / 1024}K,slots=2,maxmem=${mostMemory / 1024}K`],
  ];
}

function boot({ kernel, initramfs, commandLine }: Machine): string[] {
  return ["-kernel", kernel, "-initrd", initramfs, "-append", commandLine];
}

/** The console is QEMU's standard output. */
function console_(): string[] {
  return ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"];
}

function share({ tag, path }: Share): string[] {
  const how = "security_model=none,readonly=on,multidevs=remap";
  return ["-virtfs", `local,path=${value(path)},mount_tag=${tag},${how}`];
}

function nvdimm({ directory, backingBytes }: Machine): string[] {
  const path = value(`${directory}/nvdimm`);
  const backend = `id=nvdimm0,share=on,mem-path=${path},size=${backingBytes}`;
  return [
    ...["-object", `memory-backend-file,${backend}`],
    ...["-device", `nvdimm,id=nv0,memdev=nvdimm0,label-size=${LABEL_BYTES}`],
  ];
}

function tools({ tools }: Machine): string[] {
  return [
    ...["-drive", `if=none,id=tools,format=raw,readonly=on,file=${value(tools)}`],
    ...["-device", "virtio-blk-pci,drive=tools"],
  ];
}

function channel({ directory }: Machine): string[] {
  const ports = portNames();
  const pipe = (port: string) => value(fifoPaths(directory, port).input.slice(0, -3));
  return [
    ...["-device", `virtio-serial-pci,max_ports=${ports.length + 1}`],
    ...ports.flatMap((port, i) => [
      ...["-chardev", `pipe,id=port${i},path=${pipe(port)}`],
      ...["-device", `virtserialport,chardev=port${i},name=${port}`],
    ]),
  ];
}

/** A network from which the guest reaches nothing by itself. */
function network({ forward }: Machine): string[] {
  if (forward === undefined) return [];
  const port = `hostfwd=tcp:127.0.0.1:${forward.from}-:${forward.to}`;
  return [
    ...["-netdev", `user,id=net0,restrict=on,${port}`],
    ...["-device", "virtio-net-pci,netdev=net0"],
  ];
}

/** A value in a list of options: its commas are doubled. */
function value(text: string): string {
  return text.replaceAll(",", ",,");
}
