/**
 * Options of the commands that trace: where, and with what.
 *
 * @module
 */

import { type Command, Option } from "@commander-js/extra-typings";
import {
  cacheFolder,
  parseBytes,
  type ProgressEvent,
  type TargetName,
  type TargetWish,
} from "../mod.ts";
import { bytes, count, pages, target } from "./arguments.ts";

/** What these options hold. A type, not an interface, as commander wants options to be. */
export type TargetOptions = {
  readonly target: "auto" | TargetName;
  readonly kernel?: string | undefined;
  readonly modules?: string | undefined;
  readonly append?: string | undefined;
  readonly hostRoot: boolean;
  readonly memory: number;
  readonly cpus: number;
  readonly device?: string | undefined;
  readonly align?: "4K" | "2M" | "1G" | undefined;
  readonly bpftrace?: string | undefined;
  readonly size?: number | undefined;
  readonly pageRef: boolean;
  readonly checkPages?: true | undefined;
  readonly quiet?: true | undefined;
  readonly timeout: number;
};

/** Adds a command that has them. */
export function targetCommand(root: Command, name: string): Command<[], TargetOptions> {
  return root.command(name)
    .addOption(
      new Option(
        "--target <where>",
        "this machine (local), a QEMU guest with an emulated NVDIMM (guest), or another " +
          "machine (ssh:HOST); auto is one of the first two",
      )
        .argParser(target).default("auto" as const),
    )
    .option(
      "--kernel <path|version>",
      "guest: a bzImage, or Debian's, such as 6.1 (default) or latest",
    )
    .option("--modules <dir>", "guest: modules folder that goes with that kernel")
    .option("--append <text>", "guest: added to the kernel's command line")
    .option("--no-host-root", "guest: it sees none of this machine's files but what it needs")
    .addOption(
      new Option("--memory <size>", "guest: memory")
        .argParser(bytes).default(2 * 1024 ** 3, "2G"),
    )
    .option("--cpus <n>", "guest: processors", count, 2)
    .option("--device <path>", "local, ssh: the devdax device, such as /dev/dax0.0")
    .addOption(
      new Option("--align <size>", "mapping size of the device (guest: 2M)")
        .choices(["4K", "2M", "1G"] as const),
    )
    .option(
      "--bpftrace <path|version>",
      "another bpftrace (ssh: its path there), or Debian's, such as 0.23 or 0.27",
    )
    .option("--size <size>", "bytes of memory that the workload maps (2M)", pages)
    .option("--check-pages", "compare the pages that calls hand back with those that they grab")
    .option("--no-page-ref", "leave the page_ref tracepoints out, where the kernel has them")
    .option("--quiet", "print nothing on the way")
    .option("--timeout <seconds>", "give up so long after the boot began", count, 120);
}

/** What they wish for, where `bytes` are mapped. */
export function targetWish(
  options: TargetOptions,
  bytes: number,
  { folder, ...run }: {
    readonly log: string;
    /** Folder that the program is written to, if one is: a guest has to see it. */
    readonly folder?: string;
    readonly signal: AbortSignal;
    readonly onEvent: (event: ProgressEvent) => void;
  },
): TargetWish {
  const align = options.align === undefined ? undefined : parseBytes(options.align);
  const isOfGuest = options.target === "auto" &&
    (options.kernel !== undefined || !options.hostRoot);
  return {
    // Else a machine that can be traced would be, whatever was asked of a guest.
    target: isOfGuest ? "guest" : options.target,
    ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
    ...(options.modules === undefined ? {} : { modules: options.modules }),
    append: options.append ?? "",
    ...(options.hostRoot ? {} : { shares: folder === undefined ? [] : [folder] }),
    memoryBytes: options.memory,
    cpus: options.cpus,
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(align === undefined ? {} : { alignBytes: align }),
    ...(options.bpftrace === undefined ? {} : { bpftrace: options.bpftrace }),
    pageRef: options.pageRef,
    checkPages: options.checkPages ?? false,
    bytes,
    cache: cacheFolder(),
    ...run,
  };
}
