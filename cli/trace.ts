/**
 * `trace`: records, then reports.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import {
  cacheFolder,
  encodeItem,
  MachineryError,
  parseBytes,
  Progress,
  RequestError,
  trace,
  VERSION,
} from "../mod.ts";
import { bytes, count, pages } from "./arguments.ts";
import {
  complain,
  errorText,
  EXIT_INTERRUPTED,
  printReport,
  RECORDING_FILE,
  terminalColumns,
  writeAll,
} from "./output.ts";
import { abortOnSignals } from "./signals.ts";

/** Adds the command `trace`. */
export function addTrace(root: Command): void {
  root.command("trace")
    .description(
      "Pin devdax memory under bpftrace probes and say whether each head was grabbed once.",
    )
    .addOption(
      new Option("--target <where>", "this machine, or a QEMU guest with an emulated NVDIMM")
        .choices(["auto", "local", "guest"] as const).default("auto" as const),
    )
    .option(
      "--kernel <path|version>",
      "guest: a bzImage, or Debian's, such as 6.1 (default) or latest",
    )
    .option("--modules <dir>", "guest: modules folder that goes with that kernel")
    .option("--append <text>", "guest: added to the kernel's command line")
    .addOption(
      new Option("--memory <size>", "guest: memory")
        .argParser(bytes).default(2 * 1024 ** 3, "2G"),
    )
    .option("--cpus <n>", "guest: processors", count, 2)
    .option("--device <path>", "local: the devdax device, such as /dev/dax0.0")
    .addOption(
      new Option("--align <size>", "mapping size of the device (guest: 2M)")
        .choices(["4K", "2M", "1G"] as const),
    )
    .addOption(
      new Option("--workload <name>", "what pins the memory")
        .choices(["direct-io"] as const).default("direct-io" as const),
    )
    .addOption(
      new Option("--size <size>", "bytes of device memory that the workload maps")
        .argParser(pages).default(2 * 1024 ** 2, "2M"),
    )
    .option("--out <dir>", "folder of the recording (default: recordings/TIME)")
    .option("--json", "print the report as one JSON object")
    .option("--quiet", "print nothing on the way")
    .option("--timeout <seconds>", "give up after this long", count, 120)
    .addHelpText("after", TRACE_HELP)
    .action(async (options) => {
      Deno.exitCode = await traceCommand(options);
    });
}

const TRACE_HELP = `
Sizes take K, M and G. Exit codes: 0 each head was grabbed once for each leaf,
1 it was not (per-page, repeated, unbalanced), 2 undecided, 64 usage error,
69 the machinery failed, 130 stopped before anything was recorded.

Examples:
  deno task trace                             this machine, or a guest
  deno task trace --align 1G --size 1G        one PUD leaf
  deno task trace --kernel ./bzImage --json   a kernel of your own`;

interface TraceOptions {
  readonly target: "auto" | "local" | "guest";
  readonly kernel?: string | undefined;
  readonly modules?: string | undefined;
  readonly append?: string | undefined;
  readonly memory: number;
  readonly cpus: number;
  readonly device?: string | undefined;
  readonly align?: "4K" | "2M" | "1G" | undefined;
  readonly workload: "direct-io";
  readonly size: number;
  readonly out?: string | undefined;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
  readonly timeout: number;
}

/** Records, then reports what the recording says. */
async function traceCommand(options: TraceOptions): Promise<number> {
  const created = new Date().toISOString();
  const directory = resolve(
    options.out ?? join("recordings", created.slice(0, 19).replaceAll(":", "-")),
  );
  await makeFolder(directory);
  const progress = new Progress({
    write: (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
    now: () => performance.now(),
    columns: terminalColumns(),
    quiet: options.quiet ?? false,
  });
  const abort = new AbortController();
  const stopListening = abortOnSignals(abort);
  const timer = setTimeout(() => {
    abort.abort(
      new MachineryError(
        `No verdict within ${options.timeout} s (in phase "${progress.phase}"); --timeout takes more`,
      ),
    );
  }, options.timeout * 1000);
  const align = options.align === undefined ? undefined : parseBytes(options.align);
  let recorded = false;
  try {
    const items = trace({
      target: options.target,
      ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      ...(options.modules === undefined ? {} : { modules: options.modules }),
      append: options.append ?? "",
      memoryBytes: options.memory,
      cpus: options.cpus,
      ...(options.device === undefined ? {} : { device: options.device }),
      ...(align === undefined ? {} : { alignBytes: align }),
      bytes: options.size,
      workload: options.workload,
      cache: cacheFolder(),
      log: join(directory, "kernel.log"),
      directory,
      created,
      headcount: VERSION,
      signal: abort.signal,
      onEvent: (event) => progress.tell(event),
    });
    using file = await Deno.open(join(directory, RECORDING_FILE), { write: true, createNew: true });
    for await (const item of items) {
      await record(file, encodeItem(item), directory);
      recorded = true;
    }
    if (abort.signal.reason instanceof MachineryError) throw abort.signal.reason;
  } catch (error) {
    progress.finish();
    if (!recorded) await removeIfEmpty(directory);
    else complain(`The recording so far is kept in "${directory}".`);
    if (typeof abort.signal.reason === "string") {
      complain(`Stopped by ${abort.signal.reason} in phase "${progress.phase}".`);
      return EXIT_INTERRUPTED;
    }
    throw error;
  } finally {
    clearTimeout(timer);
    stopListening();
    progress.finish();
  }
  const code = await printReport(directory, options.json ?? false);
  if (!(options.quiet ?? false)) complain(`Recorded in ${directory}`);
  return code;
}

/** Writes a line of the recording. */
async function record(file: Deno.FsFile, line: string, directory: string): Promise<void> {
  try {
    await writeAll(file, line);
  } catch (error) {
    throw new MachineryError(
      `Cannot write the recording in "${directory}": ${
        errorText(error)
      }; --out takes another folder`,
    );
  }
}

async function makeFolder(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
  } catch (error) {
    throw new RequestError(
      `Cannot make the folder "${directory}" for the recording: ${errorText(error)}`,
    );
  }
  try {
    await Deno.stat(join(directory, RECORDING_FILE));
  } catch {
    return;
  }
  throw new RequestError(
    `"${directory}" already holds a recording; give another folder to --out`,
  );
}

/** A folder in which nothing was recorded is not left behind. */
async function removeIfEmpty(directory: string): Promise<void> {
  const recording = join(directory, RECORDING_FILE);
  try {
    if ((await Deno.stat(recording)).size > 0) return;
    await Deno.remove(recording);
    const left = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    const disposable = left.every((name) => name === "kernel.log" || name === "headcount.bt");
    if (disposable) await Deno.remove(directory, { recursive: true });
  } catch {
    // It was never made.
  }
}
