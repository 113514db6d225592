import { assertEquals, assertThrows } from "@std/assert";
import { MachineryError } from "../../probes/failure.ts";
import type { KernelFacts } from "../../probes/kernel.ts";
import { makePlan, type Plan } from "../../probes/plan.ts";
import { type FactsFixture, factsNames, factsOf, readFixture } from "../support/facts.ts";

const V5_10 = await readFixture("5.10.223");
const V6_1 = await readFixture("6.1.0-56-amd64");
const V6_12 = await readFixture("6.12.117+deb12-amd64");
const V7_3 = await readFixture("7.3.4");

function planFor(fixture: FactsFixture): Plan {
  return makePlan(factsOf(fixture));
}

/** `function (attach)` or `- (why)` for each role. */
function choices({ summary }: Plan): Record<string, string> {
  return Object.fromEntries(
    Object.entries(summary.roles).map(([role, it]) => [
      role,
      it.kind === "probed"
        ? `${it.function} (${it.attach})`
        : `- (${it.needed ? "needed" : "not needed"}: ${it.why})`,
    ]),
  );
}

/** A kernel without a symbol. */
function without({ symbols, traceable, ...fixture }: FactsFixture, name: string): FactsFixture {
  const others = (names: readonly string[]) => names.filter((other) => other !== name);
  return { ...fixture, symbols: others(symbols), traceable: others(traceable) };
}

/** A kernel with a symbol that ftrace cannot trace. */
function untraceable(fixture: FactsFixture, name: string): FactsFixture {
  return { ...without(fixture, name), symbols: fixture.symbols };
}

Deno.test("makePlan() makes a plan for every kernel that there are facts of", async () => {
  for (const name of await factsNames()) {
    const { summary, functions } = planFor(await readFixture(name));
    for (const [role, it] of Object.entries(summary.roles)) {
      if (it.kind === "absent") assertEquals(it.needed, false, `${name}: ${role}`);
    }
    assertEquals(
      Object.values(functions).map((it) => [it.role, it.name, it.attach]),
      Object.entries(summary.roles).flatMap(([role, it]) =>
        it.kind === "probed" ? [[role, it.function, it.attach]] : []
      ),
    );
  }
});

