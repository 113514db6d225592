import { assertEquals } from "@std/assert";
import { type TargetOptions, targetWish } from "../cli/target_options.ts";

const OPTIONS: TargetOptions = {
  ...{ target: "auto", memory: 2 ** 31, cpus: 2, pageRef: true, timeout: 120, hostRoot: true },
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

Deno.test("without the host's root a guest sees the folder of the program only", () => {
  const run = { log: "kernel.log", signal: new AbortController().signal, onEvent: () => {} };
  const wish = (options: Partial<TargetOptions>, folder?: string) =>
    targetWish({ ...OPTIONS, ...options }, 2 ** 21, {
      ...run,
      ...(folder === undefined ? {} : { folder }),
    });
  assertEquals(wish({}, "/out").shares, undefined);
  assertEquals(wish({ hostRoot: false }, "/out").shares, ["/out"]);
  assertEquals(wish({ hostRoot: false }).shares, []);
  assertEquals(targetOf({ hostRoot: false }), "guest");
});
