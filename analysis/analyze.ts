/**
 * A recording -> its report: the one door to the analysis.
 *
 * @module
 */

import type { RecordingEvent } from "../recording/event.ts";
import type { Footer } from "../recording/footer.ts";
import type { Header, Role } from "../recording/header.ts";
import { openAccounts, within } from "./accounts.ts";
import { type Collected, createCollector } from "./calls.ts";
import { sumOf } from "./evidence.ts";
import { seesUndo, settleCall } from "./facts.ts";
import { createHeadCounter } from "./heads.ts";
import { leafLevel, leafRole } from "./leaves.ts";
import { drawUpLedger } from "./ledger.ts";
import { areAllMovedSeen } from "./moved.ts";
import { type PutSide, putSide } from "./put_side.ts";
import { placeCalls } from "./ranges.ts";
import { type RefcountWitness, refcountWitness } from "./refcounts.ts";
import { repeatTimes } from "./repeats.ts";
import { type Report, REPORT_FORMAT, type ReportRole } from "./report/report.ts";
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
  const { buffers, syscalls } = collected.workload;
  const repeats = repeatTimes(syscalls);
  const { inside, outside, straddling } = placeCalls(collected.calls, buffers, pageBytes);
  const fast = inside.filter(({ event }) => event?.path !== "slow");
  const served = fast.flatMap(({ leaves }) => leaves.filter(({ taken }) => taken).map(leafRole));
  const level = leafLevel(plan.roles, device, pageBytes, new Set(served));
  const context = { level, pageBytes, flags: plan.flags, seesUndo: seesUndo(plan.roles) };
  const settled = fast.flatMap((parts) => settleCall(parts, context) ?? []);
  const facts = settled.map((call) => call.facts);
  const heads = createHeadCounter();
  for (const { grabs } of settled) heads.add(grabs.kept);
  const alone = inside.flatMap(({ event }) => event?.path === "slow" ? [event] : []);
  const alonePages = sumOf(alone, ({ returned }) => Math.max(0, returned));
  const { side, refcounts } = accountFor(header, collected, footer);
  const ledger = drawUpLedger({
    header,
    collected,
    footer,
    setAside: { outside, straddling, failed: fast.length - facts.length },
    facts,
    allMovedSeen: areAllMovedSeen(
      inside.flatMap(({ event }) => event ?? []),
      syscalls,
      pageBytes,
    ),
    putSide: side,
    refcounts,
  });
  const judgement = judge({
    facts,
    ledger,
    level,
    roles: plan.roles,
    bufferKnown: buffers.length > 0,
    alone: { calls: alone.length, pages: alonePages },
    putSide: side,
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
      syscalls: syscalls.length,
      failedSyscalls: syscalls.filter(({ result }) => result < 0).length,
      bytesMoved: collected.workload.bytesMoved ?? null,
      ...(repeats === undefined ? {} : { repeats }),
    },
    roles: rolesOf(plan.roles),
    leafLevel: level,
    totals: totalsOf(facts, {
      headOrders: heads.orders(),
      lookups: plan.roles.lookup.kind === "probed",
      alone,
    }),
    putSide: side,
    histograms: histogramsOf(facts),
    ledger,
  };
}

/**
 * Books every grab and put, of all calls: what is given back does not ask who took it for what. The
 * last puts of each thread, and what the tracepoints saw, come at the end, with the kernel's sums: without
 * these nothing is said of what is held.
 */
function accountFor(
  { plan, device, kernel }: Header,
  { calls, puts, refcounts }: Collected,
  footer: Footer | undefined,
): { readonly side: PutSide; readonly refcounts: RefcountWitness | undefined } {
  const isWhole = footer?.totals !== undefined;
  const range = device.pfn === undefined ? undefined : {
    from: device.pfn,
    to: device.pfn + Math.floor(device.bytes / kernel.pageBytes),
  };
  const accounts = openAccounts();
  for (const { event, runs } of calls) {
    if (event === undefined) continue;
    const kind = (event.flags & plan.flags.pin) === 0 ? "gets" : "pins";
    for (const run of runs) accounts.grab(run, kind);
  }
  for (const put of puts) accounts.put(put);
  const heads = accounts.heads();
  const witness = plan.pageRef === true && isWhole && range !== undefined
    ? refcountWitness(heads, refcounts, range)
    : undefined;
  const side = putSide({
    accounts: plan.putsOfDeviceOnly === true && range !== undefined ? within(heads, range) : heads,
    puts,
    callers: new Set(calls.map(({ tid }) => tid)),
    observed: plan.roles.put?.kind === "probed",
    isWhole,
    refcounts: witness,
  });
  return { side, refcounts: witness };
}

function rolesOf(roles: Header["plan"]["roles"]): Report["roles"] {
  return Object.fromEntries(Object.entries(roles).map(([name, role]) => [name, roleOf(role)]));
}

function roleOf(role: Role): ReportRole {
  return role.kind === "probed"
    ? { function: role.function, attach: role.attach, why: role.why, cost: null }
    : { function: null, attach: null, why: role.why, cost: role.cost };
}
