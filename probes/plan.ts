/**
 * Kernel facts to a plan: what is probed, how, what is not and why.
 *
 * @module
 */

import type { AttachKind, PlanFlags, PlanSummary, Role, RoleName } from "../recording/header.ts";
import type { BtfFunction } from "./btf.ts";
import { type Candidate, OLD_FLAGS, type RoleEntry, ROLES } from "./eras.ts";
import { MachineryError } from "./failure.ts";
import { BTF_IDS, BTF_PATH, type KernelFacts } from "./kernel.ts";

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

/** A probed function and what is known of its prototype. */
export interface PlannedFunction {
  readonly role: RoleName;
  readonly name: string;
  readonly attach: AttachKind;
  readonly prototype: BtfFunction;
}

/** What is probed on a kernel. */
export interface Plan {
  readonly summary: PlanSummary;
  readonly functions: Readonly<Partial<Record<RoleName, PlannedFunction>>>;
  readonly page: PageFacts;
  /** Variables that bpftrace needs on this kernel. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The BPF trampoline behind fentry passes six arguments before 6.6. */
const MOST_FENTRY_ARGUMENTS = 6;

/**
 * Chooses a function for each role.
 *
 * @throws {MachineryError} when the entry or the layout of struct page cannot be found: no verdict
 * could ever come of it.
 */
export function makePlan(facts: KernelFacts): Plan {
  const functions: Partial<Record<RoleName, PlannedFunction>> = {};
  const roles: Partial<Record<RoleName, Role>> = {};
  for (const entry of ROLES) {
    const chosen = choose(entry, facts);
    if ("prototype" in chosen) {
      functions[entry.role] = chosen.function;
      roles[entry.role] = chosen.role;
    } else roles[entry.role] = chosen.role;
  }
  const page = pageFacts(facts);
  return {
    summary: {
      roles: roles as Readonly<Record<RoleName, Role>>,
      flags: flags(facts),
      structPageBytes: page.structPageBytes,
    },
    functions,
    page,
    // Without BTF ids bpftrace does not find the kernel's types by itself (0.17 on 5.10); where it
    // does, being told turns its fentry off.
    environment: facts.symbols.has(BTF_IDS) ? {} : { BPFTRACE_BTF: BTF_PATH },
  };
}

type Choice =
  | { readonly role: Role; readonly function: PlannedFunction; readonly prototype: true }
  | { readonly role: Role };

function choose(entry: RoleEntry, facts: KernelFacts): Choice {
  const { role, cost, needed, absence } = entry;
  const whys: string[] = [];
  for (const candidate of entry.candidates) {
    const why = rejection(candidate, facts);
    if (why !== undefined) {
      whys.push(why);
      continue;
    }
    const prototype = facts.btf.function(candidate.function) ??
      { parameters: [], returns: "other" };
    const attach = attachKind(facts, role, prototype);
    return {
      prototype: true,
      function: { role, name: candidate.function, attach, prototype },
      role: { kind: "probed", function: candidate.function, attach, why: candidate.era },
    };
  }
  if (absence !== undefined && facts.symbols.has(absence.when)) {
    return { role: { kind: "absent", why: absence.why, cost: "nothing is lost", needed: false } };
  }
  if (role === "entry") {
    throw new MachineryError(`Cannot trace gup-fast on "${facts.release}": ${whys.join("; ")}`);
  }
  return { role: { kind: "absent", why: whys.join("; "), cost, needed } };
}

/** Why a candidate cannot play its role here; undefined if it can. */
function rejection(candidate: Candidate, facts: KernelFacts): string | undefined {
  const name = candidate.function;
  if (!facts.symbols.has(name)) return `${name} is not in this kernel or was inlined`;
  if (!facts.traceable.has(name)) return `${name} cannot be traced`;
  const other = candidate.unless?.find((other) => facts.symbols.has(other));
  if (other !== undefined) return `${name} is not the fast path's where ${other} exists`;
  const prototype = facts.btf.function(name);
  if (prototype === undefined) return `${name} has no BTF`;
  const pointee = prototype.parameters[0]?.pointee;
  if (candidate.first !== undefined && pointee !== candidate.first) {
    return `${name} takes a ${pointee ?? "number"} here, not a ${candidate.first}`;
  }
  return undefined;
}

function attachKind(facts: KernelFacts, role: RoleName, prototype: BtfFunction): AttachKind {
  const possible = facts.symbols.has(BTF_IDS) &&
    prototype.parameters.length <= MOST_FENTRY_ARGUMENTS;
  // The slow path needs its own entry and return and is rare: a kprobe on every kernel.
  return possible && role !== "slowPath" ? "fentry" : "kprobe";
}

function flags({ btf }: KernelFacts): PlanFlags {
  return {
    get: btf.enumerator("FOLL_GET") ?? OLD_FLAGS.get,
    pin: btf.enumerator("FOLL_PIN") ?? OLD_FLAGS.pin,
    write: btf.enumerator("FOLL_WRITE") ?? OLD_FLAGS.write,
    longterm: btf.enumerator("FOLL_LONGTERM") ?? OLD_FLAGS.longterm,
  };
}

/** Finds how this kernel lays out struct page, from BTF alone. */
function pageFacts({ btf, symbols, release }: KernelFacts): PageFacts {
  const structPageBytes = btf.structBytes("page");
  const headBit = btf.enumerator("PG_head");
  const linkMayBeMask = btf.hasField("page", "compound_info");
  const order = orderExpression(btf, structPageBytes ?? 0);
  const unknown = structPageBytes === undefined
    ? "the size of struct page"
    : headBit === undefined
    ? "PG_head"
    : !linkMayBeMask && !btf.hasField("page", "compound_head")
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
    flags: btf.hasField("page", "flags", "f") ? "flags.f" : "flags",
    headBit,
    order,
    // Without the variable (no CONFIG_DYNAMIC_MEMORY_LAYOUT) it is where x86-64 has it with
    // four-level page tables, Documentation/arch/x86/x86_64/mm.rst.
    vmemmap: symbols.has("vmemmap_base")
      ? '*(uint64 *)kaddr("vmemmap_base")'
      : "(uint64)0xffffea0000000000",
  };
}

function orderExpression(btf: KernelFacts["btf"], structPageBytes: number): string | undefined {
  if (btf.hasField("folio", "_folio_order")) return "((struct folio *)$head)->_folio_order";
  if (btf.hasField("page", "compound_order")) {
    return `((struct page *)($head + ${structPageBytes}))->compound_order`;
  }
  // 6.6 on: the low byte of the first tail's flags.
  if (btf.hasField("folio", "_flags_1")) return "((struct folio *)$head)->_flags_1 & 0xff";
  return undefined;
}
