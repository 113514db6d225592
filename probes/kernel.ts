/**
 * Facts of the target's kernel, read through the target: Deno itself may not open /proc or /sys.
 *
 * @module
 */

import { Btf } from "./btf.ts";
import { BTF_IDS } from "./choose.ts";
import { CANDIDATE_FUNCTIONS, MAPPING_FUNCTIONS, PAGE_REF_FUNCTION } from "./eras.ts";
import { MachineryError } from "./failure.ts";
import { VMEMMAP_BASE } from "./page.ts";
import type { SymbolCounts, SymbolFacts } from "./symbols.ts";
import { CommandError, readBytes, readText, type Target } from "./targets/target.ts";
import { askTypes, TYPE_QUESTIONS, type TypeAnswers } from "./types.ts";

/** Every symbol that a plan asks for. */
const SYMBOLS: readonly string[] = [
  ...CANDIDATE_FUNCTIONS,
  ...MAPPING_FUNCTIONS,
  PAGE_REF_FUNCTION,
  VMEMMAP_BASE,
  BTF_IDS,
];

/** All that is asked, as text: facts that are kept are of use as long as that is the same. */
export const QUESTIONS: string = JSON.stringify([SYMBOLS, TYPE_QUESTIONS]);

/** What a kernel shows of itself: plain data, with which a plan can be made anywhere. */
export interface KernelFacts extends SymbolFacts {
  /** `uname -r`. */
  readonly release: string;
  /** `uname -v`. */
  readonly version: string;
  /** `uname -m`. */
  readonly machine: string;
  /** Bytes of a page. */
  readonly pageBytes: number;
  /** What its types answered. */
  readonly types: TypeAnswers;
  /** Version of the bpftrace that runs there, such as `0.17.0`. */
  readonly bpftrace: string;
  /** Its command line. */
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
  const [uname, page, commandLine, symbols, types, bpftrace] = await Promise.all([
    readText(target, ["uname", "-rvm"], "Asking for the kernel's release"),
    readText(target, ["getconf", "PAGESIZE"], "Asking for the page size"),
    readText(target, ["cat", "/proc/cmdline"], "Reading the kernel's command line"),
    readSymbols(target, SYMBOLS),
    readBtf(target).then(askTypes),
    readBpftraceVersion(target),
  ]);
  const [release = "", ...rest] = uname.trim().split(" ");
  return {
    release,
    version: rest.slice(0, -1).join(" "),
    machine: rest.at(-1) ?? "",
    pageBytes: Number(page),
    ...symbols,
    types,
    bpftrace,
    commandLine: commandLine.trim(),
  };
}

/**
 * Where a symbol of the kernel lies in the last 4 GiB of addresses, where x86-64 has all of them
 * (Documentation/arch/x86/x86_64/mm.rst); 0 where the kernel has none of the name. It is another after
 * each boot.
 */
export async function readAddress(target: Target, symbol: string): Promise<number> {
  const line = await readText(
    target,
    ["sh", "-c", 'grep -m 1 " $0$" /proc/kallsyms || test $? -eq 1', symbol],
    `Looking for ${symbol} in /proc/kallsyms`,
  );
  return addressIn(line);
}

/**
 * The lower 32 bits of the address that a line of kallsyms begins with; 0 where it begins with none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(addressIn("ffffffff81234560 T vmemmap_base"), 0x81234560);
 * assertEquals(addressIn(""), 0);
 * ```
 */
export function addressIn(line: string): number {
  return Number.parseInt(/^[0-9a-f]{8}([0-9a-f]{8})/.exec(line)?.[1] ?? "0", 16);
}

/** The model of the target's processors, as they name it; undefined where they do not. */
export async function readProcessor(target: Target): Promise<string | undefined> {
  const cpuinfo = await readText(target, ["cat", "/proc/cpuinfo"], "Reading /proc/cpuinfo");
  return /^model name\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.replaceAll(/\s+/g, " ").trim();
}

/**
 * Looks for symbols by name, and for the clones that the compiler made of them.
 *
 * @throws {MachineryError} when the kernel does not show what ftrace can trace.
 */
export async function readSymbols(target: Target, names: readonly string[]): Promise<SymbolFacts> {
  const wanted = `(${names.join("|")})(\\.[[:alnum:]_.]+)?([[:space:]]|$)`;
  const [symbols, traceable] = await Promise.all([
    // "ffffffff81234560 t name" or, in a module, "... t name\t[module]".
    grepNames(target, `^[[:xdigit:]]+ [[:alpha:]] ${wanted}`, "/proc/kallsyms"),
    readTraceable(target, `^${wanted}`),
  ]);
  return { symbols, traceable };
}

/** Counts the names in a file's lines that match. grep exits with 1 where there is none. */
async function grepNames(target: Target, pattern: string, path: string): Promise<SymbolCounts> {
  const found = await readText(
    target,
    ["sh", "-c", 'grep -E "$0" "$1" || test $? -eq 1', pattern, path],
    `Looking for functions in ${path}`,
  );
  return countNames(found);
}

/**
 * Counts the names in lines of kallsyms, or of available_filter_functions: a line's last word but for
 * the module.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const lines = "ffffffff81234560 t gup_pud_range\nffffffffc0123450 t ext4_map\t[ext4]\n";
 * assertEquals(countNames(lines), { gup_pud_range: 1, ext4_map: 1 });
 * ```
 */
export function countNames(lines: string): SymbolCounts {
  const counts = new Map<string, number>();
  for (const line of lines.split("\n")) {
    const words = line.trim().split(/\s+/);
    const name = words.findLast((word) => !/^\[.*\]$/.test(word)) ?? "";
    if (name !== "") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

async function readTraceable(target: Target, pattern: string): Promise<SymbolCounts> {
  for (const folder of ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]) {
    try {
      return await grepNames(target, pattern, `${folder}/available_filter_functions`);
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
    return new Btf(await readFar(target, BTF_PATH, "Reading the kernel's BTF"));
  } catch (error) {
    if (error instanceof TypeError) throw new MachineryError(error.message);
    if (!(error instanceof CommandError)) throw error;
    throw new MachineryError(
      `Cannot read the kernel's types: no ${BTF_PATH}; use a kernel with CONFIG_DEBUG_INFO_BTF`,
      error.stderr,
    );
  }
}

/** Reads a large file, compressed on a way that is long, where there is something to do it. */
async function readFar(target: Target, path: string, attempt: string): Promise<Uint8Array> {
  if (target.isFar !== true) return await readBytes(target, ["cat", path], attempt);
  const script = 'if command -v gzip >/dev/null; then exec gzip -c <"$0"; fi; exec cat "$0"';
  const bytes = await readBytes(target, ["sh", "-c", script, path], attempt);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = ReadableStream.from([new Uint8Array(bytes)])
    .pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).bytes();
}

async function readBpftraceVersion(target: Target): Promise<string> {
  try {
    const command = [...target.bpftrace, "--version"];
    const line = await readText(target, command, "Asking bpftrace its version");
    return line.trim().replace(/^bpftrace v?/, "");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new MachineryError(
      'Cannot trace: bpftrace does not run there; "./setup" installs what headcount needs',
      error.stderr,
    );
  }
}
