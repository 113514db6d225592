import { assertEquals } from "@std/assert";
import { HeadCounter, headsOf } from "../../analysis/heads.ts";
import { SpanSums } from "../../analysis/spans.ts";
import { HEAD, RUN } from "./support.ts";

const SINGLE = { ...RUN, order: 0, refs: 1, step: 1 };

Deno.test("headsOf() adds the grabs of one compound page up", () => {
  const half = { ...RUN, refs: 256, step: 256 };
  assertEquals(headsOf([half, { ...half, pfn: HEAD + 256 }, { ...half, head: HEAD + 512 }]), {
    count: 2,
    grabsPerHead: [[1, 1], [2, 1]],
    most: { pfn: HEAD, order: 9, grabs: 2 },
    overdrawn: 0,
  });
});

Deno.test("headsOf() takes each page of an order-0 run for a head", () => {
  assertEquals(headsOf([{ ...SINGLE, count: 512 }]), {
    count: 512,
    grabsPerHead: [[1, 512]],
    most: { pfn: HEAD, order: 0, grabs: 1 },
    overdrawn: 0,
  });
});

Deno.test("headsOf() counts single pages once where runs overlap", () => {
  const runs = [
    { ...SINGLE, count: 10 },
    { ...SINGLE, pfn: HEAD + 4, head: HEAD + 4, count: 10 },
    { ...SINGLE, pfn: HEAD + 5, head: HEAD + 5, count: 3, step: 0 },
  ];
  assertEquals(headsOf(runs), {
    count: 14,
    grabsPerHead: [[1, 8], [2, 5], [5, 1]],
    most: { pfn: HEAD + 5, order: 0, grabs: 5 },
    overdrawn: 0,
  });
});

Deno.test("headsOf() notes grabs that add more than their head has pages", () => {
  assertEquals(headsOf([{ ...SINGLE, refs: 512, step: 512 }]).overdrawn, 1);
  assertEquals(headsOf([{ ...RUN, count: 3, refs: 256, step: 256 }]).overdrawn, 1);
  assertEquals(headsOf([{ ...RUN, count: 64, refs: 8, step: 8 }]).overdrawn, 0);
  assertEquals(headsOf([{ ...RUN, pfn: HEAD + 1 }]).overdrawn, 1);
});

Deno.test("headsOf() of nothing has no heads", () => {
  assertEquals(headsOf([]), { count: 0, grabsPerHead: [], most: undefined, overdrawn: 0 });
});

Deno.test("HeadCounter counts a head once, whatever the calls and their order", () => {
  const heads = new HeadCounter();
  for (let i = 5000; i-- > 0;) {
    const pfn = HEAD + 2 * i;
    for (
      const run of [{ ...SINGLE, pfn, head: pfn, count: 3 }, RUN, { ...RUN, head: 0, order: 18 }]
    ) {
      heads.add(run.head, run.order, run.count, run.step);
    }
  }
  assertEquals(heads.orders(), { "0": 10_001, "9": 1, "18": 1 });
});

Deno.test("SpanSums adds spans that follow one another as it does others", () => {
  const spans = new SpanSums(["taken", "put"]);
  spans.add(0, 10, "taken", 1);
  spans.add(10, 20, "taken", 1);
  // Neither another amount nor another name goes on with what was added last.
  spans.add(20, 30, "taken", 2);
  spans.add(30, 40, "put", 2);
  assertEquals(spans.layers(), [
    { from: 0, to: 20, sums: { taken: 1, put: 0 } },
    { from: 20, to: 30, sums: { taken: 2, put: 0 } },
    { from: 30, to: 40, sums: { taken: 0, put: 2 } },
  ]);
  // Nor does anything once it was asked for.
  spans.add(40, 50, "put", 2);
  const more = new SpanSums(["taken", "put"]);
  more.add(0, 10, "put", 5);
  more.merge(spans);
  assertEquals(more.layers()[0], { from: 0, to: 10, sums: { taken: 1, put: 5 } });
  assertEquals(more.layers().at(-1), { from: 30, to: 50, sums: { taken: 0, put: 2 } });
  assertEquals(spans.layers().at(-1), { from: 30, to: 50, sums: { taken: 0, put: 2 } });
});
