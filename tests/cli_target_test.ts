import { assertEquals } from "@std/assert";
import { type TargetOptions, targetWish } from "../cli/target_options.ts";

const OPTIONS: TargetOptions = {
  ...{ target: "auto", memory: 2 ** 31, cpus: 2, pageRef: true, timeout: 120 },
};

function targetOf(options: Partial<TargetOptions>): string {
  const run = { log: "kernel.log", signal: new AbortController().signal, onEvent: () => {} };
  return targetWish({ ...OPTIONS, ...options }, 2 ** 21, run).target;
}

Deno.test("a kernel that is asked for is booted, also where this machine could be traced", () => {
  assertEquals(targetOf({}), "auto");
  assertEquals(targetOf({ kernel: "6.12" }), "guest");
  assertEquals(targetOf({ target: "local" }), "local");
});
