import { assertEquals } from "@std/assert";
import { Flows } from "../../../analysis/export/flows.ts";

/** Pages that are their own heads. */
const single = (pfn: number, count: number) => (
  { pfn, head: pfn, order: 0, count, refs: 1, step: 1 }
);

Deno.test("Flows finds single pages whatever the pieces in which they are put", () => {
  const flows = new Flows<string>();
  flows.grab(single(1000, 600), "a");
  flows.grab(single(1600, 100), "b");
  flows.grab(single(4096, 1), "elsewhere");
  assertEquals(flows.put(single(1000, 1)), ["a"]);
  assertEquals(flows.put(single(1599, 2)), ["a", "b"]);
  assertEquals(flows.put(single(1001, 598)), ["a"]);
  assertEquals(flows.put(single(1000, 600)), []);
  assertEquals(flows.put(single(1601, 99)), ["b"]);
});

Deno.test("Flows knows nothing of heads that were not seen taken", () => {
  const flows = new Flows<string>();
  const head = { pfn: 1024, head: 1024, order: 9, count: 1, refs: 512, step: 0 };
  assertEquals(flows.put(head), []);
  flows.grab(head, "a");
  assertEquals(flows.put({ ...head, pfn: 1025 }), []);
  assertEquals(flows.put(head), ["a"]);
  assertEquals(flows.put(head), []);
});
