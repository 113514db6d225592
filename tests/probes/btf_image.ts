/**
 * Images of BTF, made of types.
 *
 * @module
 */

/** One type of an image. Texts become offsets of names; ids of types count from 1. */
export interface TypeWords {
  readonly kind: number;
  readonly name?: string;
  /** Members, parameters or enumerators. */
  readonly count?: number;
  /** The kind's own flag: a signed enum. */
  readonly flag?: boolean;
  /** Its size in bytes, or the type it refers to. */
  readonly is: number;
  readonly words?: readonly (number | string)[];
}

/** Builds a BTF image, little endian. */
export function image(types: readonly TypeWords[]): Uint8Array {
  let names = "\0";
  const offset = (name: string): number => {
    if (name === "") return 0;
    names += `${name}\0`;
    return names.length - name.length - 1;
  };
  const words = types.flatMap(({ kind, name = "", count = 0, flag = false, is, words = [] }) => [
    offset(name),
    (flag ? 2 ** 31 : 0) + kind * 2 ** 24 + count,
    is,
    ...words.map((word) => typeof word === "string" ? offset(word) : word),
  ]);
  const bytes = new Uint8Array(24 + words.length * 4 + names.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  [24, 0, words.length * 4, words.length * 4, names.length, ...words].forEach((word, i) =>
    view.setUint32(4 + i * 4, word, true)
  );
  bytes.set(new TextEncoder().encode(names), 24 + words.length * 4);
  return bytes;
}

/** A kernel in small: what a plan looks at, in the shapes in which compilers write it. */
const TYPES: readonly TypeWords[] = [
  /* 1 */ { kind: 1, name: "long unsigned int", is: 8, words: [64] },
  /* 2 */ { kind: 1, name: "_Bool", is: 1, words: [4 * 2 ** 24 + 8] },
  /* 3 */ { kind: 8, name: "bool", is: 2 },
  /* 4 */ {
    kind: 4,
    name: "page",
    count: 3,
    is: 64,
    words: [...["flags", 8, 0], ...["", 5, 64], ...["_refcount", 1, 416]],
  },
  /* 5 */ { kind: 5, count: 2, is: 40, words: [...["", 6, 0], ...["", 7, 0]] },
  /* 6 */ { kind: 4, count: 2, is: 40, words: [...["lru", 1, 0], ...["mapping", 14, 128]] },
  /* 7 */ { kind: 4, count: 1, is: 40, words: ["compound_head", 1, 0] },
  /* 8 */ { kind: 8, name: "memdesc_flags_t", is: 9 },
  /* 9 */ { kind: 4, name: "memdesc_flags", count: 1, is: 8, words: ["f", 1, 0] },
  /* 10 */ { kind: 10, is: 4 },
  /* 11 */ { kind: 2, is: 10 },
  /* 12 */ { kind: 2, is: 11 },
  /* 13 */ { kind: 7, name: "dev_pagemap", is: 0 },
  /* 14 */ { kind: 2, is: 13 },
  /* 15 */ {
    kind: 13,
    count: 3,
    is: 3,
    words: [...["page", 11], ...["pages", 12], ...["refs", 1]],
  },
  /* 16 */ { kind: 12, name: "try_grab_page", is: 15 },
  /* 17 */ { kind: 13, count: 1, is: 14, words: ["pgmap", 14] },
  /* 18 */ { kind: 12, name: "get_dev_pagemap", is: 17 },
  /* 19 */ { kind: 13, is: 1 },
  /* 20 */ { kind: 12, name: "gup_fast", is: 19 },
  /* 21 */ { kind: 13, is: 0 },
  /* 22 */ { kind: 12, name: "undo_dev_pagemap", is: 21 },
  /* 23 */ { kind: 13, is: 9 },
  /* 24 */ { kind: 12, name: "page_flags", is: 23 },
  /* 25 */ { kind: 6, name: "pageflags", count: 2, is: 4, words: ["PG_locked", 0, "PG_head", 16] },
  /* 26 */ { kind: 6, flag: true, count: 1, is: 4, words: ["FAULT_NONE", 2 ** 32 - 1] },
  /* 27 */ { kind: 6, count: 1, is: 4, words: ["FOLL_TOP", 2 ** 31] },
  /* 28 */ { kind: 19, name: "wide", count: 1, is: 8, words: ["WIDE", 5, 1] },
  /* 29 */ {
    kind: 19,
    flag: true,
    count: 1,
    is: 8,
    words: ["WIDE_MINUS_TWO", 2 ** 32 - 2, 2 ** 32 - 1],
  },
  /* 30 */ { kind: 3, is: 0, words: [1, 1, 8] },
  /* 31 */ { kind: 14, name: "vmemmap_base", is: 1, words: [1] },
  /* 32 */ { kind: 15, name: ".data", count: 1, is: 8, words: [31, 0, 8] },
  /* 33 */ { kind: 16, name: "float", is: 4 },
  /* 34 */ { kind: 17, name: "tag", is: 4, words: [0] },
  /* 35 */ { kind: 18, name: "user", is: 4 },
  /* 36 */ { kind: 9, is: 35 },
  /* 37 */ { kind: 11, is: 36 },
  /* 38 */ { kind: 4, name: "folio", count: 1, is: 256, words: ["", 37, 0] },
];

/** All of it, as an image. */
export const IMAGE: Uint8Array = image(TYPES);
