import { assertEquals } from "@std/assert";
import { type Resolution, resolveFunction, type SymbolCounts } from "../../probes/symbols.ts";
import { readSpecimens, type Specimens } from "../support/facts.ts";

const V5_10 = await readSpecimens("5.10.0-46-amd64");
const V6_12 = await readSpecimens("6.12.118+deb13-amd64");

/** How a real kernel has a function: the symbol to attach to, or why none. */
function found(name: string, kernel: Specimens): string {
  const resolution = resolveFunction(name, kernel, {
    function: (name) => kernel.functions[name] ?? undefined,
  });
  return resolution.kind === "found" ? resolution.symbol : resolution.why;
}

/** The same of a kernel with just these symbols, all of them traceable. */
function resolve(name: string, symbols: SymbolCounts): Resolution {
  return resolveFunction(name, { symbols, traceable: symbols }, { function: () => undefined });
}

Deno.test("resolveFunction() finds a function by its own name, whatever .cold parts it has", () => {
  assertEquals(found("__get_user_pages", V5_10), "__get_user_pages");
  assertEquals(found("try_grab_folio", V6_12), "try_grab_folio");
  const symbols = { f: 1, "f.cold": 1, "f.cold.12": 1 };
  assertEquals(resolve("f", symbols), { kind: "found", symbol: "f" });
});

Deno.test("resolveFunction() says that a function is not there", () => {
  assertEquals(found("no_such_function", V6_12), "is not in this kernel or was inlined");
});

Deno.test("resolveFunction() rejects the name of several functions of a real kernel", () => {
  const why = "is the name of 4 functions, and a probe by name would see one of them";
  assertEquals(found("put_page", V5_10), why);
  assertEquals(found("folio_put", V6_12), why);
});

Deno.test("resolveFunction() rejects what a real kernel has in kallsyms but ftrace cannot trace", () => {
  const why = "is in kallsyms, but ftrace cannot trace it";
  assertEquals(found("asm_exc_page_fault", V5_10), why);
  assertEquals(found("asm_exc_page_fault", V6_12), why);
});

Deno.test("resolveFunction() follows the only clone of a real kernel's function", () => {
  assertEquals(found("move_pages_to_lru", V5_10), "move_pages_to_lru.isra.0");
  assertEquals(found("process_vm_rw_core", V6_12), "process_vm_rw_core.constprop.0");
  // It has a .cold part of its own, and BTF describes it under the function's name.
  const kernel = V6_12;
  assertEquals(
    resolveFunction("__dma_direct_alloc_pages", kernel, {
      function: (name) => kernel.functions[name] ?? undefined,
    }),
    {
      kind: "found",
      symbol: "__dma_direct_alloc_pages.isra.0",
      prototype: { parameters: ["dev", "size", "gfp", "allow_highmem"], returns: "pointer" },
      remark: "as __dma_direct_alloc_pages.isra.0, a clone that the compiler made",
    },
  );
});

Deno.test("resolveFunction() rejects a clone that ftrace cannot trace", () => {
  assertEquals(
    found("copy_mc_user_highpage", V6_12),
    "is there only as copy_mc_user_highpage.isra.0, which is in kallsyms, but ftrace cannot trace it",
  );
});

Deno.test("resolveFunction() rejects what is there both whole and as a clone", () => {
  assertEquals(
    found("lru_gen_del_folio", V6_12),
    "is also there as lru_gen_del_folio.constprop.0: a probe would see only some of its calls",
  );
});

Deno.test("resolveFunction() rejects a function of which a part was inlined", () => {
  assertEquals(
    found("frame_vector_to_pages", V5_10),
    "is in part inlined where it is called: some of its calls go to frame_vector_to_pages.part.0 at once",
  );
  assertEquals(
    found("gup_must_unshare", V6_12),
    "was inlined but for gup_must_unshare.part.0, which only some of its calls reach",
  );
  assertEquals(
    found("pofs_get_folio", V6_12),
    "was inlined but for pofs_get_folio.part.0.isra.0, which only some of its calls reach",
  );
});

Deno.test("resolveFunction() rejects several clones, also of one name", () => {
  const why = "is there only as 2 clones, such as f.constprop.0";
  const several = [{ "f.constprop.0": 1, "f.isra.0": 1 }, { "f.constprop.0": 2 }];
  for (const symbols of several) assertEquals(resolve("f", symbols), { kind: "rejected", why });
});

Deno.test("resolveFunction() does not take a longer name for a clone", () => {
  assertEquals(resolve("f", { f_fast: 1, __pfx_f: 1 }).kind, "rejected");
});
