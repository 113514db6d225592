import { assertEquals, assertThrows } from "@std/assert";
import { MachineryError } from "../../probes/failure.ts";
import type { KernelFacts } from "../../probes/kernel.ts";
import { makePlan, type Plan } from "../../probes/plan.ts";
import type { TypeAnswers } from "../../probes/types.ts";
import { factsNames, readFacts, renamed, untraceable, withoutSymbol } from "../support/facts.ts";

const COMPOUND = await readFacts("5.10.223");
const V5_10 = await readFacts("5.10.0-46-amd64");
const V6_1 = await readFacts("6.1.0-56-amd64");
const V6_12 = await readFacts("6.12.118+deb13-amd64");
const V6_18 = await readFacts("6.18.15+deb13-amd64");
const V7_3 = await readFacts("7.3.4+deb13-amd64");

function planFor(facts: KernelFacts): Plan {
  return makePlan(facts, { putsOf: "all" });
}

/** `function (attach)` or `- (why)` for each role. */
function choices({ summary }: Plan): Record<string, string> {
  return Object.fromEntries(
    Object.entries(summary.roles).map(([role, it]) => [
      role,
      it.kind === "probed"
        ? `${it.function} (${it.attach})`
        : `- (${it.needed ? "needed: " : ""}${it.why})`,
    ]),
  );
}

/** A kernel with other types. */
function withTypes(facts: KernelFacts, types: Partial<TypeAnswers>): KernelFacts {
  return { ...facts, types: { ...facts.types, ...types } };
}

/** A kernel on which a function takes other parameters. */
function withParameters(
  facts: KernelFacts,
  name: string,
  parameters: readonly string[],
): KernelFacts {
  const { functions } = facts.types;
  const prototype = { ...(functions[name] ?? { returns: "int" as const }), parameters };
  return withTypes(facts, { functions: { ...functions, [name]: prototype } });
}

Deno.test("makePlan() makes a plan for every kernel that there are facts of", async () => {
  for (const name of await factsNames()) {
    const { summary, functions } = planFor(await readFacts(name));
    for (const [role, it] of Object.entries(summary.roles)) {
      if (it.kind === "absent") assertEquals(it.needed, false, `${name}: ${role}`);
    }
    assertEquals(
      Object.values(functions).map((it) => [it.role, it.symbol, it.attach]),
      Object.entries(summary.roles).flatMap(([role, it]) =>
        it.kind === "probed" ? [[role, it.function, it.attach]] : []
      ),
    );
  }
});

const NO_LEAF_FUNCTIONS = {
  pmdLeaf: "- (not in this kernel, or inlined: gup_fast_pmd_leaf, gup_huge_pmd)",
  pudLeaf: "- (not in this kernel, or inlined: gup_fast_pud_leaf, gup_huge_pud)",
  pteLeaf: "- (not in this kernel, or inlined: gup_fast_pte_range, gup_pte_range)",
};

