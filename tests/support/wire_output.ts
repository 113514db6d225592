/**
 * Makes the fixtures of what bpftrace prints: one program in the words of each version, run in a guest
 * with a map that fills up and a buffer that is too small.
 *
 *     deno run -A tests/support/wire_output.ts VERSION...
 *
 * Of the many lines of one kind that it prints, the first few are kept.
 *
 * @module
 */

import { cacheFolder } from "headcount";
import { fetchBpftrace } from "../../probes/debian/bpftrace.ts";
import { dialectOf } from "../../probes/dialect.ts";
import { bootGuest } from "../../probes/guest/guest.ts";
import { findKernel } from "../../probes/guest/kernels.ts";
import { regionBytes } from "../../probes/guest/nvdimm.ts";
import { collect, readText } from "../../probes/targets/target.ts";

/** Lines of one kind that are kept. */
const KEPT = 3;

const cache = cacheFolder();
const folder = await Deno.makeTempDir({ prefix: "headcount-wire-" });
await using guest = await bootGuest({
  kernel: await findKernel(cache, undefined, undefined),
  append: "",
  memoryBytes: 2 ** 31,
  cpus: 2,
  regionBytes: regionBytes(2 ** 21, 2 ** 21),
  diskBytes: 2 ** 21,
  cache,
  log: `${folder}/kernel.log`,
  signal: new AbortController().signal,
  onEvent: () => {},
});
for (const wish of Deno.args) {
  const program = wish === "installed"
    ? "bpftrace"
    : guest.provide((await fetchBpftrace(cache, wish)).program);
  const told = await readText(guest, [program, "--version"], "Asking bpftrace its version");
  const version = told.trim().replace(/^bpftrace v/, "");
  const { providers, preamble, options, mapKeys } = dialectOf(version);
  const script = `${folder}/${version}.bt`;
  await Deno.writeTextFile(
    script,
    `${preamble}
BEGIN
{
  @put[412, 1] = ((uint64)0x100a00, (uint64)0x12010100000200, (uint64)0, (uint64)0x100a00,
    (uint64)9007199254740991, (uint64)1);
  @big[0] = (uint64)0x7fffffffffffff01;
  @bigtuple[0] = ((uint64)1, (uint64)0x7fffffffffffff01);
  @full[1] = 1;
  @full[2] = 2;
  @full[3] = 3;
  @added[1051136] = sum(512);
  @taken[1051136] = sum(511);
  @total[0] = ((uint64)0, (uint64)0, (uint64)0, (uint64)0, (uint64)0, (uint64)0);
  @total[412] = ((uint64)2, (uint64)512, (uint64)513, (uint64)513, (uint64)512, (uint64)3);
  @total_puts = count();
  @total_put_refs = sum(512);
  printf("run 412 1 %lx 1 100a00 100a00 9\\n", (uint64)0x200000100);
  printf("refused 412 2000103 1 100a01 %lx\\n", (uint64)1);
}

${providers.fentry.entry}:vfs_read
/comm == "dd"/
{
  printf("refused %d 1000001 1 %lx %lx\\n", tid, (uint64)args->count, nsecs & 0xff);
}

${providers.kprobe.exit}:vfs_read,${providers.kprobe.entry}:vfs_write
/comm == "dd"/
{
  printf("refused %d 1000001 2 1 1\\n", tid);
}

END
{
  clear(@full);
}
`,
  );
  const { stdout, stderr } = await collect(guest.exec([
    ...["env", `${mapKeys}=2`, "BPFTRACE_PERF_RB_PAGES=1"],
    ...[program, "-f", "json", ...options],
    ...["-c", "/bin/dd if=/dev/zero of=/dev/null count=100000 bs=1 status=none"],
    guest.provide(script),
  ]));
  const seen = new Map<string, number>();
  const text = new TextDecoder().decode(stdout).replaceAll(guest.provide(folder), "/tmp");
  const lines = text.split("\n").filter((line) => {
    const kind = line.replace(/"data": "(\w+) .*/, "$1").replaceAll(/[\d]+/g, "");
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return (seen.get(kind) ?? 0) <= KEPT;
  });
  if (!lines.some((line) => line.includes("lost_events"))) throw new Error(`No loss:\n${stderr}`);
  const url = new URL(`../fixtures/wire/bpftrace-${version}.txt`, import.meta.url);
  await Deno.mkdir(new URL(".", url), { recursive: true });
  await Deno.writeTextFile(url, lines.join("\n"));
}
await Deno.remove(folder, { recursive: true });
