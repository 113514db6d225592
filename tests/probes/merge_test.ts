import { assertEquals, assertRejects } from "@std/assert";
import { merge } from "../../probes/merge.ts";

async function* items<T>(...values: readonly T[]): AsyncGenerator<T, void, undefined> {
  await Promise.resolve();
  yield* values;
}

Deno.test("merge() yields every item and each stream's end", async () => {
  const merged = await Array.fromAsync(merge({ a: items(1, 2, 3), b: items(10) }));
  const of = (name: string) => merged.filter(({ from }) => from === name);
  assertEquals(of("a"), [
    { from: "a", value: 1 },
    { from: "a", value: 2 },
    { from: "a", value: 3 },
    { from: "a" },
  ]);
  assertEquals(of("b"), [{ from: "b", value: 10 }, { from: "b" }]);
});

Deno.test("merge() of nothing ends at once", async () => {
  assertEquals(await Array.fromAsync(merge({})), []);
});

Deno.test("merge() yields what has come, without waiting for the others", async () => {
  const gate = Promise.withResolvers<void>();
  async function* late(): AsyncGenerator<string, void, undefined> {
    await gate.promise;
    yield "late";
  }
  const seen: string[] = [];
  for await (const { from, value } of merge({ late: late(), early: items("early") })) {
    seen.push(`${from} ${value ?? "end"}`);
    if (from === "early" && value === undefined) gate.resolve();
  }
  assertEquals(seen, ["early early", "early end", "late late", "late end"]);
});

Deno.test("merge() takes turns between streams that never pause", async () => {
  async function* endless(): AsyncGenerator<number, void, undefined> {
    for (let i = 0;; i++) yield i;
  }
  const counts = { a: 0, b: 0, c: 0 };
  let left = 300;
  for await (const { from } of merge({ a: endless(), b: endless(), c: endless() })) {
    counts[from]++;
    // A consumer that is slow enough for every stream to have its next item ready.
    for (let ticks = 0; ticks < 10; ticks++) await Promise.resolve();
    if (--left === 0) break;
  }
  assertEquals(counts, { a: 100, b: 100, c: 100 });
});

Deno.test("merge() holds at most one item of a stream", async () => {
  let made = 0;
  async function* counted(): AsyncGenerator<number, void, undefined> {
    while (true) yield ++made;
  }
  const merged = merge({ counted: counted() });
  for (let i = 0; i < 5; i++) await merged.next();
  assertEquals(made <= 6, true, `${made} were made for 5 that were taken`);
});

Deno.test("merge() fails with the stream that fails", async () => {
  const broken: AsyncIterator<string> = {
    next: () => Promise.reject(new Error("the port is gone")),
  };
  await assertRejects(
    () => Array.fromAsync(merge({ broken, whole: items("a") })),
    Error,
    "the port is gone",
  );
});
