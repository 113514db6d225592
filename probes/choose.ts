/**
 * The function that plays a role on this kernel, and how it is probed; or why none does.
 *
 * @module
 */

import type { AbsentRole, AttachKind, Rejection, Role, RoleName } from "../recording/header.ts";
import type { BtfFunction, BtfReturn, TypeFacts } from "./btf.ts";
import type { Dialect } from "./dialect.ts";
import { type Candidate, type Meaning, type RoleEntry, ROLES } from "./eras.ts";
import { NOT_THERE, resolveFunction, type SymbolFacts } from "./symbols.ts";

/**
 * A symbol that is there since the kernel's own types have BTF ids (5.11), without which bpftrace
 * and libbpf cannot attach by fentry.
 */
export const BTF_IDS = "btf_module_notify";

/** The BPF trampoline behind fentry passes six arguments before 6.6. */
const MOST_FENTRY_ARGUMENTS = 6;

/**
 * Roles that are probed at their entry alone where there is no fentry: a kretprobe costs more than
 * the kprobe, and these run for each page or leaf.
 */
const ENTRY_IS_ENOUGH: readonly RoleName[] = [
  "grabOne",
  "grabBatch",
  "grabSlow",
  "hugeLeaf",
  "pmdLeaf",
  "pudLeaf",
  "pteLeaf",
];

/** Roles inside whose function that of another may run: their return must be seen. */
const OUTER_ROLES: ReadonlySet<RoleName> = new Set(
  Object.values(ROLES).flatMap(({ candidates }) => candidates.flatMap((it) => it.mayRunIn ?? [])),
);

/** A parameter that is read: its name, and its position from 0 on. */
export interface Argument {
  readonly name: string;
  readonly index: number;
}

/** A probed function and how it is read. */
export interface PlannedFunction {
  readonly role: RoleName;
  /** The name to attach to. */
  readonly symbol: string;
  readonly attach: AttachKind;
  /** The probe at its entry, as bpftrace names it. */
  readonly entry: string;
  /** The probe at its return. */
  readonly exit: string;
  readonly arguments: Readonly<Partial<Record<Meaning, Argument>>>;
  readonly returns: BtfReturn;
  /** Whether only its entry is probed, so that its success is not seen. */
  readonly entryOnly: boolean;
  /** A role whose function may call this one: what happens in there is not counted again. */
  readonly mayRunIn?: RoleName;
}

/** The functions of roles. */
export type PlannedFunctions = Readonly<Partial<Record<RoleName, PlannedFunction>>>;

/** What a choice is made from. */
export interface ChoiceContext {
  readonly facts: SymbolFacts;
  readonly types: TypeFacts;
  readonly dialect: Dialect;
  /** The functions of the roles before. */
  readonly planned: PlannedFunctions;
}

/** What became of a role. */
export interface Choice {
  readonly role: Role;
  readonly planned?: PlannedFunction;
}

/** Chooses the first of a role's candidates that can play it here. */
export function chooseFunction(name: RoleName, context: ChoiceContext): Choice {
  const entry = ROLES[name];
  const rejected: Rejection[] = [];
  for (const candidate of entry.candidates) {
    const fit = fitting(name, candidate, context);
    if ("planned" in fit) {
      const { symbol, attach, entryOnly } = fit.planned;
      const isEntryOnly = entryOnly ? { entryOnly } : {};
      return {
        planned: fit.planned,
        role: {
          kind: "probed",
          function: symbol,
          attach,
          ...isEntryOnly,
          why: fit.why,
          rejected,
        },
      };
    }
    rejected.push({ function: candidate.function, why: fit.why });
  }
  return { role: absentRole(entry, rejected, context) };
}

function absentRole(
  { cost, needed, absence }: RoleEntry,
  rejected: readonly Rejection[],
  { facts, planned }: ChoiceContext,
): AbsentRole {
  const isNormal = absence !== undefined &&
    ("withFunction" in absence
      ? facts.symbols[absence.withFunction] !== undefined
      : planned[absence.withoutRole] === undefined);
  if (isNormal) {
    return { kind: "absent", why: absence.why, cost: "nothing is lost", needed: false, rejected };
  }
  const missing = rejected.filter(({ why }) => why === NOT_THERE).map((it) => it.function);
  const whys = rejected.filter(({ why }) => why !== NOT_THERE)
    .map((it) => `${it.function} ${it.why}`);
  if (missing.length > 0) whys.push(`not in this kernel, or inlined: ${missing.join(", ")}`);
  return { kind: "absent", why: whys.join("; "), cost, needed, rejected };
}

/** How a candidate plays its role here, or why it cannot: the end of a sentence about it. */
function fitting(
  role: RoleName,
  candidate: Candidate,
  { facts, types, dialect }: ChoiceContext,
): { readonly planned: PlannedFunction; readonly why: string } | { readonly why: string } {
  const found = resolveFunction(candidate.function, facts, types);
  if (found.kind === "rejected") return found;
  const { symbol, prototype, remark } = found;
  if (prototype === undefined) return { why: "has no BTF, so its arguments cannot be read" };
  const missing = Object.values(candidate.parameters).find((name) =>
    !prototype.parameters.includes(name)
  );
  if (missing !== undefined) {
    return { why: `takes no "${missing}" here, but ${prototype.parameters.join(", ")}` };
  }
  const noFentry = ROLES[role].rare === true
    ? "it runs rarely"
    : symbol !== candidate.function
    ? "it is a clone"
    : facts.symbols[BTF_IDS] === undefined
    ? "this kernel's BTF has no ids"
    : prototype.parameters.length > MOST_FENTRY_ARGUMENTS
    ? `it takes ${prototype.parameters.length} arguments`
    : undefined;
  const attach = noFentry === undefined ? "fentry" : "kprobe";
  const { entry, exit } = dialect.providers[attach];
  // A function called another one in kernels that have BTF ids: an older one does not.
  const mayNest = facts.symbols[BTF_IDS] !== undefined;
  const mayRunIn = mayNest ? candidate.mayRunIn : undefined;
  const entryOnly = attach === "kprobe" && ENTRY_IS_ENOUGH.includes(role) &&
    !(mayNest && OUTER_ROLES.has(role));
  const read = argumentsOf({ ...candidate.parameters, ...candidate.optional }, prototype);
  const names = Object.values(read).map(({ name }) => name);
  return {
    planned: {
      role,
      symbol,
      attach,
      entry: `${entry}:${symbol}`,
      exit: `${exit}:${symbol}`,
      arguments: read,
      returns: prototype.returns,
      entryOnly,
      ...(mayRunIn === undefined ? {} : { mayRunIn }),
    },
    why: [
      candidate.era,
      ...(remark === undefined ? [] : [remark]),
      ...(names.length === 0 ? [] : [`reads ${names.join(", ")}`]),
      ...(noFentry === undefined ? [] : [`no fentry: ${noFentry}`]),
      ...(entryOnly ? ["its success is not seen"] : []),
    ].join("; "),
  };
}

/** Where the parameters that are read stand, those that this kernel lacks left out. */
function argumentsOf(
  names: Candidate["parameters"],
  { parameters }: BtfFunction,
): PlannedFunction["arguments"] {
  const places = Object.entries(names).map(([meaning, name]) =>
    [meaning, { name, index: parameters.indexOf(name) }] as const
  );
  return Object.fromEntries(places.filter(([, { index }]) => index >= 0));
}
