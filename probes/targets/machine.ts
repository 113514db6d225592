/**
 * What a machine that somebody else set up says of itself: what it is, and what keeps it from being
 * traced.
 *
 * @module
 */

import type { Accelerator, TargetSummary } from "../../recording/header.ts";
import { collect, readText, type Target } from "./target.ts";

/** Reads what a recording says of a machine. */
export async function readSummary(
  machine: Pick<Target, "exec">,
  kind: TargetSummary["kind"],
): Promise<TargetSummary> {
  const read = (path: string) => readText(machine, ["cat", path], `Reading ${path}`);
  const [cpuinfo, meminfo, commandLine] = await Promise.all([
    read("/proc/cpuinfo"),
    read("/proc/meminfo"),
    read("/proc/cmdline"),
  ]);
  return {
    kind,
    accelerator: accelerator(cpuinfo),
    cpus: cpuinfo.match(/^processor\s*:/gm)?.length ?? 1,
    memoryBytes: Number(/^MemTotal:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0) * 1024,
    commandLine: commandLine.trim(),
  };
}

/** What runs a machine's instructions: it may itself be somebody's guest. */
function accelerator(cpuinfo: string): Accelerator {
  const model = /^model name\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? "unknown";
  if (model.includes("TCG")) return { kind: "tcg", why: `the processor is "${model}"` };
  return /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)
    ? { kind: "kvm", why: `a virtual machine on "${model}"` }
    : { kind: "hardware", why: model };
}

/** What a machine must have. */
export interface MachineNeeds {
  /** The device that it must have, `any`, or `none`. */
  readonly device: string | "any" | "none";
  /** The bpftrace that must be there, by name or path, or `none`. */
  readonly bpftrace: string | "none";
}

const CHECKS = `
  [ "$(id -u)" = 0 ] || { echo "not root"; exit; }
  [ "$1" = none ] || command -v "$1" >/dev/null || { echo "no $1"; exit; }
  cat /sys/kernel/tracing/available_filter_functions 2>/dev/null | head -c 1 | grep -q . ||
    cat /sys/kernel/debug/tracing/available_filter_functions 2>/dev/null | head -c 1 | grep -q . ||
    { echo "its kernel has no kprobes, or tracefs is not mounted"; exit; }
  [ -e /sys/kernel/tracing/kprobe_events ] || [ -e /sys/kernel/debug/tracing/kprobe_events ] ||
    { echo "its kernel has no kprobes"; exit; }
  [ -e /sys/kernel/btf/vmlinux ] || { echo "its kernel has no BTF"; exit; }
  case $0 in
    none) ;;
    any) ls /dev/dax*.* >/dev/null 2>&1 || echo "no devdax device" ;;
    *) [ -c "$0" ] || echo "no device $0" ;;
  esac`;

/** Why a machine cannot be traced, in a few words; undefined if it can. */
export async function readObstacle(
  machine: Pick<Target, "exec">,
  { device, bpftrace }: MachineNeeds,
): Promise<string | undefined> {
  const { stdout } = await collect(machine.exec(["sh", "-c", CHECKS, device, bpftrace]));
  const why = new TextDecoder().decode(stdout).trim();
  return why === "" ? undefined : why;
}
