/**
 * A kernel function as the running kernel has it: by its own name, as a clone that the compiler
 * made, several times, or not at all.
 *
 * @module
 */

import type { BtfFunction, TypeFacts } from "./btf.ts";

/** Names of symbols, and how often each occurs. */
export type SymbolCounts = Readonly<Record<string, number>>;

/** What a kernel shows of its functions. */
export interface SymbolFacts {
  /** Names in kallsyms, clones under their own. */
  readonly symbols: SymbolCounts;
  /** Those that ftrace can trace, so that a probe can be attached. */
  readonly traceable: SymbolCounts;
}

/** Why a function is rejected that kallsyms does not name. */
export const NOT_THERE = "is not in this kernel or was inlined";

/** What a probe by a function's name would come upon. */
export type Resolution =
  | {
    readonly kind: "found";
    /** The name to attach to: the function's own, or its only clone's. */
    readonly symbol: string;
    /** Absent where BTF does not have it: then its arguments cannot be read. */
    readonly prototype?: BtfFunction;
    /** What to know of it. */
    readonly remark?: string;
  }
  | {
    readonly kind: "rejected";
    /** The end of a sentence that begins with the function's name. */
    readonly why: string;
  };

/**
 * Finds a function.
 *
 * The compiler makes clones (GCC's `-fipa-cp`, `-fipa-sra`, `-fpartial-inlining`; clang's LTO):
 *
 * - `.cold` holds the unlikely end of a function, or of a clone: it is not another one.
 * - `.part.N` holds the likely rest of a function whose beginning was inlined where it is called:
 *   such calls never reach the function itself.
 * - `.isra.N` and `.constprop.N` have other arguments than the source says. Pahole describes such a
 *   function under its source name only where the arguments that are left are where they belong
 *   (`--btf_features=optimized_func`), so BTF without a symbol of that name vouches for the clone.
 * - `.llvm.N` is the function itself, renamed.
 */
export function resolveFunction(
  name: string,
  { symbols, traceable }: SymbolFacts,
  types: Pick<TypeFacts, "function">,
): Resolution {
  const times = symbols[name] ?? 0;
  const clones = Object.keys(symbols)
    .filter((symbol) => symbol.startsWith(`${name}.`) && !/\.cold(\.\d+)?$/.test(symbol));
  const [part] = clones.filter((clone) => /\.part\.\d+/.test(clone));
  const rebuilt = clones.filter((clone) => /\.(isra|constprop|llvm)\.\d+/.test(clone));
  const [clone] = rebuilt;
  if (times > 1) {
    return rejected(`is the name of ${times} functions, and a probe by name would see one of them`);
  }
  if (part !== undefined) {
    return rejected(
      times === 1
        ? `is in part inlined where it is called: some of its calls go to ${part} at once`
        : `was inlined but for ${part}, which only some of its calls reach`,
    );
  }
  if (clone === undefined) {
    return times === 1 ? attachable(name, traceable, types.function(name)) : rejected(NOT_THERE);
  }
  if (times === 1) {
    return rejected(`is also there as ${clone}: a probe would see only some of its calls`);
  }
  const copies = rebuilt.reduce((sum, it) => sum + (symbols[it] ?? 0), 0);
  if (copies > 1) return rejected(`is there only as ${copies} clones, such as ${clone}`);
  const found = attachable(clone, traceable, types.function(name));
  return found.kind === "found"
    ? { ...found, remark: `as ${clone}, a clone that the compiler made` }
    : rejected(`is there only as ${clone}, which ${found.why}`);
}

function attachable(
  symbol: string,
  traceable: SymbolCounts,
  prototype: BtfFunction | undefined,
): Resolution {
  if ((traceable[symbol] ?? 0) === 0) return rejected("is in kallsyms, but ftrace cannot trace it");
  return { kind: "found", symbol, ...(prototype === undefined ? {} : { prototype }) };
}

function rejected(why: string): Extract<Resolution, { kind: "rejected" }> {
  return { kind: "rejected", why };
}
