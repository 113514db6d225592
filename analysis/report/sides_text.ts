/**
 * What two sides of a comparison are, in words.
 *
 * @module
 */

import type { ComparedSide, ComparedWorkload } from "../compare/compare.ts";
import { timesText } from "../compare/counts.ts";
import { workloadWords } from "../compare/likeness.ts";
import type { TimedPart } from "../overhead.ts";
import type { ComparedPart } from "../compare/times.ts";
import { byteSize, counted, memoryName } from "../words.ts";
import type { Report } from "./report.ts";

/**
 * Text as printable ASCII: what a machine or a process says of itself may hold anything.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ascii("8 \u00b5s\ttab"), "8 ?s tab");
 * ```
 */
export function ascii(text: string): string {
  return text.replaceAll(/\s/g, " ").replaceAll(/[^\x20-\x7e]/gu, "?");
}

/**
 * The kernel of a side: release, architecture, build, and the words of its command line that the other
 * does not have.
 */
export function kernelText(report: Report, other: Report | undefined): string {
  const { kernel } = report;
  const words = other === undefined ? [] : wordsBeside(report, other);
  const own = words.length === 0 ? "" : `, booted with ${words.join(" ")}`;
  return ascii(`${kernel.release} ${kernel.machine} (${kernel.version})${own}`);
}

/** Words of a kernel's command line that another one's lacks. */
function wordsBeside({ target }: Report, other: Report): readonly string[] {
  const theirs = new Set(other.target.commandLine.split(" "));
  return target.commandLine.split(" ").filter((word) => word !== "" && !theirs.has(word));
}

/** The processors and the memory of the machine. */
export function cpuText({ target }: Report): string {
  const model = target.processor ?? "model not recorded";
  return ascii(`${model}, ${counted(target.cpus, "cpu")}, ${roughSize(target.memoryBytes)}`);
}

function roughSize(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return gib < 10 ? `${Math.round(gib * 10) / 10} GiB` : `${Math.round(gib)} GiB`;
}

/** Where it ran, and what that means for times. */
export function machineText({ target }: Report): string {
  const where = target.kind === "guest" ? "a guest" : "the machine itself";
  switch (target.accelerator) {
    case "tcg":
      return `${where}, emulated (TCG): times are the emulator's`;
    case "kvm":
      return target.kind === "guest" ? `${where} under KVM` : "a virtual machine";
    case "hardware":
      return target.kind === "guest" ? `${where} on hardware` : "hardware";
  }
}

/** The memory that was pinned, and by what it is mapped. */
export function deviceText({ device, memory, workload }: Report): string {
  const size = workload.bytes === 0 ? "" : `, ${byteSize(workload.bytes)} of it`;
  if (device === null) return "any memory";
  const isDevice = device.path.startsWith("/dev/");
  const name = memory === undefined || memory.kind === "devdax" ? "devdax" : memoryName(memory);
  const path = isDevice ? `${device.path} (${name})` : name;
  const map = memory?.map === undefined ? "" : `, map ${memory.map}`;
  return ascii(`${path}, align ${byteSize(device.alignBytes)}${map}${size}`);
}

/** A workload, and the memory that it takes. */
export function workloadText(report: Report): string {
  return ascii(workloadWords(report).join(" "));
}

/**
 * What became of the verdict, in a sentence with its arithmetic.
 *
 * @example
 * ```ts
 * import { analyze, compareRecordings, decodeItems, splitLines } from "headcount";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const read = async (name: string) => {
 *   const file = await Deno.open(`tests/fixtures/recordings/${name}/recording.jsonl`);
 *   return await analyze(decodeItems(splitLines(file.readable)));
 * };
 * const comparison = compareRecordings([await read("linux-5.10-2M")], [await read("linux-5.10-rfc-2M")]);
 * assert(comparison.kind === "comparison");
 * const [workload] = comparison.workloads;
 * assert(workload !== undefined);
 * assertEquals(verdictChange(workload), "per-page -> once: 512 -> 3 grabs for 512 pages (171x fewer)");
 * ```
 */
export function verdictChange({ baseline, patched, counts }: ComparedWorkload): string {
  const verdicts = baseline.verdict === patched.verdict
    ? `${baseline.verdict} on both`
    : `${baseline.verdict} -> ${patched.verdict}`;
  const grabs = counts.find(({ name }) => name === "grabs");
  const pages = counts.find(({ name }) => name === "pages");
  if (typeof grabs?.baseline !== "number" || typeof grabs.patched !== "number") return verdicts;
  const taken = pages === undefined || pages.baseline !== pages.patched
    ? ""
    : ` for ${pages.baseline} pages`;
  return grabs.baseline === grabs.patched
    ? `${verdicts}: ${counted(grabs.baseline, "grab")}${taken}`
    : `${verdicts}: ${grabs.baseline} -> ${
      counted(grabs.patched, "grab")
    }${taken} (${grabs.change})`;
}

/** What one sample of a part is. */
export function sampleText(part: ComparedPart): string {
  switch (part) {
    case "get":
    case "put":
      return "a sample is a repeat";
    case "system calls":
      return "a sample is all system calls of a run";
    case "call":
      return "a sample is the median of a recording's calls";
  }
}

/** How many times as long each part of a side takes with probes, in words; none where that was not measured. */
export function costsOf({ reports }: ComparedSide): ReadonlyMap<TimedPart, string> {
  const factors = new Map<TimedPart, number[]>();
  for (const { part, factor } of reports.flatMap(({ overhead = [] }) => overhead)) {
    factors.set(part, [...factors.get(part) ?? [], factor.median]);
  }
  return new Map([...factors].map(([part, all]) => {
    const [least, most] = [Math.min(...all), Math.max(...all)].map(timesText);
    return [part, least === most ? `${least}` : `${least}..${most}`];
  }));
}
