/**
 * Which kernel function plays which role, by generation, and what its arguments mean.
 *
 * A role is given to the first candidate that the running kernel shows: its version is never asked.
 * Read from mm/gup.c and mm/memremap.c of 5.10, 6.1, 6.12 and 7.3.
 *
 * @module
 */

import type { RoleName } from "../recording/header.ts";

/** A function that can play a role. */
export interface Candidate {
  readonly function: string;
  /** Kernels that have it in this role. */
  readonly era: string;
  /** Played only if none of these functions exists; they take the role in another sense. */
  readonly unless?: readonly string[];
  /** The struct that its first argument must point to, where the name changed its meaning. */
  readonly first?: "page" | "folio";
}

/** A role: its candidates, newest first, and what it costs to be without. */
export interface RoleEntry {
  readonly role: RoleName;
  readonly candidates: readonly Candidate[];
  /** What cannot be told without it. */
  readonly cost: string;
  /** Whether a verdict without it would not be sound. */
  readonly needed: boolean;
  /** Where absence is the normal state of some kernels: why. */
  readonly absence?: { readonly when: string; readonly why: string };
}

/** Every role that is probed. */
export const ROLES: readonly RoleEntry[] = [
  {
    role: "entry",
    candidates: [
      { function: "gup_fast_fallback", era: "6.10 on" },
      { function: "internal_get_user_pages_fast", era: "5.6 to 6.9" },
    ],
    cost: "calls cannot be seen",
    needed: true,
  },
  {
    role: "hugeLeaf",
    candidates: [
      { function: "gup_fast_devmap_leaf", era: "6.10 to 6.16" },
      { function: "__gup_device_huge", era: "5.4 to 6.9" },
    ],
    cost: "the leaf level is taken from the device's align",
    needed: false,
  },
  {
    role: "grabOne",
    candidates: [
      { function: "try_grab_page", era: "5.6 to 6.9", unless: ["try_grab_folio_fast"] },
    ],
    cost: "grabs of single pages cannot be seen",
    needed: true,
    absence: {
      when: "try_grab_folio_fast",
      why: "every grab of the fast path goes through try_grab_folio_fast",
    },
  },
  {
    role: "grabBatch",
    candidates: [
      { function: "try_grab_folio_fast", era: "6.10 on" },
      { function: "try_grab_folio", era: "5.18 to 6.9", first: "page" },
      { function: "try_grab_compound_head", era: "5.7 to 5.17" },
    ],
    cost: "batched grabs cannot be seen",
    needed: true,
  },
  {
    role: "grabSlow",
    candidates: [
      {
        function: "try_grab_folio",
        era: "6.10 on",
        first: "folio",
      },
    ],
    cost: "what the slow path grabs cannot be seen",
    needed: true,
    absence: {
      when: "try_grab_page",
      why: "the slow path uses the fast path's grab functions",
    },
  },
  {
    role: "lookup",
    candidates: [{ function: "get_dev_pagemap", era: "4.15 on" }],
    cost: "look-ups of the pgmap are not counted",
    needed: false,
  },
  {
    role: "slowPath",
    candidates: [{ function: "__get_user_pages", era: "all" }],
    cost: "the slow path cannot be told from the fast one",
    needed: true,
  },
];

/** Every function that some role may want, for looking them up in one go. */
export const CANDIDATE_FUNCTIONS: readonly string[] = [
  ...new Set(ROLES.flatMap(({ candidates }) => candidates.map((c) => c.function))),
];

/** FOLL_* bits of kernels that do not have them in BTF (macros up to 6.2). */
export const OLD_FLAGS = { get: 0x4, pin: 0x40000, write: 0x1, longterm: 0x10000 } as const;
