/**
 * `trace`: records, then reports.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import { complain, EXIT_INTERRUPTED, printReport } from "./output.ts";
import { type OwnWish, type ParsedWorkload, RequestError } from "../mod.ts";
import { count, duration, variable } from "./arguments.ts";
import { hostsOf, traceHosts } from "./hosts.ts";
import { recordTo } from "./record.ts";
import { readReport } from "./recording_file.ts";
import { WORKLOAD_HELP, workloadCommand } from "./workload_options.ts";

/**
 * Adds the command `trace`.
 *
 * @param args All arguments: the parser does not tell words before "--" from those after it.
 */
export function addTrace(root: Command, args: readonly string[]): void {
  const targets: string[] = [];
  workloadCommand(root, "trace")
    // The option itself holds the last of several.
    .on("option:target", (name: string) => targets.push(name))
    .description(
      "Pin memory under bpftrace probes and say whether each head was grabbed once for each leaf.",
    )
    .argument("[command...]", "after --: a program to trace, and its arguments")
    .option("--gup-test <path>", "a gup_test binary that runs --workload 'gup-test ...'")
    .option("--pid <n>", "local, ssh: observe a process that runs already", count)
    .option("--all", "local, ssh: observe all processes")
    .option("--duration <time>", "how long --pid and --all observe (default: 10s)", duration)
    .option("--out <dir>", "folder of the recording (default: recordings/TIME)")
    .option("--stacks", "count calls by the kernel stack that they come from")
    .option("--zstd", "compress the recording")
    .option("--json", "print the report as one JSON object")
    .addOption(
      new Option("--bpftrace-env <NAME=VALUE...>", "variables of bpftrace's environment")
        .argParser(variable),
    )
    .option("--overhead", "time the workload with probes and without, in turns")
    .addOption(
      new Option("--rounds <n>", "turns of --overhead").argParser(count).default(3),
    )
    .addHelpText("after", TRACE_HELP)
    .action(async (words, options, command) => {
      checkPlace(words, args);
      const own = ownWorkload(words, options);
      const other = options.gupTest !== undefined
        ? "--gup-test"
        : command.getOptionValueSource("workload") !== "default"
        ? "--workload"
        : undefined;
      if (own !== undefined && other !== undefined) {
        throw new RequestError(`${other} and ${named(own)} are two workloads: give one`);
      }
      const created = new Date().toISOString();
      const directory = resolve(options.out ?? join("recordings", timeName(created)));
      const overhead = options.overhead === true ? { rounds: options.rounds } : undefined;
      const workload = own === undefined
        ? withBinary(options.workload, options.gupTest)
        : { wish: own };
      const record = {
        overhead,
        bpftraceEnvironment: options.bpftraceEnv,
        stacks: options.stacks ?? false,
      };
      if (targets.length > 1) {
        const hosts = hostsOf(targets);
        const all = { ...options, workload };
        Deno.exitCode = await traceHosts(hosts, directory, all, created, record);
        return;
      }
      const { kept } = await recordTo(directory, { ...options, workload }, created, record);
      Deno.exitCode = kept
        ? await printReport(await readReport(directory), options.json ?? false)
        : EXIT_INTERRUPTED;
      if (kept && !(options.quiet ?? false)) complain(`Recorded in ${directory}`);
    });
}

/** A word that stands before "--" is more likely a slip than a program of that name. */
function checkPlace(words: readonly string[], args: readonly string[]): void {
  const [word] = words;
  if (word === undefined || args.at(-words.length - 1) === "--") return;
  throw new RequestError(
    `Cannot tell what "${word}" is for: a command to trace stands after "--", as in "trace -- ${word}"`,
  );
}

/** A workload that a gup_test of the user's does, if one is given. */
function withBinary(workload: ParsedWorkload, binary: string | undefined): ParsedWorkload {
  if (binary === undefined) return workload;
  const { wish } = workload;
  if (wish.kind !== "gup-test") {
    throw new RequestError(`--gup-test "${binary}" is for --workload 'gup-test ...' only`);
  }
  return { ...workload, wish: { ...wish, binary: resolve(binary) } };
}

/** What options can say of it. */
interface OwnOptions {
  readonly pid?: number | undefined;
  readonly all?: true | undefined;
  readonly duration?: number | undefined;
}

/** What is traced that is none of headcount's workloads. */
function ownWorkload(
  words: readonly string[],
  { pid, all, duration }: OwnOptions,
): OwnWish | undefined {
  const seconds = duration ?? DURATION_SECONDS;
  const wishes: readonly OwnWish[] = [
    ...(words.length === 0 ? [] : [{ kind: "command", words } as const]),
    ...(pid === undefined ? [] : [{ kind: "process", pid, seconds } as const]),
    ...(all === undefined ? [] : [{ kind: "machine", seconds } as const]),
  ];
  const [wish, other] = wishes;
  if (wish !== undefined && other !== undefined) {
    throw new RequestError(`${named(wish)} and ${named(other)} are two things to trace: give one`);
  }
  if (duration !== undefined && (wish === undefined || wish.kind === "command")) {
    throw new RequestError(
      "--duration says how long --pid or --all observe: without these give none",
    );
  }
  return wish;
}

function named(wish: OwnWish): string {
  switch (wish.kind) {
    case "command":
      return `the command "${wish.words[0]}"`;
    case "process":
      return "--pid";
    case "machine":
      return "--all";
  }
}

/** How long is observed what runs already, unless something else is asked for. */
const DURATION_SECONDS = 10;

/** A time as the name of a folder. */
export function timeName(created: string): string {
  return created.slice(0, 19).replaceAll(":", "-");
}

const TRACE_HELP = `${WORKLOAD_HELP}

Sizes take K, M and G. Exit codes: 0 each head was grabbed once for each leaf,
1 it was not (per-page, repeated, unbalanced), 2 undecided, 64 usage error,
69 the machinery failed, 130 stopped before anything was recorded.

ssh:HOST is what ssh and its configuration know, with root, bpftrace and a shell
there; given several times, all are traced at the same time, and the exit code
is that of the worst.

Examples:
  deno task trace                             this machine, or a guest
  deno task trace --align 1G --size 1G        one PUD leaf
  deno task trace --workload 'direct-io -n 1,123,512,513 -o 0,5,1s'
  deno task trace --workload 'gup-test -m 64 -r 10 -a -n 512'
  deno task trace --kernel ./bzImage --json   a kernel of your own
  deno task trace -- dd if=FILE of=/dev/null iflag=direct
  deno task trace --target ssh:root@box -- dd if=FILE of=/dev/null iflag=direct
  deno task trace --pid 4711 --duration 30s   what runs already (Ctrl-C ends it)`;
