import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MachineryError, type MemorySummary, RequestError } from "headcount";
import { guestNeeds } from "../../../probes/memory/kinds.ts";
import { fillPool } from "../../../probes/memory/hugetlb.ts";
import { type OpenMemory, openMemory } from "../../../probes/memory/open.ts";
import type { Target } from "../../../probes/targets/target.ts";
import { fakeTarget } from "../../support/fake_target.ts";

function open(target: Target, memory: MemorySummary, bytes = 2 ** 21): Promise<OpenMemory> {
  return openMemory(target, { memory, bytes, signal: new AbortController().signal });
}

Deno.test("anonymous memory is told to a workload by the name of its kind", async () => {
  const target = fakeTarget("local", () => ["always [madvise] never\n", 0]);
  for (const [kind, alignBytes] of [["anon", 4096], ["thp", 2 ** 21]] as const) {
    await using memory = await open(target, { kind });
    assertEquals(memory.expected, { path: kind, alignBytes, bytes: 2 ** 21 });
    assertEquals([await memory.device, await memory.memory], [memory.expected, { kind }]);
  }
});

Deno.test("transparent huge pages that are switched off are refused with the way to have them", async () => {
  const off = fakeTarget("local", () => ["always madvise [never]\n", 0]);
  const error = await assertRejects(() => open(off, { kind: "thp" }), RequestError);
  assertMatch(error.message, /echo madvise >\/sys\/kernel\/mm\/transparent_hugepage\/enabled/);
  const none = fakeTarget("local", () => ["", 1]);
  await assertRejects(() => open(none, { kind: "thp" }), RequestError, "no CONFIG_TRANSPARENT");
});

Deno.test("a pool of huge pages is as before when its memory is disposed of", async () => {
  const target = fakeTarget("local", () => ["7\n", 0]);
  {
    await using _memory = await open(target, { kind: "hugetlb-2M" }, 5 * 2 ** 20);
    assertMatch(target.asked[0] ?? "", /hugepages-2048kB 3$/);
  }
  assertMatch(
    target.asked[1] ?? "",
    /nr_hugepages" \/sys\/kernel\/mm\/hugepages\/hugepages-2048kB 7$/,
  );
});

Deno.test("huge pages that cannot be had are an error that says how to have them", async () => {
  const few = fakeTarget("local", () => ["0\n", 4]);
  const error = await assertRejects(() => fillPool(few, 2 ** 30, 2), MachineryError);
  assertMatch(error.message, /2 huge pages of 1073741824 bytes: .* hugepagesz= and hugepages=/);
  const none = fakeTarget("local", () => ["", 3]);
  await assertRejects(() => fillPool(none, 2 ** 30, 1), MachineryError, "none of that size");
});

Deno.test("fsdax is refused on this machine: its NVDIMMs hold somebody's data", async () => {
  const target = fakeTarget("local", () => ["", 0]);
  await assertRejects(() => open(target, { kind: "fsdax" }), RequestError, "--target guest");
  assertEquals(target.asked, []);
});

Deno.test("a device whose struct pages are not where --map says is refused", async () => {
  const list = JSON.stringify({
    dev: "namespace1.0",
    map: "dev",
    daxregion: { devices: [{ chardev: "dax1.0" }] },
  });
  const target = fakeTarget(
    "local",
    (command) =>
      command.startsWith("ndctl list") ? [list, 0] : ["dax1.0 4194304 2097152 0x1000", 0],
  );
  const found = await open(target, { kind: "devdax" });
  assertEquals(await found.memory, { kind: "devdax", map: "dev" });
  assertEquals(found.expected, {
    ...{ path: "/dev/dax1.0", alignBytes: 2 ** 21, bytes: 2 ** 22, pfn: 1 },
  });
  const refused = await open(target, { kind: "devdax", map: "mem" });
  await assertRejects(
    () => refused.memory,
    RequestError,
    "as --map dev puts them, not as --map mem",
  );
});

Deno.test("guestNeeds() gives each kind room, of one after the other", () => {
  const needs = (...kinds: MemorySummary["kind"][]) =>
    guestNeeds(kinds.map((kind) => ({ kind })), 2 ** 21 + 4096);
  assertEquals(needs("devdax"), { memoryBytes: 0, deviceBytes: 0, commandLine: "" });
  assertEquals(needs("devdax", "thp", "anon").memoryBytes, 3 * 2 ** 20);
  assertEquals(needs("fsdax").deviceBytes > 64 * 2 ** 20, true);
  assertEquals(needs("anon", "hugetlb-1G").memoryBytes, 2 ** 31);
});