Deno.test("makePlan() probes 5.10 by kprobes: its BTF has no ids", () => {
  const plan = planFor(V5_10);
  assertEquals(choices(plan), {
    entry: "internal_get_user_pages_fast (kprobe)",
    hugeLeaf: "__gup_device_huge (kprobe)",
    ...NO_LEAF_FUNCTIONS,
    grabOne: "try_grab_page (kprobe)",
    grabBatch: "try_grab_compound_head (kprobe)",
    grabSlow: "- (the slow path uses the fast path's grab functions)",
    lookup: "get_dev_pagemap (kprobe)",
    put: "put_compound_head (kprobe)",
    unpin: '- (every unpin goes through the role "put")',
    undo: "undo_dev_pagemap (kprobe)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.summary.flags, { get: 0x4, pin: 0x40000, write: 0x1, longterm: 0x10000 });
  assertEquals(plan.page, {
    structPageBytes: 64,
    link: "compound_head",
    linkMayBeMask: false,
    flags: "flags",
    headBit: 16,
    order: "((struct page *)($head + 64))->compound_order",
    vmemmap: "*(uint64 *)($4 - 0x100000000)",
  });
  assertEquals(plan.environment, { BPFTRACE_BTF: "/sys/kernel/btf/vmlinux" });
  assertEquals([plan.summary.pageRef, plan.mapping], [false, []]);
});

Deno.test("makePlan() tells the kernels that count each probe run that they skip", () => {
  const counts = [COMPOUND, V5_10, V6_1, V6_12, V7_3].map((it) => planFor(it).summary.countsMisses);
  assertEquals(counts, [false, false, false, true, true]);
});

Deno.test("makePlan() counts the page_ref tracepoints where a kernel has them", () => {
  const plan = planFor(COMPOUND);
  assertEquals([plan.summary.pageRef, plan.mapping], [true, ["handle_mm_fault", "exit_mmap"]]);
  // No memory cgroups: struct page is smaller than anywhere else.
  assertEquals(plan.page.order, "((struct page *)($head + 56))->compound_order");
});

Deno.test("makePlan() probes 6.1 by fentry, and what is rare by a kprobe", () => {
  const plan = planFor(V6_1);
  assertEquals(choices(plan), {
    entry: "internal_get_user_pages_fast (fentry)",
    hugeLeaf: "__gup_device_huge (fentry)",
    ...NO_LEAF_FUNCTIONS,
    grabOne: "try_grab_page (fentry)",
    grabBatch: "try_grab_folio (fentry)",
    grabSlow: "- (the slow path uses the fast path's grab functions)",
    lookup: "get_dev_pagemap (fentry)",
    put: "gup_put_folio (fentry)",
    unpin: '- (every unpin goes through the role "put")',
    undo: "undo_dev_pagemap (kprobe)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.summary.flags, { get: 0x4, pin: 0x40000, write: 0x1, longterm: 0x10000 });
  assertEquals(plan.page.order, "((struct folio *)$head)->_folio_order");
  assertEquals(plan.environment, {});
  assertEquals(plan.functions.grabBatch, {
    role: "grabBatch",
    symbol: "try_grab_folio",
    attach: "fentry",
    entry: "kfunc:try_grab_folio",
    exit: "kretfunc:try_grab_folio",
    arguments: { page: { name: "page", index: 0 }, refs: { name: "refs", index: 1 } },
    returns: "pointer",
    entryOnly: false,
  });
});

Deno.test("makePlan() knows that try_grab_folio is the slow path's from 6.10 on", () => {
  const plan = planFor(V6_12);
  assertEquals(choices(plan), {
    entry: "gup_fast_fallback (fentry)",
    hugeLeaf: "gup_fast_devmap_leaf (fentry)",
    ...NO_LEAF_FUNCTIONS,
    grabOne: "- (every grab of the fast path goes through try_grab_folio_fast)",
    grabBatch: "try_grab_folio_fast (fentry)",
    grabSlow: "try_grab_folio (fentry)",
    lookup: "get_dev_pagemap (fentry)",
    put: "gup_put_folio (fentry)",
    unpin: "unpin_user_folio (fentry)",
    undo: "gup_fast_undo_dev_pagemap (kprobe)",
    slowPath: "__get_user_pages (kprobe)",
  });
  assertEquals(plan.summary.flags, { get: 0x2, pin: 0x80000, write: 0x1, longterm: 0x100 });
  assertEquals(plan.page.order, "((struct folio *)$head)->_flags_1 & 0xff");
  assertEquals([plan.page.headBit, plan.page.flags], [6, "flags"]);
});

Deno.test("makePlan() does without a device leaf on 7.3, and reads its new struct page", () => {
  const plan = planFor(V7_3);
  assertEquals(choices(plan), {
    entry: "gup_fast_fallback (fentry)",
    hugeLeaf: "- (not in this kernel, or inlined: gup_fast_devmap_leaf, __gup_device_huge)",
    ...NO_LEAF_FUNCTIONS,
    grabOne: "- (every grab of the fast path goes through try_grab_folio_fast)",
    grabBatch: "try_grab_folio_fast (fentry)",
    grabSlow: "try_grab_folio (fentry)",
    lookup: "get_dev_pagemap (fentry)",
    put: "gup_put_folio (fentry)",
    unpin: "unpin_user_folio (fentry)",
    undo: "- (there is no device leaf to back out of)",
    slowPath: "__get_user_pages (kprobe)",
  });
  const { link, linkMayBeMask, flags } = plan.page;
  assertEquals([link, linkMayBeMask, flags], ["compound_info", true, "flags.f"]);
});

Deno.test("makePlan() reads the pgmap of a look-up only where the kernel hands one in", () => {
  assertEquals(planFor(V6_12).functions.lookup?.arguments, { pgmap: { name: "pgmap", index: 1 } });
  assertEquals(planFor(V6_18).functions.lookup?.arguments, {});
  assertEquals(planFor(V6_18).page.flags, "flags.f");
});

Deno.test("makePlan() goes by names where the RFC moved the arguments", () => {
  const rfc = ["pfn", "sz", "addr", "end", "flags", "pages", "nr"];
  const { hugeLeaf } = planFor(withParameters(COMPOUND, "__gup_device_huge", rfc)).functions;
  assertEquals(hugeLeaf?.arguments, {
    pfn: { name: "pfn", index: 0 },
    address: { name: "addr", index: 2 },
    end: { name: "end", index: 3 },
  });
});

Deno.test("makePlan() falls back to kprobes where a function takes too many arguments", () => {
  const seven = ["start", "nr_pages", "gup_flags", "pages", "e", "f", "g"];
  assertEquals(
    choices(planFor(withParameters(V6_1, "internal_get_user_pages_fast", seven))).entry,
    "internal_get_user_pages_fast (kprobe)",
  );
});

Deno.test("makePlan() probes a clone by a kprobe, and says so", () => {
  const plan = planFor(renamed(V6_1, "try_grab_page", "try_grab_page.isra.0"));
  assertEquals(plan.summary.roles.grabOne, {
    kind: "probed",
    function: "try_grab_page.isra.0",
    attach: "kprobe",
    why:
      "5.6 to 6.9; as try_grab_page.isra.0, a clone that the compiler made; reads page; no fentry: it is a clone",
    rejected: [],
  });
  assertEquals(plan.functions.grabOne?.exit, "kretprobe:try_grab_page.isra.0");
});

Deno.test("makePlan() names every candidate that it rejected", () => {
  assertEquals(planFor(V6_1).summary.roles.grabBatch.rejected, [
    { function: "try_grab_folio_fast", why: "is not in this kernel or was inlined" },
  ]);
});

Deno.test("makePlan() says why a function that is there is not probed", () => {
  const functions = { ...V6_1.types.functions };
  const twice = { ...V6_1, symbols: { ...V6_1.symbols, try_grab_folio: 2 } };
  const others = "not in this kernel, or inlined: try_grab_folio_fast, try_grab_compound_head";
  const cases: readonly (readonly [KernelFacts, string, string])[] = [
    [
      untraceable(V6_1, "try_grab_folio"),
      "grabBatch",
      `- (needed: try_grab_folio is in kallsyms, but ftrace cannot trace it; ${others})`,
    ],
    [
      twice,
      "grabBatch",
      `- (needed: try_grab_folio is the name of 2 functions, and a probe by name would see one of them; ${others})`,
    ],
    [
      withTypes(V6_1, { functions: { ...functions, try_grab_folio: null } }),
      "grabBatch",
      `- (needed: try_grab_folio has no BTF, so its arguments cannot be read; ${others})`,
    ],
    [
      withParameters(V6_1, "try_grab_folio", ["folio", "refs", "flags"]),
      "grabBatch",
      `- (needed: try_grab_folio takes no "page" here, but folio, refs, flags; ${others})`,
    ],
    [
      withoutSymbol(V6_1, "get_dev_pagemap"),
      "lookup",
      "- (not in this kernel, or inlined: get_dev_pagemap)",
    ],
    [
      untraceable(V7_3, "try_grab_folio"),
      "grabSlow",
      "- (needed: try_grab_folio is in kallsyms, but ftrace cannot trace it)",
    ],
    [
      untraceable(V7_3, "try_grab_folio_fast"),
      "grabOne",
      "- (every grab of the fast path goes through try_grab_folio_fast)",
    ],
  ];
  for (const [facts, role, expected] of cases) {
    const plan = planFor(facts);
    assertEquals(choices(plan)[role], expected);
    assertEquals(Object.keys(plan.functions).includes(role), false);
  }
});

Deno.test("makePlan() says what is lost without a role", () => {
  const { roles } = planFor(withoutSymbol(V6_12, "gup_fast_devmap_leaf")).summary;
  assertEquals(
    roles.hugeLeaf.kind === "absent" && roles.hugeLeaf.cost,
    [
      "the leaf level is taken from the device's align",
    ].join(),
  );
  const { put } = planFor(withoutSymbol(V6_12, "gup_put_folio")).summary.roles;
  assertEquals(put?.kind === "absent" && [put.cost, put.needed], [
    "puts of pins cannot be seen",
    false,
  ]);
});

Deno.test("makePlan() needs the function that every call enters", () => {
  assertThrows(
    () => planFor(untraceable(V7_3, "gup_fast_fallback")),
    MachineryError,
    'Cannot trace gup-fast on "7.3.4+deb13-amd64": gup_fast_fallback is in kallsyms, but ftrace cannot trace it; not in this kernel, or inlined: internal_get_user_pages_fast',
  );
});

Deno.test("makePlan() needs the layout of struct page", () => {
  const { fields, enumerators } = V6_1.types;
  const cases: readonly (readonly [Partial<TypeAnswers>, string])[] = [
    [{ structBytes: { page: null } }, "the size of struct page"],
    [{ enumerators: { ...enumerators, PG_head: null } }, "PG_head"],
    [{ fields: { ...fields, "page.compound_head": false } }, "page.compound_head"],
    [
      {
        fields: {
          ...fields,
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
      () => planFor(withTypes(V6_1, change)),
      MachineryError,
      `Cannot read struct page of "6.1.0-56-amd64": its BTF does not tell ${what}`,
    );
  }
});

Deno.test("makePlan() knows struct page on x86-64 only", () => {
  assertThrows(
    () => planFor({ ...V6_1, machine: "aarch64" }),
    MachineryError,
    'its machine is "aarch64", and where struct pages begin is known for x86_64 only',
  );
});

Deno.test("makePlan() knows where struct pages begin on a kernel that does not move them", () => {
  assertEquals(
    planFor(withoutSymbol(V6_1, "vmemmap_base")).page.vmemmap,
    "(uint64)0xffffea0000000000",
  );
});

Deno.test("makePlan() keeps to the device's puts where others pin as well", () => {
  assertEquals(makePlan(V6_1, { putsOf: "device" }).summary.putsOfDeviceOnly, true);
  assertEquals(planFor(V6_1).summary.putsOfDeviceOnly, false);
});

Deno.test("makePlan() speaks the dialect of the target's bpftrace", () => {
  const { functions, dialect } = planFor({ ...V6_1, bpftrace: "0.27.1" });
  assertEquals(functions.grabOne?.exit, "fexit:try_grab_page");
  assertEquals(dialect.options, []);
});
