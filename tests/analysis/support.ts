/**
 * Recordings for tests, in the shape that real kernels gave them.
 *
 * @module
 */

import type { RecordingLine } from "../../analysis/analysis.ts";
import { analyze } from "../../analysis/analyze.ts";
import type { Report } from "../../analysis/report/report.ts";
import type {
  CallEvent,
  HexAddress,
  LeafEvent,
  PutEvent,
  RecordingEvent,
  RunEvent,
  WorkloadEvent,
} from "../../recording/event.ts";
import type { Footer, KernelTotals } from "../../recording/footer.ts";
import type { AbsentRole, DeviceSummary, Header, ProbedRole } from "../../recording/header.ts";

/** Where the workload's buffer is in all of these recordings: at a 1 GiB border. */
export const BUFFER = 0x7f0040000000;

/** The head of the first 2 MiB behind the buffer. */
export const HEAD = 0x100a00;

/** FOLL_PIN in kernel 6.1. */
export const PIN = 0x40000;

/** An address `pages` into the buffer. */
export function at(pages: number): HexAddress {
  return `0x${(BUFFER + pages * 4096).toString(16)}`;
}

/** A role that is probed by a function of that name. */
export function probed(name: string): ProbedRole {
  return { kind: "probed", function: name, attach: "fentry", why: "present" };
}

/** A role that this kernel does not have. */
export function absent(needed = false): AbsentRole {
  return { kind: "absent", why: "not in this kernel", cost: "what it did is not told", needed };
}

/** What became of each role on Debian's 6.1. */
export const ROLES_6_1: Header["plan"]["roles"] = {
  entry: probed("internal_get_user_pages_fast"),
  hugeLeaf: probed("__gup_device_huge"),
  grabOne: probed("try_grab_page"),
  grabBatch: probed("try_grab_folio"),
  grabSlow: {
    kind: "absent",
    why: "the slow path shares the other two",
    cost: "no grab goes unseen",
    needed: false,
  },
  lookup: probed("get_dev_pagemap"),
  slowPath: probed("__get_user_pages"),
};

/** The device of these recordings. */
export const DEVICE: DeviceSummary = {
  path: "/dev/dax0.0",
  alignBytes: 2 ** 21,
  bytes: 62 * 2 ** 20,
  pfn: HEAD,
};

/** A recording of a 2 MiB write on Debian's 6.1, in an emulated guest. */
export const HEADER: Header = {
  kind: "header",
  format: "headcount.recording/1",
  headcount: "0.1.0",
  created: "2026-11-23T22:00:00Z",
  kernel: {
    release: "6.1.0-41-amd64",
    version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 (2025-11-09)",
    machine: "x86_64",
    pageBytes: 4096,
  },
  bpftrace: { version: "0.17.0" },
  target: {
    kind: "guest",
    accelerator: { kind: "tcg", why: "no /dev/kvm" },
    cpus: 2,
    memoryBytes: 2 ** 31,
    commandLine: "console=ttyS0",
  },
  device: DEVICE,
  workload: { name: "direct-io", bytes: 2 ** 21, command: ["direct-io", "--size", "2M"] },
  plan: {
    roles: ROLES_6_1,
    flags: { get: 0x4, pin: PIN, write: 0x1, longterm: 0x10000 },
    structPageBytes: 64,
  },
  script: { file: "probes.bt", sha256: "0".repeat(64) },
};

/** {@linkcode HEADER} with another mapping size. */
export function withAlign(alignBytes: number, header: Header = HEADER): Header {
  return { ...header, device: { ...DEVICE, alignBytes } };
}

/** {@linkcode HEADER} with other roles. */
export function withRoles(roles: Partial<Header["plan"]["roles"]>): Header {
  return { ...HEADER, plan: { ...HEADER.plan, roles: { ...ROLES_6_1, ...roles } } };
}

