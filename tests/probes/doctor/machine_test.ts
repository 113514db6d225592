import { assertEquals, assertStringIncludes } from "@std/assert";
import { type MachineFacts, machineFactsIn } from "../../../probes/doctor/facts.ts";
import { judgeMachine } from "../../../probes/doctor/machine.ts";
import { factsNames, readFacts, untraceable, withoutSymbol } from "../../support/facts.ts";
import { MACHINE_TEXT } from "../../support/foreign_text.ts";

const DAX = { name: "dax0.0", bytes: 2 ** 27, alignBytes: 2 ** 21, driver: "device_dax" };

const NAME = (await factsNames()).find((name) => name.startsWith("6.12.")) ?? "";
const GOOD: MachineFacts = {
  ...machineFactsIn(MACHINE_TEXT),
  bpftrace: { version: "0.17.0" },
  devices: { dax: [DAX], blocks: [], uses: [] },
  kernel: { facts: await readFacts(NAME) },
};

const NEEDS = { device: "any", isGuest: false };

/** State and finding of the checks of one name. */
function found(facts: MachineFacts, name: string, needs = NEEDS): readonly string[] {
  return judgeMachine(facts, needs).filter((it) => it.name === name)
    .map(({ state, found }) => `${state}: ${found}`);
}

Deno.test("a machine that has it all is well, and every check that is not says what to do", () => {
  const amiss = judgeMachine(GOOD, NEEDS).filter(({ state }) => state !== "ok" && state !== "skip");
  assertEquals(amiss, []);
  const bare = {
    ...MACHINE_TEXT,
    uid: "1000",
    tracing: "",
    mounts: "",
    btf: "",
    ramDisk: "",
    pools: "",
  };
  const broken: MachineFacts = {
    ...GOOD,
    ...machineFactsIn({ ...bare, gupTest: "", thp: "", ndctl: "", kprobeSymbol: "" }),
    bpftrace: { error: "not found" },
    devices: { dax: [], blocks: [], uses: [] },
    kernel: { error: "no BTF" },
  };
  const checks = judgeMachine(broken, NEEDS);
  for (const { name, state, remedy } of checks) {
    assertEquals(remedy !== undefined, state === "warn" || state === "fail", name);
  }
  assertEquals(checks.filter(({ state }) => state === "fail").map(({ name }) => name), [
    ...["root", "tracefs", "kprobes", "BTF", "bpftrace", "ram disk", "devdax"],
  ]);
});

Deno.test("a container's root is not enough, CAP_BPF and CAP_PERFMON nearly are", () => {
  const state = (capabilities: bigint) => found({ ...GOOD, capabilities }, "root")[0]?.slice(0, 4);
  assertEquals([state(0n), state(1n << 21n), state(3n << 38n)], ["fail", "ok: ", "warn"]);
});

Deno.test("lockdown: integrity takes the benchmark away, confidentiality all", () => {
  const state = (lockdown: string) => found({ ...GOOD, lockdown }, "lockdown")[0];
  assertStringIncludes(state("none [integrity] confidentiality") ?? "", "warn: integrity: ");
  assertStringIncludes(state("none integrity [confidentiality]") ?? "", "fail: confidentiality: ");
  assertStringIncludes(state("") ?? "", "skip: not shown");
});

Deno.test("tracefs: elsewhere, empty, or none at all", () => {
  const state = (path: string, fileSystems = ["tracefs"]) =>
    found({ ...GOOD, tracing: "", mounts: [{ type: "tracefs", path }], fileSystems }, "tracefs")[0];
  assertEquals(state("/mnt"), "fail: mounted on /mnt only");
  assertEquals(state("/sys/kernel/tracing"), "fail: mounted, but there is nothing in it");
  assertEquals(state("/mnt", []), "fail: this kernel has none");
});

Deno.test("kprobes that are switched off matter most where there is no fentry", () => {
  const off: MachineFacts = { ...GOOD, kprobesSwitch: "0" };
  assertStringIncludes(found(off, "kprobes")[0] ?? "", "warn: switched off");
  const kernel = "facts" in off.kernel
    ? { facts: withoutSymbol(off.kernel.facts, "btf_module_notify") }
    : off.kernel;
  assertStringIncludes(found({ ...off, kernel }, "kprobes")[0] ?? "", "fail: switched off");
  assertEquals(found({ ...GOOD, hasKprobes: false }, "kprobes"), ["fail: this kernel has none"]);
});

Deno.test("functions: without an entry nothing runs, without a needed one no verdict comes of it", () => {
  const { kernel } = GOOD;
  if (!("facts" in kernel)) throw new Error("no facts");
  const blind = { ...GOOD, kernel: { facts: untraceable(kernel.facts, "gup_fast_fallback") } };
  assertStringIncludes(found(blind, "functions")[0] ?? "", "fail: Cannot trace gup-fast on");
  assertStringIncludes(found(GOOD, "functions")[0] ?? "", "ok: entry gup_fast_fallback (fentry), ");
});

Deno.test("bpftrace: one that was never tried is told", () => {
  const state = (version: string) => found({ ...GOOD, bpftrace: { version } }, "bpftrace")[0];
  assertStringIncludes(state("0.16.0") ?? "", "warn: 0.16.0");
  assertEquals(state("0.27.0"), "ok: 0.27.0, in the words of 0.22 on");
});

Deno.test("devdax: one device that can be traced is enough, unless another is asked for", () => {
  const kmem = { ...DAX, name: "dax1.0", driver: "kmem" };
  const uses = [{ device: "dax1.0", how: "is memory of the kernel's (system-ram)" }];
  const both = { ...GOOD, devices: { dax: [DAX, kmem], blocks: [], uses } };
  const states = (facts: MachineFacts, device: string) =>
    found(facts, "devdax", { ...NEEDS, device }).map((text) => text.slice(0, 4));
  assertEquals(states(both, "any"), ["ok: ", "warn"]);
  assertEquals(states(both, "/dev/dax1.0"), ["fail"]);
  assertEquals(states({ ...GOOD, devices: { dax: [], blocks: [], uses: [] } }, "none"), ["skip"]);
});

Deno.test("huge pages are told by size", () => {
  assertStringIncludes(found(GOOD, "huge pages")[0] ?? "", "ok: 2M: 3 of 4 free, 1G: 0 of 0 free");
});

Deno.test("machineFactsIn() takes no word for a number that is none", () => {
  const pools = "1048576 0\nfew 4 3\n2048 1e999 3\n2048 4 3";
  const facts = machineFactsIn({ ...MACHINE_TEXT, btf: "many", pools });
  assertEquals([facts.btfBytes, facts.pools], [0, [{ pageBytes: 2 ** 21, total: 4, free: 3 }]]);
});
