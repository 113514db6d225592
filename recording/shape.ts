/**
 * What each line of a recording must hold, so that nothing right of it meets a field that is missing
 * or of another type.
 *
 * @module
 */

import {
  among,
  amount,
  type Check,
  documentOf,
  flag,
  inOrder,
  list,
  matching,
  named,
  object,
  optional,
  type Schema,
  text,
  variant,
  whole,
  withOneOf,
} from "./check.ts";
import type { RecordingItem } from "./codec.ts";
import type {
  CallLeaf,
  CallRun,
  RecordingEvent,
  UnlistedGrabs,
  WorkloadDone,
  WorkloadReady,
  WorkloadRepeat,
  WorkloadReport,
  WorkloadSyscall,
} from "./event.ts";
import type { KernelTotals, PinCounters, SessionEnd } from "./footer.ts";
import {
  type AbsentRole,
  type DeviceSummary,
  type Header,
  MEMORY_KINDS,
  type MemorySummary,
  type ProbedRole,
  READABLE_FORMATS,
  type Rejection,
  type Taking,
} from "./header.ts";

export { isRecord } from "./check.ts";

/** Whether a parsed line is an item of a recording, with all of its fields. */
export function isRecordingItem(value: unknown): value is RecordingItem {
  return ITEM.holds(value);
}

/** Whether a value is an event, with all of its fields. */
export function isRecordingEvent(value: unknown): value is RecordingEvent {
  return isRecordingItem(value) && value.kind !== "header" && value.kind !== "footer";
}

/** Whether a parsed line of a workload is a report, with all of its fields. */
export function isWorkloadReport(value: unknown): value is WorkloadReport {
  return REPORT.holds(value);
}

/**
 * The item with its fields in the order in which they are written: the header as it is, since the order
 * of its roles is that of reports.
 */
export function inWritingOrder(item: RecordingItem): object {
  return item.kind === "header" ? item : inOrder(item, ITEMS[item.kind]);
}

/** Lines of recordings as JSON Schema. */
export function recordingSchema(): Schema {
  return documentOf(ITEM, {
    title: "A line of a headcount recording",
    description: `One JSON object a line: a header, events, a footer. Formats: ${
      READABLE_FORMATS.join(", ")
    }.`,
  });
}

const integer = whole();
const count = named("count", "How many; also identifiers and sizes.", whole(0));
const time = named(
  "time",
  "Nanoseconds since boot. They pass 2^53 after 104 days: from then on a double rounds them to 2 ns.",
  amount(),
);
const pages = named(
  "pages",
  "Pages, grabs or references of one call: the kernel counts its pages in an int.",
  whole(0, 2 ** 31 - 1),
);
const grabs = named("grabs", "Grabs or puts in a row.", whole(1, 2 ** 31 - 1));
const pagesOrErrno = named(
  "pagesOrErrno",
  "Pages pinned, or a negative errno.",
  whole(1 - 2 ** 31, 2 ** 31 - 1),
);
const pfn = named("pfn", "A page frame number.", whole(0, 2 ** 52 - 1));
const order = named("order", "log2 of the pages behind a head.", whole(0, 63));
const power = named(
  "powerOfTwo",
  "A power of two.",
  among(...Array.from({ length: 53 }, (_, i) => 2 ** i)),
);
const address = named(
  "address",
  "A virtual address as hex text: it can exceed 2^53.",
  matching(/^0x[\da-f]{1,16}$/),
);
const texts = list(text);

const REPORT = variant<WorkloadReport["step"]>("step", {
  ready: object<WorkloadReady>({ step: text, pid: count, address, bytes: count }),
  syscall: object<WorkloadSyscall>({
    step: text,
    name: text,
    address,
    bytes: count,
    result: integer,
    ns: optional(count),
  }),
  repeat: object<WorkloadRepeat>({
    step: text,
    name: text,
    repeat: count,
    thread: count,
    address: optional(address),
    bytes: count,
    result: integer,
    getNs: optional(count),
    putNs: optional(count),
  }),
  done: object<WorkloadDone>({ step: text, bytes: count }),
});

const rejected = optional(list(object<Rejection>({ function: text, why: text })));
const role = named(
  "role",
  "A role and what became of it.",
  variant<"probed" | "absent">("kind", {
    probed: object<ProbedRole>({
      kind: text,
      function: text,
      attach: among("fentry", "kprobe"),
      entryOnly: optional(flag),
      why: text,
      rejected,
    }),
    absent: object<AbsentRole>({ kind: text, why: text, cost: text, needed: flag, rejected }),
  }),
);

const key = { kind: text, tid: count, call: count } as const;
const walk = {
  path: among("fast", "slow"),
  role: among("grabOne", "grabBatch", "grabSlow"),
  pfn,
} as const;

const run = {
  ...walk,
  head: pfn,
  order,
  count: grabs,
  refs: pages,
  step: pages,
  refcount: optional(integer),
} as const;
const leaf = {
  level: optional(among("pte", "pmd", "pud")),
  address,
  pfn: optional(pfn),
  pages,
  taken: optional(flag),
} as const;
/** A device's leaf has no level, but tells its pfn. */
const PLACE = ["level", "pfn"];