/** The header of a kernel without a device leaf function, such as 7.3. */
export const HEADER_7_3: Header = withRoles({ hugeLeaf: absent() });

const KEY = { tid: 412, call: 1 };

/** A call that took all of 512 pages from the buffer's start. */
export const CALL: CallEvent = {
  kind: "call",
  ...KEY,
  at: 5_000_000_000,
  ns: 300_000,
  address: at(0),
  asked: 512,
  flags: PIN,
  returned: 512,
  lookups: 0,
  realLookups: 0,
};

/** One grab of all pages of the first head. */
export const RUN: RunEvent = {
  kind: "run",
  ...KEY,
  path: "fast",
  role: "grabBatch",
  pfn: HEAD,
  head: HEAD,
  order: 9,
  count: 1,
  refs: 512,
  step: 512,
};

/** The first huge leaf, whole. */
export const LEAF: LeafEvent = {
  kind: "leaf",
  ...KEY,
  address: at(0),
  pfn: HEAD,
  pages: 512,
  taken: true,
};

/** {@linkcode CALL} with its run and its leaf in its own line, as format 2 has them. */
export const WHOLE_CALL: CallEvent = { ...CALL, ...inLine(RUN, LEAF), parts: 0 };

/** A run and a leaf, of which at least one is given, as a call's own line has them. */
export function inLine(
  run: RunEvent | undefined,
  leaf: LeafEvent | undefined,
): Pick<CallEvent, "run" | "leaf"> {
  const without = <T extends RunEvent | LeafEvent>({ kind: _, tid: _1, call: _2, ...rest }: T) =>
    rest;
  return {
    ...(run === undefined ? {} : { run: without(run) }),
    ...(leaf === undefined ? {} : { leaf: without(leaf) }),
  };
}

/** One put of all pins of the first head, by the thread that took them. */
export const PUT: PutEvent = {
  kind: "put",
  tid: 412,
  call: 0,
  role: "put",
  pin: true,
  at: 6_000_000_000,
  pfn: HEAD,
  order: 9,
  count: 1,
  refs: 512,
  step: 0,
};

/** The workload maps 16 MiB. */
export const READY: WorkloadEvent = {
  kind: "workload",
  report: { step: "ready", pid: 412, address: at(0), bytes: 2 ** 24 },
};

/** The workload wrote 2 MiB with one system call and is through. */
export const WROTE: readonly WorkloadEvent[] = [
  {
    kind: "workload",
    report: { step: "syscall", name: "pwrite64", address: at(0), bytes: 2 ** 21, result: 2 ** 21 },
  },
  { kind: "workload", report: { step: "done", bytes: 2 ** 21 } },
];

/** What the block layer makes of a 2 MiB write on every kernel. */
const CHUNKS = [{ first: 0, pages: 256 }, { first: 256, pages: 255 }, { first: 511, pages: 1 }];

/** The calls of 256, 255 and 1 pages, with the events that `grabs` gives for each. */
export function write2M(
  each: (chunk: { first: number; pages: number }, key: { tid: number; call: number }) => {
    readonly call?: Partial<CallEvent>;
    readonly events: readonly RecordingEvent[];
  },
): readonly RecordingEvent[] {
  return [
    READY,
    ...CHUNKS.flatMap((chunk, i) => {
      const key = { tid: 412, call: i + 1 };
      const { call, events } = each(chunk, key);
      const { first, pages } = chunk;
      return [...events, {
        ...CALL,
        ...key,
        at: CALL.at + i * 1_000_000,
        ns: 300_000 >> i,
        address: at(first),
        asked: pages,
        returned: pages,
        ...call,
      }];
    }),
    ...WROTE,
  ];
}

/** Debian 6.1: compound pages, grabbed page by page. */
export const EVENTS_6_1: readonly RecordingEvent[] = write2M(({ first, pages }, key) => ({
  call: { lookups: pages, realLookups: 1 },
  events: [
    { ...RUN, ...key, role: "grabOne", pfn: HEAD + first, count: pages, refs: 1, step: 1 },
    { ...LEAF, ...key, address: at(first), pfn: HEAD + first, pages },
  ],
}));

