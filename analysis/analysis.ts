/**
 * Lines of a recording -> its report, as they come. What is kept goes by how many different heads,
 * pages, ranges and threads there are, not by how many events.
 *
 * @module
 */

import type { CallLine, PutLine } from "../recording/call_line.ts";
import type { RecordingEvent } from "../recording/event.ts";
import type { Footer } from "../recording/footer.ts";
import type { Header, Role, Scope } from "../recording/header.ts";
import { type Accounts, openAccounts, within } from "./accounts.ts";
import type { EndedCall } from "./calls.ts";
import type { Collected } from "./collected.ts";
import { type Collector, createCollector } from "./collector.ts";
import { overheadOf } from "./overhead.ts";
import { drawUpLedger, type UnlistedSums } from "./ledger.ts";
import { fits, isPlain } from "./line_facts.ts";
import { areAllMovedSeen } from "./moved.ts";
import { ProcessCounter } from "./processes.ts";
import { type PutSide, putSide } from "./put_side.ts";
import { type Ranges, sumUpRanges } from "./ranges.ts";
import { type RefcountWitness, refcountWitness } from "./refcounts.ts";
import { type Report, REPORT_FORMAT, type ReportRole } from "./report/report.ts";
import { histogramsOf, totalsOf } from "./totals.ts";
import { quartilesOf } from "./steps.ts";
import { judge } from "./verdict.ts";
import { Runs } from "./times.ts";
import { listenToWorkload, type Workload } from "./workload.ts";

/** Any line of a recording. */
export type RecordingLine = Header | RecordingEvent | Footer;

/** An analysis of a recording whose lines are still coming. */
export interface Analysis {
  /**
   * Takes a line; the header first.
   *
   * @throws {TypeError} where the first line is not the header, or header or footer come twice.
   */
  add(line: RecordingLine): void;
  /**
   * Takes a call as numbers.
   *
   * @returns Whether it was taken; else it is to be added as a line.
   */
  addCall(call: CallLine): boolean;
  /** Takes puts outside of any call as numbers. */
  addPut(put: PutLine): void;
  /** What came is damaged somewhere: it counts, but as a recording that was cut off. */
  cutOff(): void;
  /**
   * The report, after the last line.
   *
   * @throws {TypeError} where there was no line.
   */
  report(): Report;
}

/**
 * Begins to analyse a recording.
 *
 * @example A recording without a line
 * ```ts
 * import { startAnalysis } from "headcount";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => startAnalysis().report(), TypeError, "an empty recording");
 * ```
 */
export function startAnalysis(): Analysis {
  let state: State | undefined;
  let footer: Footer | undefined;
  let isCutOff = false;
  /** The kind of the last call that its own line told of, and whether it was plain. */
  let lastKind = 0;
  let isLastPlain = false;

  function known(kind: string): State {
    if (state !== undefined) return state;
    throw new TypeError(`Cannot analyze a recording that begins with "${kind}"`);
  }

  return {
    add: (line) => {
      if (line.kind === "header") {
        if (state !== undefined) throw new TypeError("Cannot analyze two recordings as one");
        state = begin(line);
      } else if (line.kind === "footer") {
        known(line.kind);
        if (footer !== undefined) {
          throw new TypeError("Cannot analyze a recording with two footers");
        }
        footer = line;
      } else if (line.kind === "workload") {
        const { workload, runs } = known(line.kind);
        workload.add(line.report);
        runs.add(line.report);
      } else if (line.kind === "round") {
        known(line.kind).runs.addRound(line);
      } else if (line.kind === "thread") {
        known(line.kind).processes.name(line);
      } else if (line.kind === "stack") {
        // Sums of all calls that were seen: what is judged does not rest on where they come from.
        known(line.kind);
      } else {
        const { collector, accounts } = known(line.kind);
        if (line.kind === "put") accounts.put(line);
        collector.add(line);
      }
    },
    addCall: (call) => {
      const { collector, accounts, ranges, pin } = known("call");
      if (!ranges.takesLines) return false;
      if (call.kind !== lastKind || lastKind === 0) isLastPlain = isPlain(call);
      lastKind = call.kind;
      if (!isLastPlain || !fits(call) || !collector.addWhole(call)) return false;
      accounts.grabLine(call, (call.flags & pin) === 0 ? "gets" : "pins");
      ranges.addLine(call);
      return true;
    },
    addPut: (put) => {
      const { collector, accounts } = known("put");
      collector.addPuts(put);
      accounts.putLine(put);
    },
    cutOff: () => {
      isCutOff = true;
    },
    report: () => {
      if (state === undefined) throw new TypeError("Cannot analyze an empty recording");
      return reportOn(state, isCutOff ? undefined : footer);
    },
  };
}

/** What is known of a recording so far. */
interface State {
  readonly header: Header;
  readonly workload: Workload;
  readonly runs: Runs;
  readonly processes: ProcessCounter;
  readonly accounts: Accounts;
  readonly ranges: Ranges;
  readonly collector: Collector;
  /** FOLL_PIN. */
  readonly pin: number;
  /** Grabs of which only the sums are known, so that accounts lack them. */
  readonly unlisted: Unlisted;
}

interface Unlisted extends UnlistedSums {
  calls: number;
  grabs: number;
  refs: number;
  gets: number;
  pins: number;
}

