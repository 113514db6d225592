/**
 * Which kernel function plays which role, by generation, and what its arguments mean.
 *
 * A role is given to the first candidate that the running kernel shows: its version is never asked.
 * Read from the sources of 5.10, 6.1, 6.12 and 7.3; the file of each role stands beside it. Arguments
 * are known by the names that the kernel's BTF has for them, since their positions have moved.
 *
 * @module
 */

import type { RoleName } from "../recording/header.ts";

/** What an argument means to headcount. */
export type Meaning =
  /** First user address of a range. */
  | "start"
  /** Pages asked for. */
  | "pages"
  /** FOLL_* flags. */
  | "flags"
  /** A struct page, of which it is not said whether it is a head or a tail. */
  | "page"
  /** A head: a struct page that is one, or a folio. */
  | "head"
  /** References to add or to take. */
  | "refs"
  /** Page frame number behind the start of a leaf's part of a range. */
  | "pfn"
  /** User address at which a leaf's part of a range begins. */
  | "address"
  /** User address at which it ends. */
  | "end"
  /** A pgmap to be used again, or NULL. */
  | "pgmap"
  /** Pointer to the number of pages that the walk has taken so far. */
  | "taken"
  /** That number as it was when the leaf was begun. */
  | "before"
  /** The array of struct page pointers that the walk fills. */
  | "array";

/** A function that can play a role. */
export interface Candidate {
  readonly function: string;
  /** Kernels that have it in this role. */
  readonly era: string;
  /** The kernel's name of each parameter that is read; without one of them it is another function. */
  readonly parameters: Readonly<Partial<Record<Meaning, string>>>;
  /** Parameters that are read where the kernel has them. */
  readonly optional?: Readonly<Partial<Record<Meaning, string>>>;
  /** A role whose function may call this one: what happens in there is not counted again. */
  readonly mayRunIn?: RoleName;
}

/** Kernels on which nothing is lost without a role. */
export type Absence =
  | { readonly withFunction: string; readonly why: string }
  | { readonly withoutRole: RoleName; readonly why: string };

/** A role: its candidates, newest first, and what it costs to be without. */
export interface RoleEntry {
  /** Where the kernel's source has it. */
  readonly source: string;
  readonly candidates: readonly Candidate[];
  /** What cannot be told without it. */
  readonly cost: string;
  /** Whether a verdict without it would not be sound. */
  readonly needed: boolean;
  /** Where absence is the normal state of some kernels, what such a kernel has or lacks, and why. */
  readonly absence?: Absence;
  /** Attached by kprobe on every kernel: it runs rarely, and needs a probe at its entry. */
  readonly rare?: true;
}

const RANGE = { start: "start", pages: "nr_pages", flags: "gup_flags" } as const;
const ARRAY = { array: "pages" } as const;
const LEAF = { address: "addr", end: "end" } as const;
const UNDO = { taken: "nr", before: "nr_start", array: "pages" } as const;

