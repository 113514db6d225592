/**
 * A recording -> its report: the one door to the analysis.
 *
 * @module
 */

import { type RecordingLine, startAnalysis } from "./analysis.ts";
import type { Report } from "./report/report.ts";

/**
 * Reads a recording and reports on it. The report depends on which events the recording holds, never
 * on their order.
 *
 * @param lines The header first; without a footer the recording counts as cut off.
 * @throws {TypeError} where the first line is not the header, or header or footer come twice.
 *
 * @example One call on a kernel that grabs each head once
 * ```ts
 * import { analyze, type Header, type RecordingEvent, type Footer } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const probed = { kind: "probed", function: "f", attach: "fentry", why: "an example" } as const;
 * const header: Header = {
 *   kind: "header",
 *   format: "headcount.recording/1",
 *   headcount: "0.1.0",
 *   created: "2026-11-23T22:00:00Z",
 *   kernel: { release: "7.3.0", version: "#1 SMP", machine: "x86_64", pageBytes: 4096 },
 *   bpftrace: { version: "0.17.0" },
 *   target: {
 *     kind: "guest",
 *     accelerator: { kind: "kvm", why: "/dev/kvm works" },
 *     cpus: 2,
 *     memoryBytes: 2 ** 31,
 *     commandLine: "console=ttyS0",
 *   },
 *   device: { path: "/dev/dax0.0", alignBytes: 2 ** 21, bytes: 2 ** 26 },
 *   workload: { name: "direct-io", bytes: 2 ** 20, command: ["direct-io"] },
 *   plan: {
 *     roles: {
 *       entry: probed, hugeLeaf: probed, grabOne: probed, grabBatch: probed,
 *       grabSlow: probed, lookup: probed, slowPath: probed,
 *     },
 *     flags: { get: 1, pin: 0x80000, write: 4, longterm: 0x100 },
 *     structPageBytes: 64,
 *   },
 *   script: { file: "probes.bt", sha256: "00" },
 * };
 * const key = { tid: 7, call: 1 };
 * const address = "0x7f0000200000";
 * const events: RecordingEvent[] = [
 *   { kind: "workload", report: { step: "ready", pid: 7, address, bytes: 2 ** 20 } },
 *   {
 *     kind: "run", ...key, path: "fast", role: "grabBatch",
 *     pfn: 0x100a00, head: 0x100a00, order: 9, count: 1, refs: 256, step: 256,
 *   },
 *   {
 *     kind: "call", ...key, at: 1000, ns: 900, address, asked: 256, flags: 0x80000,
 *     returned: 256, lookups: 0, realLookups: 0,
 *   },
 * ];
 * const footer: Footer = {
 *   kind: "footer",
 *   end: { kind: "complete" },
 *   totals: {
 *     entered: 1, calls: 1, pages: 256, grabs: 1, refs: 256, lookups: 0, realLookups: 0,
 *   },
 * };
 *
 * async function* lines() {
 *   yield* [header, ...events, footer];
 * }
 * const report = await analyze(lines());
 * assertEquals(report.verdict, "once");
 * assertEquals(report.totals.grabs, 1);
 * ```
 */
export async function analyze(lines: AsyncIterable<RecordingLine>): Promise<Report> {
  const analysis = startAnalysis();
  for await (const line of lines) analysis.add(line);
  return analysis.report();
}