Deno.test("makePlan() probes 5.10 by kprobes: its BTF has no ids", () => {
  const plan = planFor(V5_10);
  assertEquals(choices(plan), {
    entry: "internal_get_user_pages_fast (kprobe)",
    hugeLeaf: "__gup_device_huge (kprobe)",
    grabOne: "try_grab_page (kprobe)",
    grabBatch: "try_grab_compound_head (kprobe)",
    grabSlow: "- (not needed: the slow path uses the fast path's grab functions)",
    lookup: "get_dev_pagemap (kprobe)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.summary.flags, { get: 0x4, pin: 0x40000, write: 0x1, longterm: 0x10000 });
  assertEquals(plan.page, {
    structPageBytes: 56,
    link: "compound_head",
    linkMayBeMask: false,
    flags: "flags",
    headBit: 16,
    order: "((struct page *)($head + 56))->compound_order",
    vmemmap: '*(uint64 *)kaddr("vmemmap_base")',
  });
  assertEquals(plan.environment, { BPFTRACE_BTF: "/sys/kernel/btf/vmlinux" });
});

Deno.test("makePlan() probes 6.1 by fentry, its slow path by a kprobe", () => {
  const plan = planFor(V6_1);
  assertEquals(choices(plan), {
    entry: "internal_get_user_pages_fast (fentry)",
    hugeLeaf: "__gup_device_huge (fentry)",
    grabOne: "try_grab_page (fentry)",
    grabBatch: "try_grab_folio (fentry)",
    grabSlow: "- (not needed: the slow path uses the fast path's grab functions)",
    lookup: "get_dev_pagemap (fentry)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.summary.flags, { get: 0x4, pin: 0x40000, write: 0x1, longterm: 0x10000 });
  assertEquals(plan.page.order, "((struct folio *)$head)->_folio_order");
  assertEquals(plan.environment, {});
  assertEquals(plan.functions.grabBatch, {
    role: "grabBatch",
    name: "try_grab_folio",
    attach: "fentry",
    prototype: {
      parameters: [{ name: "page", pointee: "page" }, { name: "refs" }, { name: "flags" }],
      returns: "pointer",
    },
  });
});

Deno.test("makePlan() knows that try_grab_folio is the slow path's from 6.10 on", () => {
  const plan = planFor(V6_12);
  assertEquals(choices(plan), {
    entry: "gup_fast_fallback (fentry)",
    hugeLeaf: "gup_fast_devmap_leaf (fentry)",
    grabOne: "- (not needed: every grab of the fast path goes through try_grab_folio_fast)",
    grabBatch: "try_grab_folio_fast (fentry)",
    grabSlow: "try_grab_folio (fentry)",
    lookup: "get_dev_pagemap (fentry)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.summary.flags, { get: 0x2, pin: 0x80000, write: 0x1, longterm: 0x100 });
  assertEquals(plan.page, {
    structPageBytes: 64,
    link: "compound_head",
    linkMayBeMask: false,
    flags: "flags",
    headBit: 6,
    order: "((struct folio *)$head)->_flags_1 & 0xff",
    vmemmap: '*(uint64 *)kaddr("vmemmap_base")',
  });
});

Deno.test("makePlan() does without a device leaf on 7.3, and reads its new struct page", () => {
  const plan = planFor(V7_3);
  assertEquals(choices(plan), {
    entry: "gup_fast_fallback (fentry)",
    hugeLeaf:
      "- (not needed: gup_fast_devmap_leaf is not in this kernel or was inlined; __gup_device_huge is not in this kernel or was inlined)",
    grabOne: "- (not needed: every grab of the fast path goes through try_grab_folio_fast)",
    grabBatch: "try_grab_folio_fast (fentry)",
    grabSlow: "try_grab_folio (fentry)",
    lookup: "get_dev_pagemap (fentry)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.page, {
    structPageBytes: 64,
    link: "compound_info",
    linkMayBeMask: true,
    flags: "flags.f",
    headBit: 6,
    order: "((struct folio *)$head)->_flags_1 & 0xff",
    vmemmap: '*(uint64 *)kaddr("vmemmap_base")',
  });
});

Deno.test("makePlan() falls back to kprobes where a function takes too many arguments", () => {
  const seven = "abcdefg".split("").map((name) => ({ name }));
  const entry = { parameters: seven, returns: "int" } as const;
  const functions = { ...V6_1.functions, internal_get_user_pages_fast: entry };
  assertEquals(
    choices(planFor({ ...V6_1, functions })).entry,
    "internal_get_user_pages_fast (kprobe)",
  );
});

Deno.test("makePlan() says why a function that is there is not probed", () => {
  const cases: readonly (readonly [FactsFixture, string, string])[] = [
    [
      untraceable(V6_1, "try_grab_folio"),
      "grabBatch",
      "- (needed: try_grab_folio_fast is not in this kernel or was inlined; try_grab_folio cannot be traced; try_grab_compound_head is not in this kernel or was inlined)",
    ],
    [
      without(V6_1, "get_dev_pagemap"),
      "lookup",
      "- (not needed: get_dev_pagemap is not in this kernel or was inlined)",
    ],
    [
      { ...V7_3, functions: { ...V7_3.functions, __get_user_pages: null } },
      "slowPath",
      "- (needed: __get_user_pages has no BTF)",
    ],
    [
      {
        ...V6_1,
        functions: { ...V6_1.functions, try_grab_folio: V7_3.functions["try_grab_folio"] ?? null },
      },
      "grabBatch",
      "- (needed: try_grab_folio_fast is not in this kernel or was inlined; try_grab_folio takes a folio here, not a page; try_grab_compound_head is not in this kernel or was inlined)",
    ],
    [
      untraceable(V7_3, "try_grab_folio"),
      "grabSlow",
      "- (needed: try_grab_folio cannot be traced)",
    ],
    [
      untraceable(V7_3, "try_grab_folio_fast"),
      "grabOne",
      "- (not needed: every grab of the fast path goes through try_grab_folio_fast)",
    ],
  ];
  for (const [fixture, role, expected] of cases) {
    const plan = planFor(fixture);
    assertEquals(choices(plan)[role], expected);
    assertEquals(Object.keys(plan.functions).includes(role), false);
  }
});

Deno.test("makePlan() needs the function that every call enters", () => {
  assertThrows(
    () => planFor(untraceable(V7_3, "gup_fast_fallback")),
    MachineryError,
    'Cannot trace gup-fast on "7.3.4": gup_fast_fallback cannot be traced; internal_get_user_pages_fast is not in this kernel or was inlined',
  );
});

Deno.test("makePlan() needs the layout of struct page", () => {
  const cases: readonly (readonly [Partial<FactsFixture>, string])[] = [
    [{ structBytes: { page: null } }, "the size of struct page"],
    [{ enumerators: { ...V6_1.enumerators, PG_head: null } }, "PG_head"],
    [{ fields: { ...V6_1.fields, "page.compound_head": false } }, "page.compound_head"],
    [
      {
        fields: {
          ...V6_1.fields,
          "folio._folio_order": false,
          "page.compound_order": false,
          "folio._flags_1": false,
        },
      },
      "the order of a compound page",
    ],
  ];
  for (const [change, what] of cases) {
    assertThrows(
      () => planFor({ ...V6_1, ...change }),
      MachineryError,
      `Cannot read struct page of "6.1.0-56-amd64": its BTF does not tell ${what}`,
    );
  }
});

Deno.test("makePlan() knows where struct pages begin on a kernel that does not move them", () => {
  const facts: KernelFacts = factsOf(without(V6_1, "vmemmap_base"));
  assertEquals(makePlan(facts).page.vmemmap, "(uint64)0xffffea0000000000");
});
