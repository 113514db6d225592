/**
 * What was recorded, as text: kernel, target, memory and workload.
 *
 * @module
 */

import type { MemorySummary, Scope } from "../../recording/header.ts";
import type { RepeatTimes, Spread } from "../repeats.ts";
import { seenText, takingText } from "../takings.ts";
import { byteSize, counted, memoryName, pfnText, printable } from "../words.ts";
import type { Report } from "./report.ts";

/**
 * What was recorded, and where: names of fields and what they hold.
 *
 * @example
 * ```ts
 * import { analyze, decodeItems, splitLines } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.open("tests/fixtures/recordings/linux-7.3-2M/recording.jsonl");
 * const report = await analyze(decodeItems(splitLines(file.readable)));
 * const rows = new Map(whereRows(report));
 * assertEquals(rows.get("kernel")?.slice(0, 13), "7.3.4, x86_64");
 * ```
 */
export function whereRows(report: Report): readonly (readonly [string, string])[] {
  const { kernel, target, workload, recording } = report;
  return [
    ["kernel", `${kernel.release}, ${kernel.machine}, ${kernel.version}`],
    [
      "target",
      `${targetName(target)} on ${target.accelerator} (${target.why}), ` +
      `${counted(target.cpus, "cpu")}, ` +
      byteSize(target.memoryBytes),
    ],
    ...memoryRows(report),
    workload.scope === undefined
      ? ["workload", workloadText(workload)]
      : ["observed", observedText(workload.name, workload.scope)],
    ...(workload.repeats === undefined
      ? []
      : [["times", timesText(workload.repeats, target.accelerator)] as const]),
    ...(workload.expected === undefined ? [] : [
      [
        "expected",
        `${takingText(workload.expected)}; seen: ${seenText(workload.seen ?? [])}`,
      ] as const,
    ]),
    ["command", workload.command.join(" ")],
    ...workload.buffers.map(({ address, bytes }) =>
      ["buffer", `${address}, ${byteSize(bytes)}`] as const
    ),
    [
      "recorded",
      `${recording.created}, headcount ${recording.headcount}, bpftrace ${recording.bpftrace}`,
    ],
  ];
}

function targetName({ kind, host }: Report["target"]): string {
  return host === undefined ? kind : `${kind}:${printable(host)}`;
}

/** Whose memory was pinned, where that is known. */
function memoryRows(
  { device, memory, leafLevel, kernel }: Report,
): readonly (readonly [string, string])[] {
  if (device === null) return [];
  if (memory === undefined || memory.kind === "devdax") {
    const pfn = device.pfn === null ? "" : `, from pfn ${pfnText(device.pfn)}`;
    return [[
      "device",
      `${device.path}, align ${byteSize(device.alignBytes)}, size ${byteSize(device.bytes)}${pfn}` +
      mapText(memory),
    ]];
  }
  const leaves = leafLevel.source === "heads"
    ? ""
    : `, mapped by ${byteSize(leafLevel.pages * kernel.pageBytes)}`;
  const place = device.path === memory.kind ? "" : `, at ${device.path}`;
  return [["memory", `${memoryName(memory)}${leaves}${place}${mapText(memory)}`]];
}

/** Whose calls were seen, in words. */
function observedText(name: string, scope: Scope): string {
  switch (scope) {
    case "buffer":
      return `${name}, on its buffers`;
    case "command":
      return `${printable(name)}, and what it started`;
    case "process":
      return `${printable(name)}, and what it started meanwhile`;
    case "machine":
      return "all processes but headcount and bpftrace";
  }
}

function workloadText(
  { name, bytes, repeats, bytesMoved, syscalls, failedSyscalls }: Report["workload"],
): string {
  const verb = repeats === undefined ? "moved" : "took";
  const moved = bytesMoved === null ? "did not end" : `${verb} ${byteSize(bytesMoved)}`;
  const failed = failedSyscalls > 0 ? `, ${failedSyscalls} failed` : "";
  return `${name}, ${byteSize(bytes)}: ${counted(syscalls, "system call")}${failed}, ${moved}`;
}

/** Where the struct pages are, where that is told. */
function mapText(memory: MemorySummary | undefined): string {
  if (memory?.map === undefined) return "";
  return `, struct pages ${
    memory.map === "dev" ? "on the device" : "in memory"
  } (map ${memory.map})`;
}

/** Times by the kernel's clock, which counts whole microseconds. */
function timesText(
  { count, getNs, putNs }: RepeatTimes,
  accelerator: Report["target"]["accelerator"],
): string {
  const us = (ns: number): string => String(Math.round(ns / 100) / 10);
  const text = ({ min, median, max }: Spread): string =>
    `${us(median)} us (${us(min)}..${us(max)})`;
  const where = accelerator === "tcg" ? "emulated, probes attached" : "probes attached";
  return `get ${text(getNs)}, put ${text(putNs)}; n ${count}, median (min..max), ${where}`;
}