/** Debian 5.10: pages of order 0, grabbed one by one. */
export const EVENTS_5_10: readonly RecordingEvent[] = write2M(({ first, pages }, key) => ({
  call: { lookups: pages, realLookups: 1, flags: 0x4 },
  events: [
    {
      ...RUN,
      ...key,
      role: "grabOne",
      pfn: HEAD + first,
      head: HEAD + first,
      order: 0,
      count: pages,
      refs: 1,
      step: 1,
    },
    { ...LEAF, ...key, address: at(first), pfn: HEAD + first, pages },
  ],
}));

/** Debian 7.3: compound pages, each head grabbed once. */
export const EVENTS_7_3: readonly RecordingEvent[] = write2M(({ first, pages }, key) => ({
  events: [{ ...RUN, ...key, pfn: HEAD + first, refs: pages, step: pages }],
}));

/** 5.10 with compound pagemaps and the change of the RFC: as 7.3, but through the leaf function. */
export const EVENTS_RFC: readonly RecordingEvent[] = write2M(({ first, pages }, key) => ({
  call: { lookups: 1, realLookups: 1 },
  events: [
    { ...RUN, ...key, pfn: HEAD + first, refs: pages, step: pages },
    { ...LEAF, ...key, address: at(first), pfn: HEAD + first, pages },
  ],
}));

/** The sums that a kernel would have counted for these events. */
export function totalsFor(
  events: readonly RecordingEvent[],
  { plan }: Header = HEADER,
): KernelTotals {
  const calls = events.filter((event) => event.kind === "call");
  const runs = [
    ...events.filter((event) => event.kind === "run"),
    ...calls.flatMap(({ run }) => run ?? []),
  ];
  const puts = events.filter((event) => event.kind === "put");
  const sum = <T>(of: readonly T[], value: (item: T) => number): number =>
    of.reduce((total, item) => total + value(item), 0);
  return {
    entered: calls.length,
    calls: calls.length,
    pages: sum(calls, ({ returned }) => Math.max(0, returned)),
    grabs: sum(runs, ({ count }) => count),
    refs: sum(runs, ({ count, refs }) => count * refs),
    lookups: sum(calls, ({ lookups }) => lookups),
    realLookups: sum(calls, ({ realLookups }) => realLookups),
    ...(plan.roles.put?.kind === "probed" || plan.roles.unpin?.kind === "probed"
      ? {
        puts: sum(puts, ({ count }) => count),
        putRefs: sum(puts, ({ count, refs }) => count * refs),
      }
      : {}),
  };
}

/** The footer of a session that came to its end, with the sums for these events. */
export function footerFor(
  events: readonly RecordingEvent[],
  header: Header = HEADER,
): Footer & { totals: KernelTotals } {
  return {
    kind: "footer",
    end: { kind: "complete" },
    totals: totalsFor(events, header),
    missed: 0,
    workloadExit: 0,
  };
}

/** Lines as they would come from a file. */
export async function* linesOf(lines: readonly RecordingLine[]): AsyncGenerator<RecordingLine> {
  await Promise.resolve();
  yield* lines;
}

/** The report on events; the footer that fits them unless another or none (`null`) is given. */
export function reportOf(
  events: readonly RecordingEvent[],
  { header = HEADER, footer = footerFor(events, header) }: {
    readonly header?: Header;
    readonly footer?: Footer | null;
  } = {},
): Promise<Report> {
  return analyze(linesOf([header, ...events, ...(footer === null ? [] : [footer])]));
}

/** The items in another order, the same for the same seed (Lehmer's generator). */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  let state = seed;
  return items
    .map((item) => ({ item, rank: state = state * 48271 % 2147483647 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
