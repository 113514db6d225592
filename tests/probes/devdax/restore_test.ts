import { assertEquals } from "@std/assert";
import type { Namespace } from "../../../probes/devdax/inventory.ts";
import { formerWords, restoreStep } from "../../../probes/devdax/restore.ts";
import type { DevdaxChange, NamespaceBefore } from "../../../probes/devdax/state.ts";

const NOW: Namespace = {
  name: "namespace0.0",
  region: "region0",
  mode: "devdax",
  bytes: 2 ** 26,
  label: "",
  uuid: "new",
  devices: ["dax0.0"],
  contents: { kind: "known", what: "what a devdax device holds" },
  uses: [],
};
const BEFORE: NamespaceBefore = { mode: "raw", label: "", uuid: "old", held: "nothing" };
const CHANGE: DevdaxChange = {
  namespace: "namespace0.0",
  region: "region0",
  at: "2026-11-25T00:00:00Z",
  uuid: "new",
  before: BEFORE,
};

Deno.test("what was made in free space is destroyed, what was something else is that again", () => {
  const { before: _, ...free } = CHANGE;
  assertEquals(restoreStep(free, NOW), { kind: "destroy" });
  assertEquals(restoreStep(CHANGE, NOW), { kind: "reconfigure", before: BEFORE });
});

Deno.test("a namespace that is in use, or somebody's by now, is left as it is", () => {
  const used = restoreStep(CHANGE, { ...NOW, uses: ["is open in process 7 (qemu)"] });
  assertEquals(used, { kind: "refused", why: "it is open in process 7 (qemu); end that first" });
  assertEquals(restoreStep(CHANGE, { ...NOW, uuid: "theirs" }).kind, "refused");
  assertEquals(restoreStep(CHANGE, undefined).kind, "gone");
});

Deno.test("a change that was cut off is undone if it happened", () => {
  const pending = { ...CHANGE, uuid: "" };
  assertEquals(restoreStep(pending, NOW).kind, "reconfigure");
  assertEquals(restoreStep(pending, { ...NOW, mode: "raw", uuid: "old" }), {
    kind: "gone",
    why: "it was not changed",
  });
});

Deno.test("formerWords() tells ndctl what it was, and nothing that the mode has not", () => {
  assertEquals(formerWords({ ...BEFORE, sectorBytes: 512 }), ["--mode=raw"]);
  assertEquals(formerWords({ ...BEFORE, mode: "sector", sectorBytes: 4096 }), [
    "--mode=sector",
    "--sector-size=4096",
  ]);
});
