import { assertEquals } from "@std/assert";
import { takingOfCommand, takingOfPieces } from "../../../probes/workloads/taking.ts";
import { factsNames, readFacts } from "../../support/facts.ts";

Deno.test("takingOfCommand() says how each command of the kernel's benchmark takes memory", () => {
  const said = (["get-fast", "pin-fast", "get-basic", "pin-basic", "pin-longterm"] as const)
    .map((command) => Object.values(takingOfCommand(command)).join(" "));
  assertEquals(said, ["fast get", "fast pin", "slow get", "slow pin", "slow pin"]);
});

Deno.test("takingOfPieces() goes by what the kernel shows", async () => {
  const before = ["5.10.0-46-amd64", "5.10.223", "6.1.0-56-amd64"];
  for (const name of await factsNames()) {
    const facts = await readFacts(name);
    const said = (["direct-io", "vmsplice", "io-uring", "process-vm"] as const)
      .map((workload) => Object.values(takingOfPieces(workload, facts, true)).join(" "));
    const expected = before.includes(name)
      ? ["fast get", "fast get", "slow pin", "slow pin"]
      : ["fast pin", "fast get", "fast-then-slow pin", "slow pin"];
    assertEquals(said, expected, name);
    // Other memory than a device's may be pinned for long by the fast walk.
    const other = Object.values(takingOfPieces("io-uring", facts, false)).join(" ");
    assertEquals(other, before.includes(name) ? "slow pin" : "fast pin", name);
  }
});
