/**
 * Second witnesses: what scripts written by hand, or the kernel's own tracepoints, say of the same
 * write that headcount reports as 512 pages in calls of 256, 255 and 1.
 */

import { assert, assertEquals } from "@std/assert";
import { cacheFolder, type RefcountEvent, type Report, splitLines } from "headcount";
import { createNamespace, readDevice } from "../../probes/device.ts";
import { bootGuest } from "../../probes/guest/guest.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import type { Target } from "../../probes/targets/target.ts";
import { readWorkloadLine } from "../../probes/workloads/report.ts";
import { pieceCommand } from "../../probes/workloads/piece_command.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { guestDeadline, guestTest, kernelTest } from "../support/guest.ts";

const MIB = 2 ** 20;

/** Runs a script beside the direct-io workload of 2 MiB and returns the maps that it prints. */
async function witness(
  target: Target,
  program: (firstPfn: number) => string,
  folder: string,
  environment: Record<string, string>,
): Promise<Record<string, unknown>> {
  await createNamespace(target, { mode: "devdax", alignBytes: 2 * MIB, map: "dev" });
  const device = await readDevice(target, "/dev/dax0.0");
  const { command, environment: env } = pieceCommand(
    target,
    { kind: "direct-io" },
    device,
    2 * MIB,
  );
  const workload = target.exec(command, { env });
  const script = `${folder}/witness.bt`;
  await Deno.writeTextFile(script, program(device.pfn ?? 0));
  const tracer = target.exec(
    ["bpftrace", "-f", "json", "-c", "/bin/sh", target.provide(script), String(await workload.pid)],
    { env: environment },
  );
  await tracer.write("echo attached\n");
  const maps: Record<string, unknown> = {};
  const attached = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const line of splitLines(tracer.stdout)) {
      if (line === "attached") attached.resolve();
      if (line.startsWith('{"type": "map"')) Object.assign(maps, JSON.parse(line).data);
    }
    attached.reject(new Error(await new Response(tracer.stderr).text()));
  })();
  await attached.promise;
  await workload.write("go\n");
  for await (const line of splitLines(workload.stdout)) {
    if (readWorkloadLine(line)?.step === "done") await workload.write("end\n");
  }
  assertEquals([await workload.exit, await new Response(workload.stderr).text()], [0, ""]);
  await tracer.write("exit\n");
  await Promise.all([reading.catch(() => {}), tracer.exit]);
  return maps;
}

function wish(folder: string, kernel: { image: string; modules?: string }) {
  return {
    kernel,
    append: "",
    memoryBytes: 2 ** 31,
    cpus: 2,
    regionBytes: regionBytes(2 * MIB, 2 * MIB),
    diskBytes: 2 * MIB,
    cache: cacheFolder(),
    log: `${folder}/kernel.log`,
    signal: guestDeadline(),
    onEvent: () => {},
  };
}

guestTest("kprobes that only count agree with the report of Debian 6.1", async () => {
  await using folder = await temporaryFolder();
  const kernel = await findKernel(cacheFolder(), undefined, undefined);
  await using guest = await bootGuest(wish(folder.path, kernel));
  const program = () => `
kprobe:internal_get_user_pages_fast /pid == $1/ { @in[tid] = 1; @calls[arg1] = count(); }
kretprobe:internal_get_user_pages_fast /@in[tid]/ { @in[tid] = 0; }
kprobe:try_grab_page /@in[tid]/ { @one = count(); }
kprobe:get_dev_pagemap /@in[tid]/ { @real[arg1 == 0] = count(); }
END { clear(@in); }
`;
  const maps = await witness(guest, program, folder.path, {});
  assertEquals(maps["@one"], 512);
  // The key is whether no pgmap was handed in. (As words it would be wrong: 0.17 pads strings of
  // different lengths differently and splits one key into two.)
  assertEquals(maps["@real"], { "1": 3, "0": 509 });
  const calls = maps["@calls"] as Record<string, number>;
  // Calls of one page come from the process's futexes, too.
  assertEquals([calls["256"], calls["255"], (calls["1"] ?? 0) >= 1], [1, 1, true]);
});

kernelTest(
  "bzImage-7.3-gup-test",
  "the page_ref tracepoints of 7.3 show one addition for each leaf of each call",
  async (image) => {
    await using folder = await temporaryFolder();
    await using guest = await bootGuest(wish(folder.path, { image }));
    const program = (pfn: number) =>
      `tracepoint:page_ref:page_ref_mod_unless /pid == $1 && args->pfn == ${pfn}/
{ @added[args->val] = count(); }
`;
    const maps = await witness(guest, program, folder.path, {
      BPFTRACE_BTF: "/sys/kernel/btf/vmlinux",
    });
    assertEquals(maps["@added"], { "256": 1, "255": 1, "1": 1 });
  },
);

/** Kernels with the page_ref tracepoints: what each page's `_refcount` gained and lost by the write. */
const WITNESSED = [
  // 512 gets of single pages, and 512 puts that nothing else shows.
  { kernel: "bzImage-5.10-compound", options: [], refcounts: 512 },
  // Three gets of one head.
  {
    kernel: "bzImage-5.10-compound",
    options: ["--append", "devdax_compound=1 gup_variant=1"],
    refcounts: 512,
  },
  // Three pins of one head, which has a count of pins of its own.
  { kernel: "bzImage-7.3-gup-test", options: [], refcounts: 512 },
  // 512 pins of single pages, each of which counts 1024.
  { kernel: "bzImage-7.3-gup-test", options: ["--align", "4K"], refcounts: 512 * 1024 },
] as const;

for (const { kernel, options, refcounts } of WITNESSED) {
  const how = [kernel, ...options].join(" ");
  kernelTest(kernel, `page_ref adds and takes what grabs and puts imply: ${how}`, async (image) => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const traced = await runTask([
      "trace",
      ...["--json", "--quiet", "--out", out, "--kernel", image, ...options],
    ]);
    const { ledger, putSide }: Report = JSON.parse(traced.stdout);
    assertEquals(ledger.laws.filter(({ name }) => name.startsWith("refcounts")), [
      { name: "refcounts added", stream: refcounts, kernel: refcounts, holds: true, why: null },
      { name: "refcounts taken", stream: refcounts, kernel: refcounts, holds: true, why: null },
    ]);
    assertEquals([ledger.clean, putSide.held], [true, []]);
    // Each page, not only their sum: the recording has them one by one.
    const lines = (await Deno.readTextFile(`${out}/recording.jsonl`)).split("\n");
    const pages = lines.filter((line) => line.startsWith('{"kind":"refcount"'))
      .map((line): RefcountEvent => JSON.parse(line));
    assert(pages.length > 0);
    assertEquals(pages.filter(({ added, taken }) => added !== taken), []);
  });
}
