/**
 * A recording -> its report: the one door to the analysis.
 *
 * @module
 */

import type { RecordingEvent } from "../recording/event.ts";
import type { Footer } from "../recording/footer.ts";
import type { Header, Role, RoleName } from "../recording/header.ts";
import { type Collected, createCollector } from "./calls.ts";
import { type CallFacts, callFacts } from "./facts.ts";
import { createHeadCounter } from "./heads.ts";
import { leafLevel } from "./leaves.ts";
import { drawUpLedger } from "./ledger.ts";
import { placeCalls } from "./ranges.ts";
import { type Report, REPORT_FORMAT, type ReportRole } from "./report/report.ts";
import { settleRuns } from "./runs.ts";
import { histogramsOf, totalsOf } from "./totals.ts";
import { judge } from "./verdict.ts";

/** Any line of a recording. */
export type RecordingLine = Header | RecordingEvent | Footer;

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
  const collector = createCollector();
  let header: Header | undefined;
  let footer: Footer | undefined;
  for await (const line of lines) {
    if (line.kind === "header") {
      if (header !== undefined) throw new TypeError("Cannot analyze two recordings as one");
      header = line;
    } else if (header === undefined) {
      throw new TypeError(`Cannot analyze a recording that begins with "${line.kind}"`);
    } else if (line.kind === "footer") {
      if (footer !== undefined) throw new TypeError("Cannot analyze a recording with two footers");
      footer = line;
    } else {
      collector.add(line);
    }
  }
  if (header === undefined) throw new TypeError("Cannot analyze an empty recording");
  return reportOn(header, collector.collect(), footer);
}

function reportOn(header: Header, collected: Collected, footer: Footer | undefined): Report {
  const { plan, kernel, device, workload } = header;
  const { pageBytes } = kernel;
  const { buffers } = collected.workload;
  const { inside, outside, straddling } = placeCalls(collected.calls, buffers, pageBytes);
  const level = leafLevel(
    plan.roles.hugeLeaf,
    device,
    pageBytes,
    inside.some(({ leaves }) => leaves.some((leaf) => leaf.taken)),
  );
  const facts: CallFacts[] = [];
  const heads = createHeadCounter();
  for (const parts of inside) {
    const fact = callFacts(parts, level, pageBytes);
    if (fact === undefined) continue;
    facts.push(fact);
    heads.add(settleRuns(parts.runs.filter((run) => run.path === "fast"), parts.leaves).kept);
  }
  const failed = inside.length - facts.length;
  const ledger = drawUpLedger({
    header,
    collected,
    footer,
    setAside: { outside, straddling, failed },
    facts,
  });
  const judgement = judge({
    facts,
    ledger,
    level,
    roles: plan.roles,
    bufferKnown: buffers.length > 0,
  });
  return {
    format: REPORT_FORMAT,
    verdict: judgement.verdict,
    reasons: judgement.reasons,
    counterExample: judgement.counterExample,
    recording: {
      format: header.format,
      headcount: header.headcount,
      created: header.created,
      bpftrace: header.bpftrace.version,
      scriptSha256: header.script.sha256,
    },
    kernel: {
      release: kernel.release,
      version: kernel.version,
      machine: kernel.machine,
      pageBytes,
    },
    target: {
      kind: header.target.kind,
      accelerator: header.target.accelerator.kind,
      why: header.target.accelerator.why,
      cpus: header.target.cpus,
      memoryBytes: header.target.memoryBytes,
    },
    device: {
      path: device.path,
      alignBytes: device.alignBytes,
      bytes: device.bytes,
      pfn: device.pfn ?? null,
    },
    workload: {
      name: workload.name,
      bytes: workload.bytes,
      command: workload.command,
      buffers: buffers.map(({ address, bytes }) => ({ address, bytes })),
      syscalls: collected.workload.syscalls,
      failedSyscalls: collected.workload.failedSyscalls,
      bytesMoved: collected.workload.bytesMoved ?? null,
    },
    roles: rolesOf(plan.roles),
    leafLevel: level,
    totals: totalsOf(facts, heads.orders(), plan.roles.lookup.kind === "probed"),
    histograms: histogramsOf(facts),
    ledger,
  };
}

function rolesOf(roles: Header["plan"]["roles"]): Report["roles"] {
  return {
    entry: roleOf(roles.entry),
    hugeLeaf: roleOf(roles.hugeLeaf),
    grabOne: roleOf(roles.grabOne),
    grabBatch: roleOf(roles.grabBatch),
    grabSlow: roleOf(roles.grabSlow),
    lookup: roleOf(roles.lookup),
    slowPath: roleOf(roles.slowPath),
  } satisfies Record<RoleName, ReportRole>;
}

function roleOf(role: Role): ReportRole {
  return role.kind === "probed"
    ? { function: role.function, attach: role.attach, why: role.why, cost: null }
    : { function: null, attach: null, why: role.why, cost: role.cost };
}
