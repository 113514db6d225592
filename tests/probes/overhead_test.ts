import { assertEquals, assertRejects } from "@std/assert";
import { takeTurns } from "../../probes/overhead.ts";
import type { RecordingItem, WorkloadReport } from "headcount";

function done(bytes: number): WorkloadReport {
  return { step: "done", bytes };
}

Deno.test("takeTurns() lets runs without probes and with take turns: the first recording is whole, of the others is what they said", async () => {
  const order: string[] = [];
  const items = await Array.fromAsync(takeTurns(
    () => Promise.resolve([done(order.push("untraced"))]),
    () => recording(order.push("traced")),
    { untraced: 2, traced: 2 },
  ));
  assertEquals(order, ["untraced", "traced", "untraced", "traced"]);
  assertEquals(items, [
    { kind: "lost", events: 2 },
    { kind: "workload", report: done(2) },
    { kind: "round", round: 1, probes: false, report: done(1) },
    { kind: "round", round: 2, probes: false, report: done(3) },
    { kind: "round", round: 2, probes: true, report: done(4) },
    FOOTER,
  ]);
});

Deno.test("takeTurns() takes more of either, after the turns", async () => {
  const order = async (untraced: number, traced: number): Promise<readonly string[]> => {
    const order: string[] = [];
    await Array.fromAsync(takeTurns(
      () => Promise.resolve([done(order.push("untraced"))]),
      () => recording(order.push("traced")),
      { untraced, traced },
    ));
    return order;
  };
  assertEquals(await order(3, 1), ["untraced", "traced", "untraced", "untraced"]);
  assertEquals(await order(0, 2), ["traced", "traced"]);
});

Deno.test("takeTurns() that fails in a later round keeps the recording whole", async () => {
  let runs = 0;
  const items: RecordingItem[] = [];
  const failing = takeTurns(
    () => runs === 0 ? Promise.resolve([]) : Promise.reject(new Error("no more")),
    () => recording(++runs),
    { untraced: 3, traced: 3 },
  );
  await assertRejects(async () => {
    for await (const item of failing) items.push(item);
  }, "no more");
  assertEquals(items.map(({ kind }) => kind), ["lost", "workload", "footer"]);
});

const FOOTER: RecordingItem = { kind: "footer", end: { kind: "complete" } };

async function* recording(events: number): AsyncGenerator<RecordingItem, void, undefined> {
  yield { kind: "lost", events };
  yield { kind: "workload", report: done(events) };
  yield FOOTER;
  await Promise.resolve();
}