/** Every role that is probed. */
export const ROLES: Readonly<Record<RoleName, RoleEntry>> = {
  // The core that every exported gup-fast function ends in; FOLL_GET or FOLL_PIN is set by then.
  entry: {
    source: "mm/gup.c",
    candidates: [
      { function: "gup_fast_fallback", era: "6.10 on", parameters: RANGE, optional: ARRAY },
      {
        function: "internal_get_user_pages_fast",
        era: "5.6 to 6.9",
        parameters: RANGE,
        optional: ARRAY,
      },
    ],
    cost: "calls cannot be seen",
    needed: true,
  },
  // From 6.15 on devdax is mapped by ordinary leaves, though the function lived on to 6.16. The
  // RFC of 2020 gave it a size as second parameter.
  hugeLeaf: {
    source: "mm/gup.c",
    candidates: [
      {
        function: "gup_fast_devmap_leaf",
        era: "6.10 to 6.16",
        parameters: { pfn: "pfn", ...LEAF },
      },
      { function: "__gup_device_huge", era: "5.4 to 6.9", parameters: { pfn: "pfn", ...LEAF } },
    ],
    cost: "the leaf level is taken from the device's align",
    needed: false,
  },
  pmdLeaf: {
    source: "mm/gup.c",
    candidates: [
      { function: "gup_fast_pmd_leaf", era: "6.10 on", parameters: LEAF },
      { function: "gup_huge_pmd", era: "to 6.9", parameters: LEAF },
    ],
    cost: "ordinary PMD leaves are told by how the memory is mapped, or by heads",
    needed: false,
    rare: true,
  },
  pudLeaf: {
    source: "mm/gup.c",
    candidates: [
      { function: "gup_fast_pud_leaf", era: "6.10 on", parameters: LEAF },
      { function: "gup_huge_pud", era: "to 6.9", parameters: LEAF },
    ],
    cost: "ordinary PUD leaves are told by how the memory is mapped, or by heads",
    needed: false,
    rare: true,
  },
  // Called once for each page table, not for each entry.
  pteLeaf: {
    source: "mm/gup.c",
    candidates: [
      { function: "gup_fast_pte_range", era: "6.10 on", parameters: LEAF },
      { function: "gup_pte_range", era: "to 6.9", parameters: LEAF },
    ],
    cost: "PTE leaves are told by how the memory is mapped, or by heads",
    needed: false,
    rare: true,
  },
  // Handed the very page, usually a tail. The slow path calls it as well.
  grabOne: {
    source: "mm/gup.c",
    candidates: [
      { function: "try_grab_page", era: "5.6 to 6.9", parameters: { page: "page" } },
    ],
    cost: "grabs of single pages cannot be seen",
    needed: true,
    absence: {
      withFunction: "try_grab_folio_fast",
      why: "every grab of the fast path goes through try_grab_folio_fast",
    },
  },
  // Handed the first page of the part that is grabbed, head or tail, except by ordinary PMD leaves
  // up to 6.17 or so, which hand in the first page of the leaf.
  grabBatch: {
    source: "mm/gup.c",
    candidates: [
      {
        function: "try_grab_folio_fast",
        era: "6.10 on",
        parameters: { page: "page", refs: "refs" },
      },
      {
        // From 6.10 on the name is the slow path's and takes a folio, in stable kernels also before.
        function: "try_grab_folio",
        era: "5.18 to 6.9",
        parameters: { page: "page", refs: "refs" },
      },
      {
        function: "try_grab_compound_head",
        era: "5.7 to 5.17",
        parameters: { page: "page", refs: "refs" },
        // In early 5.15 and 5.16 try_grab_page() was a call of it.
        mayRunIn: "grabOne",
      },
    ],
    cost: "batched grabs cannot be seen",
    needed: true,
  },
  grabSlow: {
    source: "mm/gup.c",
    candidates: [
      {
        function: "try_grab_folio",
        era: "6.10 on",
        parameters: { head: "folio", refs: "refs" },
      },
    ],
    cost: "grabs of the slow path cannot be seen",
    needed: true,
    absence: {
      withFunction: "try_grab_page",
      why: "the slow path uses the fast path's grab functions",
    },
  },
  // Without its second parameter from 6.18 on: then every call is a look-up.
  lookup: {
    source: "mm/memremap.c",
    candidates: [
      {
        function: "get_dev_pagemap",
        era: "4.15 on",
        parameters: {},
        optional: { pgmap: "pgmap" },
      },
    ],
    cost: "look-ups of the pgmap are not counted",
    needed: false,
  },
  // Static, but the end of every unpin, except where the compiler inlined it.
  put: {
    source: "mm/gup.c",
    candidates: [
      {
        function: "gup_put_folio",
        era: "5.18 on",
        parameters: { head: "folio", refs: "refs", flags: "flags" },
      },
      {
        function: "put_compound_head",
        era: "5.7 to 5.17",
        parameters: { head: "page", refs: "refs", flags: "flags" },
      },
    ],
    cost: "puts of pins cannot be seen",
    needed: false,
  },
  // On 6.12 it calls gup_put_folio, on 7.3 that is inlined into it.
  unpin: {
    source: "mm/gup.c",
    candidates: [
      {
        function: "unpin_user_folio",
        era: "6.11 on",
        parameters: { head: "folio", refs: "npages" },
      },
    ],
    cost: 'its puts can be seen only where they go through the role "put"',
    needed: false,
    absence: { withFunction: "try_grab_page", why: 'every unpin goes through the role "put"' },
  },
  undo: {
    source: "mm/gup.c",
    candidates: [
      { function: "gup_fast_undo_dev_pagemap", era: "6.10 to 6.16", parameters: UNDO },
      { function: "undo_dev_pagemap", era: "5.4 to 6.9", parameters: UNDO },
    ],
    cost: "what a device leaf backs out of is known only by its failure",
    needed: false,
    absence: { withoutRole: "hugeLeaf", why: "there is no device leaf to back out of" },
    rare: true,
  },
  // Runs inside a gup-fast call that falls back, and by itself for everything that asks for pages
  // without gup-fast.
  slowPath: {
    source: "mm/gup.c",
    candidates: [
      { function: "__get_user_pages", era: "all", parameters: RANGE },
    ],
    cost: "the slow path cannot be told from the fast one",
    needed: true,
    rare: true,
  },
};

/** Names of all candidates. */
export const CANDIDATE_FUNCTIONS: readonly string[] = [
  ...new Set(Object.values(ROLES).flatMap(({ candidates }) => candidates.map((c) => c.function))),
];

/**
 * Functions in which `_refcount` changes because pages are mapped or unmapped (from 6.15 on a
 * mapping of device memory holds a reference): what is counted of the page_ref tracepoints leaves
 * them out.
 */
export const MAPPING_FUNCTIONS: readonly string[] = [
  "handle_mm_fault",
  "exit_mmap",
  "do_vmi_align_munmap",
];

/** A function that is there only with CONFIG_DEBUG_PAGE_REF, mm/debug_page_ref.c. */
export const PAGE_REF_FUNCTION = "__page_ref_mod";

/** FOLL_* bits of kernels that do not have them in BTF (macros up to 6.2). */
export const OLD_FLAGS = { get: 0x4, pin: 0x40000, write: 0x1, longterm: 0x10000 } as const;
