/**
 * What two recordings must have in common so that what differs in their counts and times is the kernel.
 *
 * @module
 */

import type { Report } from "../report/report.ts";
import { byteSize, counted, memoryName } from "../words.ts";

/** Something in which two recordings are not alike. */
export interface Difference {
  /** What it is. */
  readonly what: string;
  /** What it is of the baseline. */
  readonly baseline: string;
  /** What it is of the patched kernel. */
  readonly patched: string;
}

/** What must be alike, by name, in words; where a recording does not tell it is left out. */
export type Conditions = ReadonlyMap<string, string>;

/**
 * The conditions of a recording: all but the kernel, and what a kernel shows of itself.
 *
 * @example
 * ```ts
 * import { analyze, conditionsOf, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const conditions = conditionsOf(await analyze(decodeItems(splitLines(file.readable))));
 * assertEquals([conditions.get("align"), conditions.get("size")], ["2 MiB", "2 MiB"]);
 * ```
 */
export function conditionsOf(report: Report): Conditions {
  const { workload, device, memory, target, kernel } = report;
  return new Map([
    ["workload", workloadWords(report).join(" ")],
    ["calls seen", SCOPES[workload.scope ?? "buffer"]],
    ["size", byteSize(workload.bytes)],
    ["memory", memoryText(report)],
    ...(device === null ? [] : [["align", byteSize(device.alignBytes)]] as const),
    ...(memory?.map === undefined ? [] : [["struct pages", memory.map]] as const),
    ["machine", `${kernel.machine}, ${target.kind === "guest" ? "a guest" : "itself"}`],
    ["accelerator", target.accelerator],
    ...(target.processor === undefined ? [] : [["processor", target.processor]] as const),
    ["processors", counted(target.cpus, "cpu")],
    ["machine memory", memorySize(target.memoryBytes)],
    ["page size", byteSize(kernel.pageBytes)],
  ]);
}

const SCOPES = {
  buffer: "the workload's",
  command: "a command's",
  process: "a process's",
  machine: "all processes'",
} as const;

/**
 * In what two recordings are not alike; nothing where both may be compared. What only one of them tells is no
 * difference.
 *
 * @example
 * ```ts
 * import { differencesOf } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   differencesOf(new Map([["align", "2 MiB"]]), new Map([["align", "1 GiB"], ["size", "2 MiB"]])),
 *   [{ what: "align", baseline: "2 MiB", patched: "1 GiB" }],
 * );
 * ```
 */
export function differencesOf(baseline: Conditions, patched: Conditions): readonly Difference[] {
  return [...baseline].flatMap(([what, before]) => {
    const after = patched.get(what);
    return after === undefined || after === before
      ? []
      : [{ what, baseline: before, patched: after }];
  });
}

/**
 * What was run: the workload and its options, without what is told by itself or is another on another
 * kernel: the device's path, bytes, and that of the kernel's benchmark (another one up to 5.10).
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines, workloadWords } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = "tests/fixtures/recordings/calls-linux-5.10-rfc-gup-test";
 * const file = await Deno.open(`${folder}/recording.jsonl`);
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * assertEquals(workloadWords(report).join(" "), "gup-test -a -r 2 -n 512 -j 1 -w");
 * ```
 */
export function workloadWords({ workload, device }: Report): readonly string[] {
  const { name, command, scope } = workload;
  if (scope !== undefined) return [name, ...command];
  // Where the memory is and how much of it stands before the options.
  const options = command.slice(Math.max(1, command.findIndex((word) => word.startsWith("-"))));
  const words = command.some((word) => word.startsWith("-")) ? options : [];
  const isDevice = (word: string | undefined): boolean =>
    word !== undefined && word === device?.path && word.startsWith("/dev/dax");
  return [
    name,
    ...words.filter((word, i) => !isDevice(word) && !(word === "-f" && isDevice(words[i + 1]))),
  ];
}

function memoryText({ memory, device }: Report): string {
  if (memory !== undefined) return memoryName(memory);
  if (device === null) return "any";
  return device.path.startsWith("/dev/dax") ? "devdax" : `of ${device.path}`;
}

/** A kernel keeps some memory for itself, one more than another: what is told is a sixteenth of a GiB. */
function memorySize(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return `${gib < 1 ? Math.round(gib * 16) / 16 : Math.round(gib * 4) / 4} GiB`;
}
