/**
 * This machine as a target.
 *
 * @module
 */

import { resolve } from "node:path";
import type { Accelerator, TargetSummary } from "../../recording/header.ts";
import { spawnProgram } from "../command.ts";
import {
  collect,
  CommandError,
  type ExecOptions,
  type Process,
  readText,
  type Signal,
  type Target,
} from "./target.ts";
import { untilExit } from "./until_exit.ts";

/** This machine. Commands run as children of headcount. */
export class LocalTarget implements Target {
  readonly summary: TargetSummary;
  readonly deno: string = Deno.execPath();
  readonly bpftrace: readonly string[];
  /** This machine is not lost while headcount runs on it. */
  readonly lost: Promise<Error> = new Promise(() => {});

  /** @ignore Made by {@linkcode openLocal}. */
  constructor(summary: TargetSummary, bpftrace: string | undefined) {
    this.summary = summary;
    // By way of the shell, whose name can be permitted: another bpftrace's is not known beforehand.
    this.bpftrace = bpftrace === undefined
      ? ["bpftrace"]
      : ["sh", "-c", 'exec "$0" "$@"', bpftrace];
  }

  exec(command: readonly string[], options: ExecOptions = {}): Process {
    return startLocal(command, options);
  }

  provide(path: string): string {
    return resolve(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/**
 * Looks at this machine.
 *
 * @param bpftrace Path of a bpftrace, or undefined for the installed one.
 */
export async function openLocal(bpftrace?: string): Promise<LocalTarget> {
  const unknown: TargetSummary = {
    kind: "local",
    accelerator: { kind: "hardware", why: "" },
    cpus: 0,
    memoryBytes: 0,
    commandLine: "",
  };
  const machine = new LocalTarget(unknown, bpftrace);
  const read = (path: string) => readText(machine, ["cat", path], `Reading ${path}`);
  const [cpuinfo, meminfo, commandLine] = await Promise.all([
    read("/proc/cpuinfo"),
    read("/proc/meminfo"),
    read("/proc/cmdline"),
  ]);
  return new LocalTarget({
    kind: "local",
    accelerator: accelerator(cpuinfo),
    cpus: cpuinfo.match(/^processor\s*:/gm)?.length ?? 1,
    memoryBytes: Number(/^MemTotal:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0) * 1024,
    commandLine: commandLine.trim(),
  }, bpftrace);
}

/** What runs this machine's instructions: it may itself be somebody's guest. */
function accelerator(cpuinfo: string): Accelerator {
  const model = /^model name\s*:\s*(.*)$/m.exec(cpuinfo)?.[1] ?? "unknown";
  if (model.includes("TCG")) return { kind: "tcg", why: `the processor is "${model}"` };
  return /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)
    ? { kind: "kvm", why: `a virtual machine on "${model}"` }
    : { kind: "hardware", why: model };
}

/** What this machine must have. */
export interface LocalNeeds {
  /** The device that it must have, `any`, or `none`. */
  readonly device: string | "any" | "none";
  /** Whether a bpftrace must be installed. */
  readonly bpftrace: boolean;
}

/** Why this machine cannot be traced, in a few words; undefined if it can. */
export async function localObstacle(needs: LocalNeeds): Promise<string | undefined> {
  const checks = `
    [ "$(id -u)" = 0 ] || { echo "not root"; exit; }
    [ "$1" = false ] || command -v bpftrace >/dev/null || { echo "no bpftrace"; exit; }
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
  const process = startLocal(["sh", "-c", checks, needs.device, String(needs.bpftrace)], {});
  const { stdout } = await collect(process);
  const why = new TextDecoder().decode(stdout).trim();
  return why === "" ? undefined : why;
}

function startLocal(command: readonly string[], options: ExecOptions): Process {
  const [program = "", ...args] = command;
  let child: Deno.ChildProcess;
  try {
    child = spawnProgram(`Running "${program}"`, [program, ...args], {
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal is headcount's to handle, then the command's to be told.
      detached: true,
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
    });
  } catch (error) {
    return notStarted(command, error);
  }
  const writer = child.stdin.getWriter();
  const exit = child.status.then(async ({ code }) => {
    await writer.close().catch(() => {});
    return code;
  });
  const printed = (stream: ReadableStream<Uint8Array>) =>
    options.mayLeave ?? false ? ReadableStream.from(untilExit(stream, exit)) : stream;
  return {
    pid: Promise.resolve(child.pid),
    stdout: printed(child.stdout),
    stderr: printed(child.stderr),
    exit,
    write: (text) => writer.write(new TextEncoder().encode(text)),
    kill: (signal: Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It ended by itself in the meantime.
      }
      return Promise.resolve();
    },
  };
}

/** A shell says 127 for a command that is not there, and so does this. */
function notStarted(command: readonly string[], error: unknown): Process {
  const message = error instanceof Error ? error.message : String(error);
  const failed = new CommandError("Cannot start a command", command, 127, message);
  const pid = Promise.reject<number>(failed);
  pid.catch(() => {});
  return {
    pid,
    stdout: ReadableStream.from<Uint8Array>([]),
    stderr: ReadableStream.from([new TextEncoder().encode(message)]),
    exit: Promise.resolve(127),
    write: () => Promise.resolve(),
    kill: () => Promise.resolve(),
  };
}
