import { assertEquals } from "@std/assert";
import { dialectOf } from "../../probes/dialect.ts";

Deno.test("dialectOf() knows old bpftrace from new", () => {
  const entries = ["0.17.0", "0.21.2", "0.22.0", "0.23.2", "0.27.1", "1.0.0"].map((version) =>
    dialectOf(version).providers.fentry.entry
  );
  assertEquals(entries, ["kfunc", "kfunc", "fentry", "fentry", "fentry", "fentry"]);
});

Deno.test("dialectOf() wants a new bpftrace to stop at a probe that is missing", () => {
  assertEquals(dialectOf("0.17.0").preamble, "");
  assertEquals(dialectOf("0.27.1").preamble, 'config = { missing_probes = "error" }\n');
});
