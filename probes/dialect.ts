/**
 * What differs between versions of bpftrace: words of its language, options and variables. Tried with
 * 0.17, 0.23 and 0.27, the ones that Debian 12, 13 and 14 have.
 *
 * @module
 */

import type { AttachKind } from "../recording/header.ts";

/** A generation of bpftrace. */
export interface Dialect {
  /** Versions that it serves, in a few words. */
  readonly name: string;
  /** Provider of a probe at a function's entry and at its return, for each kind of attachment. */
  readonly providers: Readonly<
    Record<AttachKind, { readonly entry: string; readonly exit: string }>
  >;
  /** What a program begins with. */
  readonly preamble: string;
  /** Options beside those that all versions have. */
  readonly options: readonly string[];
  /** Where the kernel keeps the address of the first struct page: an expression. */
  readonly vmemmapBase: string;
  /** Variable that says how many keys a map can hold. */
  readonly mapKeys: string;
  /** Whether it prints its maps while it goes on, when SIGUSR1 asks for them. */
  readonly isAskable: boolean;
}

const KPROBE = { entry: "kprobe", exit: "kretprobe" } as const;

const OLD: Dialect = {
  name: "before 0.22",
  providers: { kprobe: KPROBE, fentry: { entry: "kfunc", exit: "kretfunc" } },
  preamble: "",
  // A helper that fails, such as for a full map, is told only if it is asked for.
  options: ["-k"],
  // Given: for each kaddr() that is written, all symbols are read anew.
  vmemmapBase: "($4 - 0x100000000)",
  mapKeys: "BPFTRACE_MAP_KEYS_MAX",
  isAskable: true,
};

const NEW: Dialect = {
  name: "0.22 on",
  providers: { kprobe: KPROBE, fentry: { entry: "fentry", exit: "fexit" } },
  // The default since 0.24; before, a probe that cannot be attached may be left out with a warning.
  preamble: 'config = { missing_probes = "error" }\n',
  // Failing helpers are told without being asked; with -k every absent key of a map is, too (0.23).
  options: [],
  // 0.27 reads nothing through a number that it is given.
  vmemmapBase: 'kaddr("vmemmap_base")',
  mapKeys: "BPFTRACE_MAX_MAP_KEYS",
  // 0.23 and 0.27 printed nothing in a minute.
  isAskable: false,
};

/** The dialect of a version, such as `0.17.0`. */
export function dialectOf(version: string): Dialect {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major > 0 || minor >= 22 ? NEW : OLD;
}
