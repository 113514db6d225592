/**
 * Options of the commands that run a workload.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { MEMORY_KINDS, type MemoryKind, type MemorySummary, type ParsedWorkload } from "../mod.ts";
import { workload } from "./arguments.ts";
import { targetCommand, type TargetOptions } from "./target_options.ts";

/** What these options hold, where it runs included. */
export type WorkloadOptions = TargetOptions & {
  readonly workload: ParsedWorkload;
  readonly memoryKind?: MemoryKind | undefined;
  readonly map?: "dev" | "mem" | undefined;
  /** Whether the recording is compressed. */
  readonly zstd?: true | undefined;
};

/** Adds a command that has them. */
export function workloadCommand(root: Command, name: string): Command<[], WorkloadOptions> {
  return targetCommand(root, name)
    .addOption(
      new Option(
        "--workload <text>",
        "what pins the memory: direct-io, vmsplice, io-uring, process-vm or gup-test, and OPTIONS " +
          "(trace --help tells them)",
      )
        .argParser(workload).default(workload("direct-io"), "direct-io"),
    )
    .addOption(
      new Option("--memory-kind <kind>", "whose memory is pinned (devdax)").choices(MEMORY_KINDS),
    )
    .addOption(
      new Option("--map <where>", "struct pages on the device (guest: dev), or in memory")
        .choices(["dev", "mem"] as const),
    );
}

/** The memory that these options ask for. */
export function memoryWish({ memoryKind = "devdax", map }: WorkloadOptions): MemorySummary {
  return { kind: memoryKind, ...(map === undefined ? {} : { map }) };
}

/** Words about workloads below the options of such a command. */
export const WORKLOAD_HELP = `
Workloads, and how they take memory:
  direct-io   O_DIRECT on a ram disk: gup-fast gets to 6.4, pins from 6.5 on
  vmsplice    vmsplice(2) into a pipe, 16 pages at a time: gup-fast gets
  io-uring    buffers of io_uring: the slow path pins for long, from 6.10 on
              after gup-fast was asked; to 6.4 it refuses a device's memory
  process-vm  process_vm_readv(2): the slow path pins
Their options; each size at each start is one piece, taken by itself:
  -n PAGES,... sizes (all of the memory)
  -o START,... pages, sectors of 512 bytes (1s) or both (511+1s) before it (0)
  -w write to the memory: direct-io reads from the disk, what the memory holds;
     -W only read it (default)

gup-test has the kernel's own benchmark pin the memory (CONFIG_GUP_TEST; to 5.10
CONFIG_GUP_BENCHMARK) and takes the options of the kernel's selftest:
  -u get fast (default), -a pin fast, -U get, -b pin, -L pin longterm
  -m MB (128), -r repeats (1), -n pages per call (1), -j threads (1)
  -w write (default), -W read only
  -f FILE memory of a file, not the device's: private, or with -S shared;
     of -T small, -t transparent huge, -H hugetlb pages`;
