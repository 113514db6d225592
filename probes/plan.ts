/**
 * Kernel facts to a plan: what is probed, how, what is not and why.
 *
 * @module
 */

import type { PlanFlags, PlanSummary, Role, RoleName, Scope } from "../recording/header.ts";
import type { TypeFacts } from "./btf.ts";
import { BTF_IDS, chooseFunction, type PlannedFunction, type PlannedFunctions } from "./choose.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { MAPPING_FUNCTIONS, OLD_FLAGS, PAGE_REF_FUNCTION } from "./eras.ts";
import { MachineryError } from "./failure.ts";
import { BTF_PATH, type KernelFacts } from "./kernel.ts";
import { type PageFacts, pageFacts } from "./page.ts";
import { RUNS_PER_CALL } from "./script/state.ts";
import { answeredTypes, MISSES_FIELD } from "./types.ts";

/** What is probed on a kernel. */
export interface Plan {
  readonly summary: PlanSummary;
  readonly functions: PlannedFunctions;
  readonly page: PageFacts;
  readonly dialect: Dialect;
  /** Functions in which changes of `_refcount` are not counted; empty without page_ref. */
  readonly mapping: readonly string[];
  /** Whose calls are seen. */
  readonly scope: Scope;
  /** Variables that bpftrace needs on this kernel. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a plan may choose. */
export interface PlanWish {
  /**
   * Whose puts are recorded: on a machine where others pin as well, only those of pages of the
   * device are.
   */
  readonly putsOf: "device" | "all";
  /** Whether the page_ref tracepoints are counted where the kernel has them; default yes. */
  readonly pageRef?: boolean;
  /** Whose calls are seen; default `buffer`. */
  readonly scope?: Scope;
  /** Whether calls tell the pages that they handed back; default no. */
  readonly checkPages?: boolean;
  /** Whether calls are counted by the stack that they come from; default no. */
  readonly stacks?: boolean;
}

/**
 * Chooses a function for each role.
 *
 * @throws {MachineryError} when the entry or the layout of struct page cannot be found: no verdict
 * could ever come of it.
 */
export function makePlan(facts: KernelFacts, wish: PlanWish): Plan {
  const types = answeredTypes(facts.types);
  const dialect = dialectOf(facts.bpftrace);
  const functions: Partial<Record<RoleName, PlannedFunction>> = {};
  const roleOf = (name: RoleName): Role => {
    const choice = chooseFunction(name, { facts, types, dialect, planned: functions });
    if (choice.planned !== undefined) functions[name] = choice.planned;
    return choice.role;
  };
  const roles: Readonly<Record<RoleName, Role>> = {
    entry: roleOf("entry"),
    hugeLeaf: roleOf("hugeLeaf"),
    pmdLeaf: roleOf("pmdLeaf"),
    pudLeaf: roleOf("pudLeaf"),
    pteLeaf: roleOf("pteLeaf"),
    grabOne: roleOf("grabOne"),
    grabBatch: roleOf("grabBatch"),
    grabSlow: roleOf("grabSlow"),
    lookup: roleOf("lookup"),
    put: roleOf("put"),
    unpin: roleOf("unpin"),
    undo: roleOf("undo"),
    slowPath: roleOf("slowPath"),
  };
  if (roles.entry.kind === "absent") {
    throw new MachineryError(`Cannot trace gup-fast on "${facts.release}": ${roles.entry.why}`);
  }
  if (wish.checkPages === true && functions.entry?.arguments.array === undefined) {
    throw new MachineryError(
      `Cannot check pages on "${facts.release}": it does not show where ${functions.entry?.symbol} puts them; without --check-pages it can be traced`,
    );
  }
  const page = pageFacts(facts, types, dialect);
  const pageRef = wish.pageRef !== false && facts.symbols[PAGE_REF_FUNCTION] !== undefined;
  return {
    summary: {
      roles,
      flags: flags(types),
      structPageBytes: page.structPageBytes,
      pageRef,
      countsMisses: types.hasField(...MISSES_FIELD),
      runsPerCall: RUNS_PER_CALL,
      putsOfDeviceOnly: wish.putsOf === "device",
      ...(wish.checkPages === true ? { checksPages: true } : {}),
      ...(wish.stacks === true ? { countsStacks: true } : {}),
    },
    functions,
    page,
    dialect,
    scope: wish.scope ?? "buffer",
    mapping: MAPPING_FUNCTIONS.filter((name) => pageRef && facts.traceable[name] === 1),
    // Without BTF ids bpftrace does not find the kernel's types by itself (0.17 on 5.10); where it
    // does, being told turns its fentry off.
    environment: facts.symbols[BTF_IDS] === undefined ? { BPFTRACE_BTF: BTF_PATH } : {},
  };
}

function flags(types: TypeFacts): PlanFlags {
  return {
    get: types.enumerator("FOLL_GET") ?? OLD_FLAGS.get,
    pin: types.enumerator("FOLL_PIN") ?? OLD_FLAGS.pin,
    write: types.enumerator("FOLL_WRITE") ?? OLD_FLAGS.write,
    longterm: types.enumerator("FOLL_LONGTERM") ?? OLD_FLAGS.longterm,
  };
}
