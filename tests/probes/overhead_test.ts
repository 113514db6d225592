import { assertEquals } from "@std/assert";
import { takeTurns } from "../../probes/overhead.ts";
import type { RecordingItem, WorkloadReport, WorkloadRound } from "headcount";

function done(bytes: number): WorkloadReport {
  return { step: "done", bytes };
}

Deno.test("takeTurns() lets runs without probes and with take turns, and yields the first recording", async () => {
  const order: string[] = [];
  const rounds: WorkloadRound[] = [];
  let run = 0;
  async function* trace(): AsyncGenerator<RecordingItem, void, undefined> {
    order.push("traced");
    yield { kind: "lost", events: ++run };
    yield { kind: "workload", report: done(run) };
    await Promise.resolve();
  }
  const untraced = (): Promise<WorkloadReport[]> => {
    order.push("untraced");
    return Promise.resolve([done(0)]);
  };
  const items = await Array.fromAsync(takeTurns(untraced, trace, 3, (it) => rounds.push(it)));
  assertEquals(order, ["untraced", "traced", "untraced", "traced", "untraced", "traced"]);
  assertEquals(items, [{ kind: "lost", events: 1 }, { kind: "workload", report: done(1) }]);
  assertEquals(rounds.map(({ traced }) => traced), [[done(1)], [done(2)], [done(3)]]);
});
