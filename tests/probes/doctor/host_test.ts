import { assertEquals } from "@std/assert";
import {
  type GuestHostFacts,
  judgeFolder,
  judgeHost,
  readHostFacts,
} from "../../../probes/doctor/host.ts";
import { temporaryFolder } from "../../support/cli.ts";

const MIB = 2 ** 20;
const GUEST: GuestHostFacts = { qemu: "7.2.22", missing: [], kvm: { kind: "try" } };

function states(guest: Partial<GuestHostFacts>): Record<string, string> {
  const checks = judgeHost({ folders: [], guest: { ...GUEST, ...guest } });
  return Object.fromEntries(checks.map(({ name, state }) => [name, state]));
}

Deno.test("a guest needs QEMU and some programs, and does without KVM", () => {
  assertEquals(states({}), { QEMU: "ok", KVM: "ok", programs: "ok" });
  assertEquals(states({ qemu: "" })["QEMU"], "fail");
  assertEquals(states({ kvm: { kind: "no", why: "it hangs" } })["KVM"], "warn");
  assertEquals(states({ missing: ["cpio"] })["programs"], "warn");
  assertEquals(states({ missing: ["cpio", "busybox"] })["programs"], "fail");
});

Deno.test("a folder must be writable, and large enough for what is written there", () => {
  const state = (name: string, freeBytes: number, writable = true) =>
    judgeFolder({ name, path: "/f", freeBytes, writable }).state;
  assertEquals([state("TMPDIR", 8 * MIB), state("TMPDIR", 64 * MIB)], ["fail", "warn"]);
  assertEquals([state("recordings", 0), state("recordings", 2 ** 30)], ["fail", "ok"]);
  assertEquals([state("recordings", 2 ** 30, false), state("cache", 0, false)], ["fail", "warn"]);
});

Deno.test("a folder that is not there yet is judged by the one above", async () => {
  await using folder = await temporaryFolder();
  const { folders } = await readHostFacts({ folders: { recordings: `${folder.path}/a/b` } });
  assertEquals(folders.map(({ path, writable }) => [path, writable]), [[folder.path, true]]);
  assertEquals((folders[0]?.freeBytes ?? 0) > 0, true);
});