const header = object<Header>({
  kind: text,
  format: among(...READABLE_FORMATS),
  headcount: text,
  created: text,
  arguments: optional(texts),
  kernel: object<Header["kernel"]>({
    release: text,
    version: text,
    machine: text,
    pageBytes: power,
  }),
  bpftrace: object<Header["bpftrace"]>({ version: text }),
  target: object<Header["target"]>({
    kind: among("local", "guest", "ssh"),
    host: optional(text),
    accelerator: object<Header["target"]["accelerator"]>({
      kind: among("hardware", "kvm", "tcg"),
      why: text,
    }),
    processor: optional(text),
    cpus: count,
    memoryBytes: count,
    commandLine: text,
  }),
  device: optional(object<DeviceSummary>({
    path: text,
    alignBytes: power,
    bytes: count,
    pfn: optional(pfn),
  })),
  memory: optional(object<MemorySummary>({
    kind: among(...MEMORY_KINDS),
    map: optional(among("dev", "mem")),
  })),
  workload: object<Header["workload"]>({
    name: text,
    bytes: count,
    command: texts,
    scope: optional(among("buffer", "command", "process", "machine")),
    expected: optional(object<Taking>({
      path: among("fast", "slow", "fast-then-slow"),
      kind: among("get", "pin"),
    })),
  }),
  plan: object<Header["plan"]>({
    roles: object<Header["plan"]["roles"]>({
      entry: role,
      hugeLeaf: role,
      grabOne: role,
      grabBatch: role,
      grabSlow: role,
      lookup: role,
      slowPath: role,
      pmdLeaf: optional(role),
      pudLeaf: optional(role),
      pteLeaf: optional(role),
      put: optional(role),
      unpin: optional(role),
      undo: optional(role),
    }),
    flags: object<Header["plan"]["flags"]>({
      get: count,
      pin: count,
      write: count,
      longterm: count,
    }),
    structPageBytes: count,
    pageRef: optional(flag),
    countsMisses: optional(flag),
    runsPerCall: optional(count),
    putsOfDeviceOnly: optional(flag),
    checksPages: optional(flag),
    countsStacks: optional(flag),
  }),
  script: object<Header["script"]>({ file: text, sha256: text }),
});

const totals = object<KernelTotals>({
  entered: count,
  calls: count,
  pages: count,
  grabs: count,
  refs: count,
  lookups: count,
  realLookups: count,
  puts: optional(count),
  putRefs: optional(count),
});

const end = variant<SessionEnd["kind"]>("kind", {
  complete: object<Extract<SessionEnd, { kind: "complete" }>>({ kind: text }),
  interrupted: object<Extract<SessionEnd, { kind: "interrupted" }>>({ kind: text, signal: text }),
  failed: object<Extract<SessionEnd, { kind: "failed" }>>({ kind: text, what: text }),
});

/** A check for each kind of item, all of its fields named. */
const ITEMS: { readonly [Kind in RecordingItem["kind"]]: Check } = {
  header,
  call: object<Item<"call">>({
    ...key,
    path: optional(among("fast", "slow")),
    at: time,
    ns: count,
    address,
    asked: pages,
    flags: count,
    returned: pagesOrErrno,
    lookups: count,
    realLookups: count,
    fellBack: optional(flag),
    run: optional(object<CallRun>(run)),
    leaf: optional(withOneOf(PLACE, object<CallLeaf>(leaf))),
    parts: optional(count),
    putsInside: optional(count),
    unlisted: optional(object<UnlistedGrabs>({
      grabs: count,
      refs: count,
      slowGrabs: count,
      slowRefs: count,
      single: optional(flag),
    })),
  }),
  run: object<Item<"run">>({ ...key, ...run }),
  refused: object<Item<"refused">>({ ...key, ...walk, refs: pages }),
  leaf: withOneOf(PLACE, object<Item<"leaf">>({ ...key, ...leaf })),
  undo: object<Item<"undo">>({ ...key, pfn, pages }),
  pages: object<Item<"pages">>({ ...key, pfn, count: pages, isCut: optional(flag) }),
  put: object<Item<"put">>({
    ...key,
    path: optional(among("fast", "slow")),
    role: among("put", "unpin"),
    pin: flag,
    at: time,
    pfn,
    order,
    count: grabs,
    refs: pages,
    step: pages,
  }),
  refcount: object<Item<"refcount">>({ kind: text, pfn, added: count, taken: count }),
  thread: object<Item<"thread">>({ kind: text, tid: count, pid: count, at: time, comm: text }),
  stack: object<Item<"stack">>({
    kind: text,
    comm: text,
    frames: texts,
    calls: count,
    pages: count,
  }),
  lost: object<Item<"lost">>({ kind: text, events: count }),
  helperError: object<Item<"helperError">>({ kind: text, helper: text, code: integer }),
  unreadable: object<Item<"unreadable">>({ kind: text, text }),
  workload: object<Item<"workload">>({ kind: text, report: REPORT }),
  round: object<Item<"round">>({ kind: text, round: count, probes: flag, report: REPORT }),
  footer: object<Item<"footer">>({
    kind: text,
    end,
    totals: optional(totals),
    missed: optional(count),
    pins: optional(object<PinCounters>({ acquired: integer, released: integer })),
    workloadExit: optional(integer),
  }),
};

type Item<Kind extends RecordingItem["kind"]> = Extract<RecordingItem, { readonly kind: Kind }>;

const ITEM = variant("kind", ITEMS);
