/**
 * Traces a QEMU guest with an emulated NVDIMM and prints the grabs of each call as they come:
 *
 *     deno run --allow-read --allow-write --allow-run --allow-env examples/guest_nvdimm.ts
 */

import { cacheFolder, trace, VERSION } from "../mod.ts";

const directory = await Deno.makeTempDir();
try {
  const items = trace({
    target: "guest",
    append: "",
    memoryBytes: 2 * 1024 ** 3,
    cpus: 2,
    alignBytes: 2 * 1024 ** 2,
    bytes: 2 * 1024 ** 2,
    workload: { kind: "direct-io" },
    cache: cacheFolder(),
    directory,
    log: `${directory}/kernel.log`,
    created: new Date().toISOString(),
    headcount: VERSION,
    signal: AbortSignal.timeout(120_000),
    onEvent: (event) => console.error(JSON.stringify(event)),
  });
  for await (const item of items) {
    if (item.kind !== "call" && item.kind !== "run") continue;
    // The line of a call has its last run; those before have lines of their own.
    const run = item.kind === "call" ? item.run : item;
    if (run === undefined) continue;
    console.log(`call ${item.call}: ${run.count} grabs of ${run.refs} on order ${run.order}`);
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}
