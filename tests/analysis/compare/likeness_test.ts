import { assertEquals } from "@std/assert";
import { conditionsOf, differencesOf, type Report, workloadWords } from "headcount";
import { reportOf } from "../../support/fixture.ts";

const BEFORE = await reportOf("linux-5.10-2M");

function differences(other: Report): readonly string[] {
  return differencesOf(conditionsOf(BEFORE), conditionsOf(other)).map(({ what }) => what);
}

Deno.test("kernels may differ, their command lines and bpftrace too", async () => {
  assertEquals(differences(await reportOf("linux-5.10-rfc-2M")), []);
  assertEquals(differences(await reportOf("calls-debian-7.3-2M")), []);
});

Deno.test("what must be alike is named, one by one", () => {
  const { target, workload, kernel, device } = BEFORE;
  const changed: readonly (readonly [string, Report])[] = [
    ["accelerator", { ...BEFORE, target: { ...target, accelerator: "kvm" } }],
    ["machine", { ...BEFORE, target: { ...target, kind: "local" } }],
    ["machine", { ...BEFORE, kernel: { ...kernel, machine: "aarch64" } }],
    ["processors", { ...BEFORE, target: { ...target, cpus: 4 } }],
    ["machine memory", { ...BEFORE, target: { ...target, memoryBytes: 2 ** 33 } }],
    ["size", { ...BEFORE, workload: { ...workload, bytes: 2 ** 22 } }],
    ["calls seen", { ...BEFORE, workload: { ...workload, scope: "machine" } }],
    ["workload", { ...BEFORE, workload: { ...workload, name: "vmsplice" } }],
    ["memory", { ...BEFORE, memory: { kind: "thp" } }],
    ["align", { ...BEFORE, device: device && { ...device, alignBytes: 4096 } }],
    ["page size", { ...BEFORE, kernel: { ...kernel, pageBytes: 16384 } }],
  ];
  for (const [what, report] of changed) {
    assertEquals(differences(report).includes(what), true, what);
  }
});

Deno.test("what only one recording tells is no difference", () => {
  const { target } = BEFORE;
  const model = { ...BEFORE, target: { ...target, processor: "EPYC" } };
  assertEquals(differences(model), []);
  const other = { ...BEFORE, target: { ...target, processor: "Xeon" } };
  assertEquals(
    differencesOf(conditionsOf(model), conditionsOf(other)),
    [{ what: "processor", baseline: "EPYC", patched: "Xeon" }],
  );
});

Deno.test("a kernel that keeps some memory for itself is on the same machine", () => {
  const { target } = BEFORE;
  const bytes = 2 ** 31 - 50 * 2 ** 20;
  assertEquals(differences({ ...BEFORE, target: { ...target, memoryBytes: bytes } }), []);
});

Deno.test("workloadWords() are the options, whatever the benchmark and the device are called", () => {
  const { workload } = BEFORE;
  const words = (...command: string[]) =>
    workloadWords({ ...BEFORE, workload: { ...workload, name: "gup-test", command } }).join(" ");
  const rest = ["/dev/dax0.0", "4096", "4096", "-u", "-n", "4096"];
  assertEquals(words("p.ts", "/sys/kernel/debug/gup_benchmark", ...rest), "gup-test -u -n 4096");
  assertEquals(words("p.ts", "/sys/kernel/debug/gup_test", ...rest), "gup-test -u -n 4096");
  assertEquals(words("p.ts", "/sys/kernel/debug/gup_test"), "gup-test");
  assertEquals(words("gup_test", "-u", "-f", "/dev/dax0.0", "-S"), "gup-test -u -S");
});
