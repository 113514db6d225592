/**
 * Facts of the target's kernel, read through the target: Deno itself may not open /proc or /sys.
 *
 * @module
 */

import { Btf, type TypeFacts } from "./btf.ts";
import { CANDIDATE_FUNCTIONS } from "./eras.ts";
import { MachineryError } from "./failure.ts";
import { CommandError, readBytes, readText, type Target } from "./targets/target.ts";

/**
 * A symbol that is there since the kernel's own types have BTF ids (5.11), without which bpftrace
 * and libbpf cannot attach by fentry.
 */
export const BTF_IDS = "btf_module_notify";

/** Symbols that are looked for beside the candidates of the roles. */
const OTHER_SYMBOLS: readonly string[] = ["vmemmap_base", BTF_IDS];

/** What a kernel shows of itself. */
export interface KernelFacts {
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly pageBytes: number;
  /** Which of the wanted symbols are in kallsyms. */
  readonly symbols: ReadonlySet<string>;
  /** Which of the wanted functions ftrace can trace. */
  readonly traceable: ReadonlySet<string>;
  readonly btf: TypeFacts;
  /** Version of the bpftrace that runs there, such as `0.17.0`. */
  readonly bpftrace: string;
  readonly commandLine: string;
}

/** Where a kernel shows its types. */
export const BTF_PATH = "/sys/kernel/btf/vmlinux";

/**
 * Reads what the plan needs to know.
 *
 * @throws {MachineryError} when the kernel or the machine lacks something that no plan can do
 * without; the message says what.
 */
export async function readKernelFacts(target: Target): Promise<KernelFacts> {
  const wanted = [...CANDIDATE_FUNCTIONS, ...OTHER_SYMBOLS].join("|");
  const [uname, page, commandLine, symbols, traceable, btf, bpftrace] = await Promise.all([
    readText(target, ["uname", "-rvm"], "Asking for the kernel's release"),
    readText(target, ["getconf", "PAGESIZE"], "Asking for the page size"),
    readText(target, ["cat", "/proc/cmdline"], "Reading the kernel's command line"),
    grepNames(target, wanted, "/proc/kallsyms"),
    readTraceable(target, wanted),
    readBtf(target),
    readBpftraceVersion(target),
  ]);
  const [release = "", ...rest] = uname.trim().split(" ");
  return {
    release,
    version: rest.slice(0, -1).join(" "),
    machine: rest.at(-1) ?? "",
    pageBytes: Number(page),
    symbols,
    traceable,
    btf,
    bpftrace,
    commandLine: commandLine.trim(),
  };
}

/** Names that stand in a file as words of their own. grep exits with 1 where there is none. */
async function grepNames(target: Target, names: string, path: string): Promise<Set<string>> {
  const found = await readText(
    target,
    ["sh", "-c", 'grep -woE "$0" "$1" || test $? -eq 1', names, path],
    `Looking for functions in ${path}`,
  );
  return new Set(found.split("\n").filter((name) => name !== ""));
}

async function readTraceable(target: Target, names: string): Promise<Set<string>> {
  for (const folder of ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]) {
    try {
      return await grepNames(target, names, `${folder}/available_filter_functions`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  throw new MachineryError(
    "Cannot tell which kernel functions can be traced: no available_filter_functions in tracefs; mount it (mount -t tracefs tracefs /sys/kernel/tracing) or use a kernel with CONFIG_KPROBES and CONFIG_DYNAMIC_FTRACE",
  );
}

async function readBtf(target: Target): Promise<Btf> {
  try {
    return new Btf(await readBytes(target, ["cat", BTF_PATH], "Reading the kernel's BTF"));
  } catch (error) {
    if (error instanceof TypeError) throw new MachineryError(error.message);
    if (!(error instanceof CommandError)) throw error;
    throw new MachineryError(
      `Cannot read the kernel's types: no ${BTF_PATH}; use a kernel with CONFIG_DEBUG_INFO_BTF`,
      error.stderr,
    );
  }
}

async function readBpftraceVersion(target: Target): Promise<string> {
  try {
    const line = await readText(target, ["bpftrace", "--version"], "Asking bpftrace its version");
    return line.trim().replace(/^bpftrace v?/, "");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new MachineryError(
      'Cannot trace: bpftrace does not run there; "./setup" installs what headcount needs',
      error.stderr,
    );
  }
}
