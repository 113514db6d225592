/**
 * `kernel`: builds a kernel to trace, out of a tree of the user's.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { buildKernel, type BuiltKernel, cacheFolder, mebibytes } from "../mod.ts";
import { count } from "./arguments.ts";
import { complain, EXIT_INTERRUPTED, writeAll } from "./output.ts";
import { showProgress } from "./record.ts";
import { abortOnSignals } from "./signals.ts";

/** Adds the command `kernel`. */
export function addKernel(root: Command): void {
  root.command("kernel")
    .description(
      "Build a kernel with all that a traced guest needs, from a tree of yours, which is only read.",
    )
    .requiredOption("--tree <dir>", "a tree of Linux")
    .option("--patch <file>", "an mbox or a difference, applied to a copy", collect)
    .option("--config <file>", "a fragment of further options", collect)
    .option("--local-version <text>", "end of the release (-headcount and the patches' names)")
    .option("--out <file>", "where the bzImage goes (default: the folder of the build)")
    .option("--build-dir <dir>", "folder of the build, kept (default: in the cache)")
    .addOption(
      new Option("--jobs <n>", "how much is built at once")
        .argParser(count).default(navigator.hardwareConcurrency, "the processors"),
    )
    .option("--json", "print one JSON object")
    .option("--quiet", "print nothing on the way")
    .addHelpText("after", KERNEL_HELP)
    .action(async (options) => {
      Deno.exitCode = await kernelCommand(options);
    });
}

const KERNEL_HELP = `
--patch and --config can be given several times. What was built is kept: with
another patch, or none, only what that changes is built anew. Exit codes: 0 it
was built, 64 usage error or a patch that does not fit, 69 the build failed, 130
stopped.

Examples:
  deno task kernel --tree ~/linux                    as it is
  deno task kernel --tree ~/linux --patch v2.mbox    and with a series
  deno task kernel --tree ~/linux --out ./bzImage --config lockdep.config`;

interface KernelOptions {
  readonly tree: string;
  readonly patch?: readonly string[] | undefined;
  readonly config?: readonly string[] | undefined;
  readonly localVersion?: string | undefined;
  readonly out?: string | undefined;
  readonly buildDir?: string | undefined;
  readonly jobs: number;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function kernelCommand(options: KernelOptions): Promise<number> {
  const { tree, patch = [], config = [], localVersion, out, buildDir, jobs, quiet = false } =
    options;
  const progress = showProgress(quiet);
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  try {
    const built = await buildKernel({
      tree,
      patches: patch,
      fragments: config,
      jobs,
      ...(localVersion === undefined ? {} : { localVersion }),
      ...(out === undefined ? {} : { out }),
      ...(buildDir === undefined ? {} : { folder: buildDir }),
      cache: cacheFolder(),
      signal: abort.signal,
      onEvent: progress.tell.bind(progress),
    });
    progress.finish();
    await writeAll(
      Deno.stdout,
      options.json ? `${JSON.stringify(built, null, 2)}\n` : render(built),
    );
    return 0;
  } catch (error) {
    progress.finish();
    if (typeof abort.signal.reason !== "string") throw error;
    complain(`Stopped by ${abort.signal.reason} in phase "${progress.phase}".`);
    return EXIT_INTERRUPTED;
  } finally {
    stopListening();
  }
}

function render(built: BuiltKernel): string {
  const compiled = built.compiled === 1 ? "1 file compiled" : `${built.compiled} files compiled`;
  return [
    `release  ${built.release}`,
    ...built.patches.map((title) => `patch    ${title}`),
    `image    ${built.image} (${mebibytes(built.imageBytes)})`,
    `build    ${built.folder} (${compiled})`,
    `config   ${built.config}`,
    "",
    `Next: deno task trace --kernel ${built.image}`,
    "",
  ].join("\n");
}
