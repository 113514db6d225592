/**
 * The command line: arguments, files, terminal, exit codes. Nothing is decided here.
 *
 * @module
 */

import { Command, CommanderError, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import {
  analyze,
  cacheFolder,
  decodeItems,
  encodeItem,
  EXIT_CODES,
  FormatError,
  MachineryError,
  parseBytes,
  Progress,
  renderJson,
  renderText,
  type Report,
  RequestError,
  splitLines,
  trace,
  VERSION,
} from "./mod.ts";

/** A usage error, and a failure of the machinery, as sysexits.h numbers them. */
const EXIT_USAGE = 64;
const EXIT_MACHINERY = 69;
/** What a shell says of a command that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

const RECORDING_FILE = "recording.jsonl";
const PAGE_BYTES = 4096;

function bytes(text: string): number {
  const value = parseBytes(text);
  if (value === undefined) {
    throw new InvalidArgumentError("Give bytes, or a number with K, M or G.");
  }
  return value;
}

function pages(text: string): number {
  const value = bytes(text);
  if (value === 0 || value % PAGE_BYTES !== 0) {
    throw new InvalidArgumentError(`Give a multiple of a page, ${PAGE_BYTES} bytes.`);
  }
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError("Give a whole number from 1 on.");
  }
  return value;
}

function program() {
  const root = new Command("headcount")
    .description("Count how often each compound head page is grabbed when user memory is pinned.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(--help tells what can be given)")
    .configureHelp({ helpWidth: 80 });
  root.command("trace")
    .description(
      "Pin devdax memory under bpftrace probes and say whether each head was grabbed once.",
    )
    .addOption(
      new Option("--target <where>", "this machine, or a QEMU guest with an emulated NVDIMM")
        .choices(["auto", "local", "guest"] as const).default("auto" as const),
    )
    .option("--kernel <path|version>", "guest: a bzImage, or a cached Debian kernel such as 6.1")
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
  root.command("analyze")
    .description("Print the report of a recording again, anywhere, without root or a kernel.")
    .argument("<recording>", "folder of a recording, or its file")
    .option("--json", "print the report as one JSON object")
    .action(async (recording, options) => {
      Deno.exitCode = await report(recording, options.json ?? false);
    });
  return root;
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
  const code = await report(directory, options.json ?? false);
  if (!(options.quiet ?? false)) complain(`Recorded in ${directory}`);
  return code;
}

/** Writes a line of the recording. */
async function record(file: Deno.FsFile, line: string, directory: string): Promise<void> {
  try {
    await writeAll(file, line);
  } catch (error) {
    throw new MachineryError(
      `Cannot write the recording in "${directory}": ${text(error)}; --out takes another folder`,
    );
  }
}

/** Analyses a recording and prints its report. */
async function report(path: string, json: boolean): Promise<number> {
  const report = await readReport(path);
  const text = json ? `${renderJson(report)}\n` : renderText(report, {
    width: 80,
    colour: Deno.stdout.isTerminal() && (Deno.env.get("NO_COLOR") ?? "") === "",
  });
  await writeAll(Deno.stdout, text);
  return EXIT_CODES[report.verdict];
}

async function readReport(path: string): Promise<Report> {
  let file = path;
  let handle: Deno.FsFile;
  try {
    if ((await Deno.stat(path)).isDirectory) file = join(path, RECORDING_FILE);
    handle = await Deno.open(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RequestError(`Cannot read the recording "${path}": there is no "${file}"`);
  }
  return await analyze(decodeItems(splitLines(handle.readable)));
}

async function makeFolder(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
  } catch (error) {
    throw new RequestError(
      `Cannot make the folder "${directory}" for the recording: ${text(error)}`,
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

/** The first signal ends the trace in order, a second one at once. */
function abortOnSignals(abort: AbortController): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      if (abort.signal.aborted) Deno.exit(EXIT_INTERRUPTED);
      abort.abort(signal);
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
  };
}

function terminalColumns(): number | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  // A terminal without a size, as some CI gives, has 0 columns.
  return Deno.consoleSize().columns || 80;
}

async function writeAll(
  file: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

function complain(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Says what went wrong and returns the exit code for it. */
function fail(error: unknown): number {
  // Commander has already said what is wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof MachineryError) {
    if (error.evidence !== "") complain(`${error.evidence}\n`);
    complain(`headcount: ${error.message}`);
    return EXIT_MACHINERY;
  }
  complain(`headcount: ${text(error)}`);
  return error instanceof RequestError || error instanceof FormatError
    ? EXIT_USAGE
    : EXIT_MACHINERY;
}

if (import.meta.main) {
  try {
    await program().parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    Deno.exitCode = fail(error);
  }
  Deno.exit();
}
