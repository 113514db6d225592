/** Traces by other bpftrace versions than the installed one. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cacheFolder, decodeItems, type Report, splitLines } from "headcount";
import { fetchBpftrace } from "../../probes/debian/bpftrace.ts";
import { createNamespace } from "../../probes/device.ts";
import { collect } from "../../probes/targets/target.ts";
import { runTask, temporaryFolder } from "../support/cli.ts";
import { lacksBpftrace, lacksKernels, testUnless } from "../support/guest.ts";
import { bootDebian, headcountInside, pinAgain } from "../support/inside.ts";

const BYTES = 2 ** 21;

/** A version of bpftrace, a kernel, and the verdict that the installed version comes to. */
const CASES = [
  { bpftrace: "0.23", kernel: "6.1", verdict: "per-page", grabs: 512 },
  { bpftrace: "0.27", kernel: "7.3", verdict: "once", grabs: 3 },
] as const;

for (const { bpftrace, kernel, verdict, grabs } of CASES) {
  const lack = await lacksBpftrace(bpftrace) ?? await lacksKernels(kernel);
  testUnless(lack, `trace --bpftrace ${bpftrace}: ${kernel} is ${verdict}`, async () => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const traced = await runTask([
      "trace",
      ...["--json", "--quiet", "--stacks", "--out", out],
      ...["--bpftrace", bpftrace, "--kernel", kernel],
    ]);
    const report: Report = JSON.parse(
      traced.stdout || `{"error":${JSON.stringify(traced.stderr)}}`,
    );
    assertEquals(report.ledger?.clean, true, traced.stdout + traced.stderr);
    assertMatch(report.recording.bpftrace, new RegExp(`^${bpftrace}\\.`));
    assertEquals([report.verdict, report.totals.grabs], [verdict, grabs]);
    assertStringIncludes(
      await Deno.readTextFile(`${out}/headcount.bt`),
      'missing_probes = "error"',
    );
    await checkStacks(out, report);
  });
}

/** Every version's way to print a stack is read: those of all pages, from the call to the system call. */
async function checkStacks(recording: string, { ledger }: Report): Promise<void> {
  const { readable } = await Deno.open(`${recording}/recording.jsonl`);
  const items = await Array.fromAsync(decodeItems(splitLines(readable)));
  const stacks = items.filter((item) => item.kind === "stack");
  const pages = stacks.reduce((sum, stack) => sum + stack.pages, 0);
  assertEquals(pages, ledger.laws.find(({ name }) => name === "pages")?.kernel);
  const [write] = stacks;
  assertEquals([write?.comm, write?.calls, write?.pages], ["deno", 3, 512]);
  const names = write?.frames.map((frame) => frame.replace(/\+\d+$/, "")) ?? [];
  assertMatch(names[0] ?? "", /^(internal_get_user_pages_fast|gup_fast_fallback)$/);
  for (const name of ["bio_iov_iter_get_pages", "vfs_write", "__x64_sys_pwrite64"]) {
    assert(names.includes(name), names.join(", "));
  }
}

/** What runs already, by the options that name it where that process is asked for. */
const OBSERVED = [
  { version: "0.23", scope: "a process", options: (pid: number) => ["--pid", String(pid)] },
  { version: "0.27", scope: "all processes", options: () => ["--all"] },
] as const;

for (const { version, scope, options } of OBSERVED) {
  const lack = await lacksBpftrace(version) ?? await lacksKernels("6.12");
  testUnless(lack, `trace --bpftrace ${version}: ${scope} of 6.12 is observed`, async () => {
    await using folder = await temporaryFolder();
    await using guest = await bootDebian(`${folder.path}/kernel.log`, { kernel: "6.12" });
    await createNamespace(guest, { mode: "devdax", alignBytes: BYTES, map: "dev" });
    const { number } = await pinAgain(guest, BYTES);
    const { program } = await fetchBpftrace(cacheFolder(), version);
    const { code, stdout, stderr } = await collect(
      await headcountInside(guest, [
        ...["trace", "--json", ...options(number), "--duration", "3s", "--out", "/tmp/observed"],
        ...["--bpftrace", guest.provide(program)],
      ]),
    );
    assert(stdout.length > 0, stderr);
    const report: Report = JSON.parse(new TextDecoder().decode(stdout));
    assertMatch(report.recording.bpftrace, new RegExp(`^${version}\\.`));
    assertEquals([report.ledger.clean, code], [true, 1], stderr + report.reasons.join("\n"));
    assertEquals(report.ledger.balance.uneven + report.ledger.balance.unsure, 0);
    const pinner = report.processes?.find(({ pid }) => pid === number);
    assert(pinner !== undefined && pinner.pages >= 512, JSON.stringify(report.processes));
    assertEquals([report.verdict, pinner.grabs], ["per-page", report.totals.grabs]);
  });
}
