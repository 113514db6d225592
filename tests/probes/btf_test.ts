import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Btf, type TypeFacts } from "../../probes/btf.ts";
import { IMAGE, image, type TypeWords } from "./btf_image.ts";

Deno.test("Btf tells the size of a struct", () => {
  const btf = new Btf(IMAGE);
  assertEquals(["page", "memdesc_flags", "wide", "no_such"].map((name) => btf.structBytes(name)), [
    64,
    8,
    undefined,
    undefined,
  ]);
});

Deno.test("Btf finds fields by their path, through anonymous members and qualifiers", () => {
  const btf = new Btf(IMAGE);
  const paths: readonly (readonly [string, boolean])[] = [
    ["page", true],
    ["page.flags", true],
    ["page.flags.f", true],
    ["page.flags.g", false],
    ["page.lru", true],
    ["page.compound_head", true],
    ["page.compound_head.f", false],
    ["page.mapping", true],
    ["page._refcount", true],
    ["page.compound_info", false],
    ["folio.flags.f", true],
    ["no_such.flags", false],
  ];
  for (const [path, expected] of paths) {
    const [struct = "", ...rest] = path.split(".");
    assertEquals(btf.hasField(struct, ...rest), expected, path);
  }
});

Deno.test("Btf tells the value of an enumerator, whatever its width and sign", () => {
  const btf = new Btf(IMAGE);
  const values = [
    ["PG_locked", 0],
    ["PG_head", 16],
    ["FAULT_NONE", -1],
    ["FOLL_TOP", 2 ** 31],
    ["WIDE", 2 ** 32 + 5],
    ["WIDE_MINUS_TWO", -2],
    ["FOLL_NONE", undefined],
  ] as const;
  for (const [name, value] of values) assertEquals(btf.enumerator(name), value, name);
});

Deno.test("Btf tells a function's prototype", () => {
  const btf = new Btf(IMAGE);
  assertEquals(btf.function("try_grab_page"), {
    parameters: ["page", "pages", "refs"],
    returns: "bool",
  });
  assertEquals(btf.function("get_dev_pagemap"), {
    parameters: ["pgmap"],
    returns: "pointer",
  });
  assertEquals(btf.function("gup_fast"), { parameters: [], returns: "int" });
  assertEquals(btf.function("undo_dev_pagemap"), { parameters: [], returns: "void" });
  assertEquals(btf.function("page_flags"), { parameters: [], returns: "other" });
  assertEquals(btf.function("try_grab_folio"), undefined);
});

Deno.test("Btf reads an image that lies inside a larger buffer", () => {
  const buffer = new Uint8Array(IMAGE.length + 13);
  buffer.set(IMAGE, 7);
  assertEquals(new Btf(buffer.subarray(7, 7 + IMAGE.length)).structBytes("page"), 64);
});

Deno.test("Btf refuses what is no BTF", () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), "0 bytes that do not begin with its magic"],
    [new Uint8Array(64), "64 bytes that do not begin with its magic"],
    [new TextEncoder().encode("\x7fELF".padEnd(64)), "64 bytes that do not begin with its magic"],
    [image([{ kind: 31, is: 0 }]), "type 1 is of the kind 31, which is not known"],
    [image([{ kind: 0, is: 0 }]), "type 1 is of the kind 0, which is not known"],
    [image([{ kind: 4, count: 3, is: 0, words: [0, 0, 0] }]), "its last type is cut short"],
  ];
  for (const [bytes, message] of cases) {
    assertThrows(() => new Btf(bytes), TypeError, `Cannot read BTF: ${message}`);
  }
});

Deno.test("Btf refuses an image that is cut short anywhere", () => {
  for (let end = 0; end < IMAGE.length; end++) {
    assertThrows(() => new Btf(IMAGE.subarray(0, end)), TypeError, "Cannot read BTF: ");
  }
});

Deno.test("Btf comes to an end in types that lead back to themselves", () => {
  const typedefs = image([
    { kind: 8, name: "a", is: 2 },
    { kind: 8, name: "b", is: 1 },
    { kind: 4, name: "page", count: 1, is: 8, words: ["flags", 1, 0] },
  ]);
  assertThrows(
    () => new Btf(typedefs).hasField("page", "flags", "f"),
    TypeError,
    "Cannot read BTF: its typedefs lead nowhere",
  );
  const structs = image([{ kind: 4, name: "page", count: 1, is: 8, words: ["", 1, 0] }]);
  assertThrows(
    () => new Btf(structs).hasField("page", "flags"),
    TypeError,
    "Cannot read BTF: its structs nest without end",
  );
  const functions = image([{ kind: 12, name: "gup_fast", is: 1 }]);
  assertThrows(
    () => new Btf(functions).function("gup_fast"),
    TypeError,
    'Cannot read BTF: the function "gup_fast" has no prototype',
  );
});

/** Asks an image everything; whether it answers, or says that it is damaged. */
function answersOrRefuses(bytes: Uint8Array): boolean {
  const ask = (questions: (btf: TypeFacts) => void): boolean => {
    try {
      questions(new Btf(bytes));
      return true;
    } catch (error) {
      return error instanceof TypeError && error.message.startsWith("Cannot read BTF: ");
    }
  };
  return ask((btf) => btf.structBytes("page")) &&
    ask((btf) => btf.hasField("page", "compound_info")) &&
    ask((btf) => btf.hasField("page", "flags", "f")) &&
    ask((btf) => btf.hasField("folio", "flags", "f")) &&
    ask((btf) => btf.enumerator("PG_head")) &&
    ask((btf) => btf.function("try_grab_page")) &&
    ask((btf) => btf.function("get_dev_pagemap"));
}

Deno.test("Btf answers or refuses whichever byte is damaged", () => {
  for (let at = 0; at < IMAGE.length; at++) {
    for (const value of [0x00, 0x01, 0x7f, 0xff]) {
      const damaged = IMAGE.slice();
      damaged[at] = value;
      assert(answersOrRefuses(damaged), `byte ${at} = ${value}`);
    }
  }
});

Deno.test("Btf answers or refuses whatever stands behind its header", () => {
  const header = [...IMAGE.subarray(0, 24)];
  const garbage = fc.uint8Array({ minLength: IMAGE.length - 24, maxLength: IMAGE.length - 24 });
  fc.assert(
    fc.property(garbage, (rest) => answersOrRefuses(new Uint8Array([...header, ...rest]))),
  );
});

Deno.test("Btf looks through a struct once, however often others have it in them", () => {
  const nested = Array.from({ length: 30 }, (_, i): TypeWords => ({
    kind: 4,
    name: i === 0 ? "page" : "",
    count: 2,
    is: 8,
    words: [...["", i + 2, 0], ...["", i + 2, 0]],
  }));
  const btf = new Btf(image([...nested, { kind: 4, count: 1, is: 8, words: ["flags", 0, 0] }]));
  assertEquals(btf.hasField("page", "compound_info"), false);
  assertEquals(btf.hasField("page", "flags"), true);
});

Deno.test("Btf refuses a name that no kernel has room for", () => {
  const long = image([{ kind: 4, name: "x".repeat(5000), is: 8 }]);
  assertThrows(() => new Btf(long), TypeError, "a name is not among its strings");
});
