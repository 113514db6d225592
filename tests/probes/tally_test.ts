import { assertEquals } from "@std/assert";
import { Tally } from "../../probes/tally.ts";

Deno.test("Tally has every total, those of puts only where they are probed", () => {
  const tally = new Tally();
  tally.add({ kind: "totals", totals: { grabs: 512 } });
  const totals = {
    entered: 0,
    calls: 0,
    pages: 0,
    grabs: 512,
    refs: 0,
    lookups: 0,
    realLookups: 0,
  };
  assertEquals(tally.totals(false), totals);
  assertEquals(tally.totals(true), { ...totals, puts: 0, putRefs: 0 });
});

Deno.test("Tally puts what was added to a page beside what was taken from it, by pfn", () => {
  const tally = new Tally();
  tally.add({ kind: "counts", name: "taken", counts: new Map([[9, 4], [7, 1]]) });
  tally.add({ kind: "counts", name: "added", counts: new Map([[8, 2], [9, 5]]) });
  assertEquals(tally.refcounts(), [
    { kind: "refcount", pfn: 7, added: 0, taken: 1 },
    { kind: "refcount", pfn: 8, added: 2, taken: 0 },
    { kind: "refcount", pfn: 9, added: 5, taken: 4 },
  ]);
});
