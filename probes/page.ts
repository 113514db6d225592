/**
 * How this kernel lays out struct page, from its BTF alone: what leads from a page's address to its
 * pfn, head and order.
 *
 * @module
 */

import type { TypeFacts } from "./btf.ts";
import type { Dialect } from "./dialect.ts";
import { MachineryError } from "./failure.ts";

/** How page facts are read on this kernel, as expressions of bpftrace over `$page` and `$head`. */
export interface PageFacts {
  readonly structPageBytes: number;
  /** The word that links a tail to its head. */
  readonly link: string;
  /** Whether that word can be a mask (7.x) instead of the head's address. */
  readonly linkMayBeMask: boolean;
  /** The flags word of a page. */
  readonly flags: string;
  /** Number of the PG_head bit in it. */
  readonly headBit: number;
  /** log2 of the pages behind a compound head. */
  readonly order: string;
  /** Address of the first struct page: an expression. */
  readonly vmemmap: string;
}

/** What of a kernel's facts tells its struct page. */
export interface PageSources {
  readonly release: string;
  readonly machine: string;
  readonly symbols: Readonly<Record<string, number>>;
}

/** The variable that holds the address of the first struct page, arch/x86/mm/kaslr.c. */
export const VMEMMAP_BASE = "vmemmap_base";

/**
 * Finds how this kernel lays out struct page.
 *
 * @throws {MachineryError} when its BTF does not tell, or on another machine than x86-64.
 */
export function pageFacts(
  sources: PageSources,
  types: TypeFacts,
  { vmemmapBase }: Pick<Dialect, "vmemmapBase">,
): PageFacts {
  const { release, machine, symbols } = sources;
  if (machine !== "x86_64") {
    throw new MachineryError(
      `Cannot read struct page of "${release}": its machine is "${machine}", and where struct pages begin is known for x86_64 only`,
    );
  }
  const structPageBytes = types.structBytes("page");
  const headBit = types.enumerator("PG_head");
  const linkMayBeMask = types.hasField("page", "compound_info");
  const order = orderExpression(types, structPageBytes ?? 0);
  const unknown = structPageBytes === undefined
    ? "the size of struct page"
    : headBit === undefined
    ? "PG_head"
    : !linkMayBeMask && !types.hasField("page", "compound_head")
    ? "page.compound_head"
    : order === undefined
    ? "the order of a compound page"
    : undefined;
  if (structPageBytes === undefined || headBit === undefined || order === undefined || unknown) {
    throw new MachineryError(
      `Cannot read struct page of "${release}": its BTF does not tell ${unknown ?? "its layout"}`,
    );
  }
  return {
    structPageBytes,
    link: linkMayBeMask ? "compound_info" : "compound_head",
    linkMayBeMask,
    // A struct of one word from 6.18 on.
    flags: types.hasField("page", "flags", "f") ? "flags.f" : "flags",
    headBit,
    order,
    // Without the variable (no CONFIG_DYNAMIC_MEMORY_LAYOUT) it is where x86-64 has it with
    // four-level page tables, Documentation/arch/x86/x86_64/mm.rst.
    vmemmap: symbols[VMEMMAP_BASE] === undefined
      ? "(uint64)0xffffea0000000000"
      : `*(uint64 *)${vmemmapBase}`,
  };
}

function orderExpression(types: TypeFacts, structPageBytes: number): string | undefined {
  // 5.18 to 6.5.
  if (types.hasField("folio", "_folio_order")) return "((struct folio *)$head)->_folio_order";
  // Up to 5.17, in the first tail.
  if (types.hasField("page", "compound_order")) {
    return `((struct page *)($head + ${structPageBytes}))->compound_order`;
  }
  // 6.6 on: the low byte of the first tail's flags.
  if (types.hasField("folio", "_flags_1")) return "((struct folio *)$head)->_flags_1 & 0xff";
  return undefined;
}
