/**
 * Everything that a plan asks of a kernel's types, answered at once: plain data that can be kept,
 * shown and planned with again on another machine.
 *
 * @module
 */

import type { BtfFunction, TypeFacts } from "./btf.ts";
import { CANDIDATE_FUNCTIONS } from "./eras.ts";

/** A kernel's answers; `null` for what it does not have. */
export interface TypeAnswers {
  /** Bytes of structs. */
  readonly structBytes: Readonly<Record<string, number | null>>;
  /** Whether there is a field by this path, such as `page.flags.f`. */
  readonly fields: Readonly<Record<string, boolean>>;
  /** Values of enumerators. */
  readonly enumerators: Readonly<Record<string, number | null>>;
  /** Prototypes of the candidates of all roles. */
  readonly functions: Readonly<Record<string, BtfFunction | null>>;
}

const STRUCTS: readonly string[] = ["page"];

/**
 * The kernel that shows this count (6.7 on) is also the one that counts runs that it skips of any
 * program on a kprobe or a tracepoint (kernel/trace/bpf_trace.c, trace_call_bpf); of fentry it counts
 * them since 5.12.
 */
export const MISSES_FIELD = ["bpf_link_info", "perf_event", "kprobe", "missed"] as const;

const FIELDS: readonly string[] = [
  MISSES_FIELD.join("."),
  "page.compound_head",
  "page.compound_info",
  "page.compound_order",
  "page.flags.f",
  "folio._flags_1",
  "folio._folio_order",
];

/**
 * Set in the flags of a bio whose pages are pinned, not got (include/linux/blk_types.h, 6.5 on): a kernel
 * that has it pins the memory of O_DIRECT.
 */
export const BIO_PINNED = "BIO_PAGE_PINNED";

const ENUMERATORS: readonly string[] = [
  BIO_PINNED,
  "PG_head",
  "FOLL_GET",
  "FOLL_PIN",
  "FOLL_WRITE",
  "FOLL_LONGTERM",
];

/** Everything that is asked. */
export const TYPE_QUESTIONS: readonly (readonly string[])[] = [
  STRUCTS,
  FIELDS,
  ENUMERATORS,
  CANDIDATE_FUNCTIONS,
];

/** Asks everything. */
export function askTypes(types: TypeFacts): TypeAnswers {
  const answers = <T>(questions: readonly string[], ask: (question: string) => T) =>
    Object.fromEntries(questions.map((question) => [question, ask(question)]));
  return {
    structBytes: answers(STRUCTS, (name) => types.structBytes(name) ?? null),
    fields: answers(FIELDS, (path) => {
      const [struct = "", ...rest] = path.split(".");
      return types.hasField(struct, ...rest);
    }),
    enumerators: answers(ENUMERATORS, (name) => types.enumerator(name) ?? null),
    functions: answers(CANDIDATE_FUNCTIONS, (name) => types.function(name) ?? null),
  };
}

/**
 * Answers as a kernel's types.
 *
 * @throws {RangeError} at a question that was not asked then: not knowing differs from not having.
 */
export function answeredTypes(answers: TypeAnswers): TypeFacts {
  const answer = <T>(answers: Readonly<Record<string, T>>, question: string): T => {
    const known = Object.hasOwn(answers, question) ? answers[question] : undefined;
    if (known === undefined) throw new RangeError(`Cannot tell "${question}": it was not asked`);
    return known;
  };
  return {
    structBytes: (name) => answer(answers.structBytes, name) ?? undefined,
    hasField: (struct, ...path) => answer(answers.fields, [struct, ...path].join(".")),
    enumerator: (name) => answer(answers.enumerators, name) ?? undefined,
    function: (name) => answer(answers.functions, name) ?? undefined,
  };
}
