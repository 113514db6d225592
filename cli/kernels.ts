/**
 * `kernels`: Debian's kernels, in the cache and to be had.
 *
 * @module
 */

import type { Command } from "@commander-js/extra-typings";
import {
  cacheFolder,
  type Column,
  fetchKernel,
  type ListedKernel,
  listKernels,
  MachineryError,
  mebibytes,
  type Progress,
  removeKernels,
  RequestError,
  textTable,
} from "../mod.ts";
import { complain, EXIT_INTERRUPTED, writeAll } from "./output.ts";
import { showProgress } from "./record.ts";
import { abortOnSignals } from "./signals.ts";

/** Adds the command `kernels`. */
export function addKernels(root: Command): void {
  root.command("kernels")
    .description("List Debian's kernels for guests, fetch them into the cache, remove them there.")
    .option("--all", "list all that can be had, not the newest of each series only")
    .option("--offline", "list the cache only")
    .option("--fetch <version>", "bring the newest such kernel into the cache", collect, [])
    .option("--remove <version>", "remove such kernels from the cache", collect, [])
    .option("--json", "print one JSON object")
    .addHelpText("after", KERNELS_HELP)
    .action(async (options) => {
      Deno.exitCode = await kernelsCommand(options);
    });
}

const KERNELS_HELP = `
A version is a release or its beginning, such as 6.1 or 6.12.118+deb13; --fetch
takes "latest", too. Both can be given several times. What "trace --kernel" asks
for is fetched by itself.

Examples:
  deno task kernels                             what there is
  deno task kernels --fetch 6.12 --fetch 7.3    two kernels more
  deno task kernels --remove 5.10               and less`;

interface KernelsOptions {
  readonly all?: true | undefined;
  readonly offline?: true | undefined;
  readonly fetch: readonly string[];
  readonly remove: readonly string[];
  readonly json?: true | undefined;
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

async function kernelsCommand(options: KernelsOptions): Promise<number> {
  if (options.offline && options.fetch.length > 0) {
    throw new RequestError(
      `Cannot fetch "${options.fetch[0]}" with --offline: leave out one of them`,
    );
  }
  const progress = showProgress(false);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  try {
    const job: Job = { ...options, progress, signal: abort.signal };
    if (options.fetch.length + options.remove.length > 0) await change(job);
    else await list(job);
    return 0;
  } catch (error) {
    if (typeof abort.signal.reason !== "string") throw error;
    complain(`Stopped by ${abort.signal.reason}; nothing is left half done.`);
    return EXIT_INTERRUPTED;
  } finally {
    stopListening();
  }
}

interface Job extends KernelsOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Removes, then fetches: in this order there is more space. */
async function change(job: Job): Promise<void> {
  const cache = cacheFolder();
  const how = { signal: job.signal, onEvent: job.progress.tell.bind(job.progress) };
  const removed: unknown[] = [];
  for (const wish of job.remove) {
    for (const kernel of await removeKernels(cache, wish, how)) {
      removed.push(kernel);
      await say(job, kernel.release, `removed, ${mebibytes(kernel.freedBytes)} freed`);
    }
  }
  const fetched: unknown[] = [];
  for (const wish of job.fetch) {
    const { kernel: { release }, downloadedBytes, cachedBytes } = await fetchKernel(
      cache,
      wish,
      how,
    );
    fetched.push({ release, downloadedBytes, cachedBytes });
    const unpacked = mebibytes(cachedBytes);
    const what = downloadedBytes === 0
      ? `in the cache, ${unpacked}`
      : `fetched ${mebibytes(downloadedBytes)}, unpacked ${unpacked}`;
    await say(job, release, what);
  }
  if (job.json) await writeAll(Deno.stdout, `${JSON.stringify({ removed, fetched }, null, 2)}\n`);
}

/** A line as those of `./setup`. */
async function say({ json }: Job, release: string, what: string): Promise<void> {
  if (json) return;
  await writeAll(Deno.stdout, `${"kernel".padEnd(16)} ${release.padEnd(28)} ${what}\n`);
}

/** Lists; what is in the cache even where Debian cannot be asked. */
async function list({ all, offline, json, progress, signal }: Job): Promise<void> {
  const cache = cacheFolder();
  const how = { signal, onEvent: progress.tell.bind(progress) };
  let failure: MachineryError | undefined;
  const available = offline ? "none" : all ? "all" : "newest of each series";
  const kernels = await listKernels(cache, { ...how, available }).catch((error) => {
    if (!(error instanceof MachineryError)) throw error;
    failure = error;
    return listKernels(cache, { ...how, available: "none" });
  });
  const title = all
    ? "Debian's others, to be had with --fetch:"
    : "Debian's newest of each series, to be had with --fetch:";
  const text = json ? `${JSON.stringify({ kernels }, null, 2)}\n` : render(kernels, title);
  await writeAll(Deno.stdout, text);
  if (failure !== undefined) throw failure;
}

/** Two tables: the cache, and what else can be had. */
function render(kernels: readonly ListedKernel[], title: string): string {
  const cached = kernels.filter(({ cachedBytes }) => cachedBytes !== undefined);
  const others = kernels.filter(({ cachedBytes }) => cachedBytes === undefined);
  const rows = [...cached, ...others].map((kernel) => [
    kernel.release,
    kernel.series,
    kernel.version,
    mebibytes(kernel.cachedBytes ?? kernel.downloadBytes ?? 0),
    kernel.suite ?? "-",
  ]);
  const [first = "", ...lines] = textTable(COLUMNS, rows);
  const table = (title: string, some: readonly string[]): string[] =>
    some.length === 0 ? [] : ["", title, ...some];
  return [
    first,
    ...table("In the cache:", lines.slice(0, cached.length)),
    ...table(title, lines.slice(cached.length)),
    ...(lines.length === 0 ? ["", "The cache is empty."] : []),
    "",
  ].join("\n");
}

const COLUMNS: readonly Column[] = [
  { head: "release" },
  { head: "series" },
  { head: "package" },
  { head: "size", right: true },
  { head: "suite" },
];
