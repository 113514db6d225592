/**
 * What is read of a machine whose kernel is to be traced.
 *
 * @module
 */

import { type PmemDevices, readPmemDevices } from "../devdax/use.ts";
import { MachineryError } from "../failure.ts";
import { BTF_PATH, type KernelFacts, readKernelFacts } from "../kernel.ts";
import { linesOf, readSections } from "../sections.ts";
import { collect, type Target } from "../targets/target.ts";
import { GUP_ABIS } from "../workloads/gup_test_abi.ts";
import { DISK } from "../workloads/disk.ts";

/** A size of huge pages. */
export interface HugePool {
  readonly pageBytes: number;
  readonly total: number;
  readonly free: number;
}

/** What a machine shows of itself: plain data, which checks judge anywhere. */
export interface MachineFacts {
  /** `uname -r`. */
  readonly release: string;
  /** `uname -m`. */
  readonly machine: string;
  /** `id -u`. */
  readonly uid: string;
  /** Bits of its effective capabilities. */
  readonly capabilities: bigint;
  /** /sys/kernel/security/lockdown; empty where it is not shown. */
  readonly lockdown: string;
  /** File systems that the kernel knows: of those that are asked for. */
  readonly fileSystems: readonly string[];
  /** Where tracefs and debugfs are mounted. */
  readonly mounts: readonly { readonly type: string; readonly path: string }[];
  /** Where tracefs shows what can be traced; empty for nowhere. */
  readonly tracing: string;
  /** Whether it shows any function. */
  readonly hasFunctions: boolean;
  /** Whether kprobes can be made: tracefs has `kprobe_events`. */
  readonly hasKprobes: boolean;
  /** Whether it has the function that makes them, which is told without tracefs. */
  readonly hasKprobeSymbol: boolean;
  /** debugfs's switch of kprobes, `1` or `0`; empty where it is not shown. */
  readonly kprobesSwitch: string;
  /** The sysctl kernel.ftrace_enabled, likewise. */
  readonly ftraceSwitch: string;
  /** Bytes of the kernel's BTF; 0 for none. */
  readonly btfBytes: number;
  /** What `bpftrace --version` said, or why it said nothing. */
  readonly bpftrace: { readonly version: string } | { readonly error: string };
  /** The kernel's benchmark; empty for none. */
  readonly gupTest: string;
  /** The ram disk: `there`, `module`, or empty for none. */
  readonly ramDisk: string;
  /** Pools of huge pages, of each size that the kernel has. */
  readonly pools: readonly HugePool[];
  /** /sys/kernel/mm/transparent_hugepage/enabled; empty for none. */
  readonly thp: string;
  /** Versions of ndctl and daxctl; empty for none. */
  readonly ndctl: string;
  readonly daxctl: string;
  /** Devices of persistent memory. */
  readonly devices: PmemDevices;
  /** What its kernel shows, or why that could not be read. */
  readonly kernel: { readonly facts: KernelFacts } | { readonly error: string };
}

const TRACEFS = "/sys/kernel/tracing /sys/kernel/debug/tracing";
const GUP_FILES = [...new Set(GUP_ABIS.map(({ file }) => file))].join(" ");

/** What {@linkcode readMachineFacts} reads by pieces of shell, as they print it. */
export type MachineText = Readonly<
  Record<
    | "uname"
    | "uid"
    | "capabilities"
    | "lockdown"
    | "fileSystems"
    | "mounts"
    | "tracing"
    | "functions"
    | "kprobes"
    | "kprobeSymbol"
    | "kprobesSwitch"
    | "ftraceSwitch"
    | "btf"
    | "gupTest"
    | "ramDisk"
    | "pools"
    | "thp"
    | "ndctl"
    | "daxctl",
    string
  >
>;

