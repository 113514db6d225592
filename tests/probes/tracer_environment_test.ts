import { assertEquals } from "@std/assert";
import { makePlan } from "../../probes/plan.ts";
import { tracerEnvironment } from "../../probes/tracer_environment.ts";
import { readFacts } from "../support/facts.ts";

const V6_1 = makePlan(await readFacts("6.1.0-56-amd64"), { putsOf: "all" });
const COMPOUND = makePlan(await readFacts("5.10.223"), { putsOf: "all" });

Deno.test("tracerEnvironment() has buffers of 16 MiB, and smaller ones for many processors", () => {
  const pages = (cpus: number) =>
    tracerEnvironment(V6_1, { cpus, pages: 512 })["BPFTRACE_PERF_RB_PAGES"];
  assertEquals([1, 2, 16, 17, 64, 1024, 4096].map(pages), [
    "4096",
    "4096",
    "4096",
    "2048",
    "1024",
    "64",
    "64",
  ]);
});

Deno.test("tracerEnvironment() makes room for a key a page where page_ref is counted", () => {
  const keys = (plan: typeof V6_1) =>
    tracerEnvironment(plan, { cpus: 2, pages: 131_072 })["BPFTRACE_MAP_KEYS_MAX"];
  assertEquals([keys(V6_1), keys(COMPOUND)], [undefined, "262144"]);
});

Deno.test("tracerEnvironment() makes room for the threads of a machine", async () => {
  const facts = await readFacts("6.1.0-56-amd64");
  const keys = (scope: "command" | "machine") =>
    tracerEnvironment(makePlan(facts, { putsOf: "all", scope }), { cpus: 2, pages: 512 })[
      "BPFTRACE_MAP_KEYS_MAX"
    ];
  assertEquals([keys("command"), keys("machine")], [undefined, "16384"]);
});

Deno.test("tracerEnvironment() lets what was asked for win", () => {
  const asked = { BPFTRACE_PERF_RB_PAGES: "1", BPFTRACE_MAP_KEYS_MAX: "1" };
  assertEquals(tracerEnvironment(V6_1, { cpus: 2, pages: 512 }, asked), asked);
});