function begin(header: Header): State {
  const { kernel, plan: { flags: { pin } } } = header;
  const workload = listenToWorkload(kernel.pageBytes);
  const accounts = openAccounts();
  const processes = new ProcessCounter();
  const isScoped = scopeOf(header) !== "buffer";
  const ranges = sumUpRanges(header, workload.buffers, isScoped ? processes : undefined);
  const unlisted: Unlisted = { calls: 0, grabs: 0, refs: 0, gets: 0, pins: 0 };
  // Every grab is booked, of all calls: what is given back does not ask who took it for what.
  const collector = createCollector((call: EndedCall) => {
    const { event, runs } = call;
    const kind = (event.flags & pin) === 0 ? "gets" : "pins";
    for (const run of runs) accounts.grab(run, kind);
    if (event.unlisted !== undefined && event.unlisted.grabs > 0) {
      unlisted.calls++;
      unlisted.grabs += event.unlisted.grabs;
      unlisted.refs += event.unlisted.refs;
      unlisted[kind] += event.unlisted.refs;
    }
    ranges.add(call);
  });
  const runs = new Runs();
  return { header, workload, runs, processes, accounts, ranges, collector, pin, unlisted };
}

/** Whose calls a recording holds. */
function scopeOf({ workload }: Header): Scope {
  return workload.scope ?? "buffer";
}

function reportOn(state: State, footer: Footer | undefined): Report {
  const { header } = state;
  const { plan, kernel, device } = header;
  const scope = scopeOf(header);
  const collected = state.collector.finish();
  const { buffers, tellsMoved, ...workload } = state.workload.facts();
  const { moved } = state.workload;
  const ranges = state.ranges.finish(moved);
  const { sums, level, alone, headOrders, takings: seen } = ranges;
  const { expected } = header.workload;
  const { processor } = header.target;
  const rounds = state.runs.rounds();
  const times = state.runs.times();
  const { side, refcounts } = accountFor(state, collected, footer);
  const { calls, grabs, refs } = state.unlisted;
  const ledger = drawUpLedger({
    header,
    collected,
    footer,
    setAside: {
      outside: ranges.outside,
      straddling: ranges.straddling,
      failed: ranges.failed,
    },
    balance: { ...sums.balance },
    unlisted: { calls, grabs, refs },
    allMovedSeen: areAllMovedSeen(moved, tellsMoved),
    onlyPins: seen.every(({ kind }) => kind === "pin"),
    putSide: side,
    refcounts,
  });
  const judgement = judge({
    calls: sums,
    ledger,
    level,
    roles: plan.roles,
    bufferKnown: buffers.length > 0,
    alone,
    putSide: side,
    scope,
    takings: { expected, seen },
    pageArrays: ranges.pageArrays,
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
      ...(header.arguments === undefined ? {} : { arguments: header.arguments }),
      bpftrace: header.bpftrace.version,
      scriptSha256: header.script.sha256,
    },
    kernel: {
      release: kernel.release,
      version: kernel.version,
      machine: kernel.machine,
      pageBytes: kernel.pageBytes,
    },
    target: {
      kind: header.target.kind,
      ...(header.target.host === undefined ? {} : { host: header.target.host }),
      accelerator: header.target.accelerator.kind,
      why: header.target.accelerator.why,
      ...(processor === undefined ? {} : { processor }),
      cpus: header.target.cpus,
      memoryBytes: header.target.memoryBytes,
      commandLine: header.target.commandLine,
    },
    device: device === undefined ? null : {
      path: device.path,
      alignBytes: device.alignBytes,
      bytes: device.bytes,
      pfn: device.pfn ?? null,
    },
    ...(header.memory === undefined ? {} : { memory: header.memory }),
    workload: {
      name: header.workload.name,
      bytes: header.workload.bytes,
      command: header.workload.command,
      ...(scope === "buffer" ? {} : { scope }),
      buffers: buffers.map(({ address, bytes }) => ({ address, bytes })),
      syscalls: workload.syscalls,
      failedSyscalls: workload.failedSyscalls,
      bytesMoved: workload.bytesMoved ?? null,
      ...(workload.repeats === undefined ? {} : { repeats: workload.repeats }),
      ...(expected === undefined ? {} : { expected, seen }),
    },
    ...(scope === "buffer" ? {} : { processes: state.processes.list() }),
    roles: rolesOf(plan.roles),
    leafLevel: level,
    totals: totalsOf(sums, { headOrders, lookups: plan.roles.lookup.kind === "probed", alone }),
    putSide: side,
    ...(ranges.pageArrays === undefined ? {} : { pageArrays: ranges.pageArrays }),
    histograms: histogramsOf(sums),
    callTime: quartilesOf(sums.nanoseconds),
    ...(times.length === 0 ? {} : { times }),
    ...(rounds.length === 0 ? {} : { overhead: overheadOf(rounds) }),
    ledger,
  };
}

/**
 * The put side and the second witness. The last puts of each thread, and what the tracepoints saw, come
 * at the end, with the kernel's sums: without these nothing is said of what is held.
 */
function accountFor(
  { header, accounts, unlisted }: State,
  { sums, putsByOthers, refcounts }: Collected,
  footer: Footer | undefined,
): { readonly side: PutSide; readonly refcounts: RefcountWitness | undefined } {
  const { plan, device, kernel } = header;
  const isWhole = footer?.totals !== undefined;
  const range = device?.pfn === undefined ? undefined : {
    from: device.pfn,
    to: device.pfn + Math.floor(device.bytes / kernel.pageBytes),
  };
  const heads = accounts.heads();
  // What the tracepoints saw of grabs that no account has cannot be told from what went wrong.
  const witness = plan.pageRef === true && isWhole && range !== undefined && unlisted.grabs === 0
    ? refcountWitness(heads, refcounts, range)
    : undefined;
  const side = putSide({
    accounts: plan.putsOfDeviceOnly === true && range !== undefined ? within(heads, range) : heads,
    puts: sums.puts,
    putsByOthers,
    unlisted,
    // Where the memory may be any but others put theirs as well, only puts inside calls are seen.
    observed: plan.roles.put?.kind === "probed" &&
      (plan.putsOfDeviceOnly !== true || scopeOf(header) === "buffer"),
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