/** One piece of shell for each. */
const PIECES: MachineText = {
  uname: "uname -rm",
  uid: "id -u",
  capabilities: "grep ^CapEff: /proc/self/status",
  lockdown: "cat /sys/kernel/security/lockdown",
  fileSystems: "grep -E 'tracefs|debugfs' /proc/filesystems",
  mounts: "grep -E ' (tracefs|debugfs) ' /proc/mounts",
  tracing: `for folder in ${TRACEFS}; do [ ! -e $folder/events ] || { echo $folder; exit; }; done`,
  functions:
    `for folder in ${TRACEFS}; do head -n 1 $folder/available_filter_functions && exit; done`,
  kprobes: `for folder in ${TRACEFS}; do ls $folder/kprobe_events && exit; done`,
  kprobeSymbol: "grep -m 1 ' register_kprobe$' /proc/kallsyms",
  kprobesSwitch: "cat /sys/kernel/debug/kprobes/enabled",
  ftraceSwitch: "cat /proc/sys/kernel/ftrace_enabled",
  btf: `wc -c <${BTF_PATH}`,
  gupTest: `ls ${GUP_FILES} | head -n 1`,
  ramDisk: `if [ -b ${DISK} ]; then echo there; elif modprobe -n -q brd; then echo module; fi`,
  pools: `for pool in /sys/kernel/mm/hugepages/hugepages-*kB; do
      kb=\${pool##*hugepages-}
      echo "\${kb%kB} $(cat $pool/nr_hugepages) $(cat $pool/free_hugepages)"
    done`,
  thp: "cat /sys/kernel/mm/transparent_hugepage/enabled",
  ndctl: "ndctl --version",
  daxctl: "daxctl --version",
};

/**
 * Reads it all. Only what a machine shows to whoever asks is read; nothing is changed.
 *
 * @param known What its kernel shows, where that was read before: that takes most of the time.
 */
export async function readMachineFacts(
  target: Target,
  known?: MachineFacts["kernel"],
): Promise<MachineFacts> {
  const [text, bpftrace, devices, kernel] = await Promise.all([
    readSections(target, PIECES),
    readBpftrace(target),
    readPmemDevices(target),
    known ?? readKernel(target),
  ]);
  return { ...machineFactsIn(text), bpftrace, devices, kernel };
}

/** What the pieces of shell printed, as facts. */
export function machineFactsIn(
  text: MachineText,
): Omit<MachineFacts, "bpftrace" | "devices" | "kernel"> {
  const [release = "", machine = ""] = text.uname.split(" ");
  return {
    release,
    machine,
    uid: text.uid,
    capabilities: BigInt(`0x${/[\da-f]+$/.exec(text.capabilities)?.[0] ?? "0"}`),
    lockdown: text.lockdown,
    fileSystems: linesOf(text.fileSystems).map((line) => line.replace("nodev", "").trim()),
    mounts: linesOf(text.mounts).map((line) => {
      const [, path = "", type = ""] = line.split(" ");
      return { type, path };
    }),
    tracing: text.tracing,
    hasFunctions: text.functions !== "",
    hasKprobes: text.kprobes !== "",
    hasKprobeSymbol: text.kprobeSymbol !== "",
    kprobesSwitch: text.kprobesSwitch,
    ftraceSwitch: text.ftraceSwitch,
    btfBytes: /^\d{1,15}$/.test(text.btf) ? Number(text.btf) : 0,
    gupTest: text.gupTest,
    ramDisk: text.ramDisk,
    pools: linesOf(text.pools).flatMap((line) => {
      const [, kib, total, free] = /^(\d{1,12}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
      if (kib === undefined) return [];
      return [{ pageBytes: Number(kib) * 1024, total: Number(total), free: Number(free) }];
    }),
    thp: text.thp,
    ndctl: text.ndctl,
    daxctl: text.daxctl,
  };
}

async function readBpftrace(target: Target): Promise<MachineFacts["bpftrace"]> {
  const { code, stdout, stderr } = await collect(target.exec([...target.bpftrace, "--version"]));
  const version = new TextDecoder().decode(stdout).trim().replace(/^bpftrace v?/, "");
  if (code === 0 && version !== "") return { version };
  const why = stderr.trim().split("\n").at(-1) ?? "";
  return { error: why === "" ? `it exited with ${code}` : why };
}

async function readKernel(target: Target): Promise<MachineFacts["kernel"]> {
  try {
    return { facts: await readKernelFacts(target) };
  } catch (error) {
    if (error instanceof MachineryError) return { error: error.message };
    throw error;
  }
}
