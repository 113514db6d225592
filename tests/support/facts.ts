/**
 * What kernels show of themselves, as fixtures: the facts that `deno task plan --json` prints, which
 * it read on real kernels. See fixtures/README.md.
 *
 * @module
 */

import type { BtfFunction } from "../../probes/btf.ts";
import type { KernelFacts } from "../../probes/kernel.ts";
import type { SymbolFacts } from "../../probes/symbols.ts";

const FOLDER = new URL("../fixtures/facts/", import.meta.url);

/** Names of all fixtures. */
export async function factsNames(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name);
  return files.map((name) => name.replace(/\.json$/, "")).sort();
}

/** Reads a fixture. */
export async function readFacts(name: string): Promise<KernelFacts> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, FOLDER)));
}

/** Symbols of functions that no plan asks for, and their prototypes, as a real kernel has them. */
export interface Specimens extends SymbolFacts {
  readonly functions: Readonly<Record<string, BtfFunction | null>>;
}

/** Reads specimens, which specimens.ts made. */
export async function readSpecimens(name: string): Promise<Specimens> {
  const url = new URL(`../fixtures/symbols/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

/** A kernel without a symbol. */
export function withoutSymbol(facts: KernelFacts, name: string): KernelFacts {
  const { [name]: _, ...symbols } = facts.symbols;
  return { ...untraceable(facts, name), symbols };
}

/** A kernel with a symbol that ftrace cannot trace. */
export function untraceable(facts: KernelFacts, name: string): KernelFacts {
  const { [name]: _, ...traceable } = facts.traceable;
  return { ...facts, traceable };
}

/** A kernel on which a function has another name, as the compiler's clones do. */
export function renamed(facts: KernelFacts, name: string, symbol: string): KernelFacts {
  const { symbols, traceable, ...rest } = withoutSymbol(facts, name);
  return {
    ...rest,
    symbols: { ...symbols, [symbol]: 1 },
    traceable: { ...traceable, [symbol]: 1 },
  };
}
