/**
 * What each line of a recording must hold, so that nothing right of it meets a field that is missing
 * or of another type.
 *
 * @module
 */

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
  type Header,
  type ProbedRole,
  READABLE_FORMATS,
  type Rejection,
} from "./header.ts";

/** Whether a value is what a field must hold. */
type Check = (value: unknown) => boolean;

/** A check for each field of a type: the compiler misses none. */
type Fields<T> = { readonly [Name in keyof T]-?: Check };

/** Whether a parsed line is an item of a recording, with all of its fields. */
export function isRecordingItem(value: unknown): value is RecordingItem {
  return isItem(value);
}

/** Whether a value is an event, with all of its fields. */
export function isRecordingEvent(value: unknown): value is RecordingEvent {
  return isRecordingItem(value) && value.kind !== "header" && value.kind !== "footer";
}

/** Whether a parsed line of a workload is a report, with all of its fields. */
export function isWorkloadReport(value: unknown): value is WorkloadReport {
  return isReport(value);
}

/** Whether a value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const integer: Check = (value) => Number.isSafeInteger(value);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/**
 * Nanoseconds since boot pass 2^53 after 104 days: from then on a double rounds them to 2 ns, which
 * is no harm.
 */
const time: Check = (value) => Number.isFinite(value) && Number(value) >= 0;
/** Pages, grabs or references of one call: the kernel counts its pages in an int. */
const pages: Check = (value) => count(value) && Number(value) < 2 ** 31;
const grabs: Check = (value) => pages(value) && Number(value) > 0;
const pagesOrErrno: Check = (value) => integer(value) && Math.abs(Number(value)) < 2 ** 31;
const pfn: Check = (value) => count(value) && Number(value) < 2 ** 52;
const order: Check = (value) => count(value) && Number(value) < 64;
const power: Check = (value) => count(value) && Number.isInteger(Math.log2(Number(value)));
const address: Check = (value) => typeof value === "string" && /^0x[\da-f]{1,16}$/.test(value);
const texts: Check = list(text);

function among(...values: readonly string[]): Check {
  return (value) => typeof value === "string" && values.includes(value);
}

function list(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function both(one: Check, other: Check): Check {
  return (value) => one(value) && other(value);
}

function object<T>(fields: Fields<T>): Check {
  const entries = Object.entries<Check>(fields);
  return (value) => isRecord(value) && entries.every(([name, check]) => check(own(value, name)));
}

/** One of several objects, told apart by the field `key`. */
function variant<T extends string>(key: string, checks: Readonly<Record<T, Check>>): Check {
  const byName = new Map<unknown, Check>(Object.entries<Check>(checks));
  return (value) => isRecord(value) && (byName.get(own(value, key))?.(value) ?? false);
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

const isReport = variant<WorkloadReport["step"]>("step", {
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
    address,
    bytes: count,
    result: integer,
    getNs: optional(count),
    putNs: optional(count),
  }),
  done: object<WorkloadDone>({ step: text, bytes: count }),
});

const rejected = optional(list(object<Rejection>({ function: text, why: text })));
const role = variant<"probed" | "absent">("kind", {
  probed: object<ProbedRole>({
    kind: text,
    function: text,
    attach: among("fentry", "kprobe"),
    entryOnly: optional(flag),
    why: text,
    rejected,
  }),
  absent: object<AbsentRole>({ kind: text, why: text, cost: text, needed: flag, rejected }),
});

const key = { kind: text, tid: count, call: count } as const;
const walk = {
  path: among("fast", "slow"),
  role: among("grabOne", "grabBatch", "grabSlow"),
  pfn,
  refs: pages,
} as const;

const run = {
  ...walk,
  head: pfn,
  order,
  count: grabs,
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
const placed: Check = (value) =>
  isRecord(value) && (own(value, "level") ?? own(value, "pfn")) !== undefined;

const header = object<Header>({
  kind: text,
  format: among(...READABLE_FORMATS),
  headcount: text,
  created: text,
  kernel: object<Header["kernel"]>({
    release: text,
    version: text,
    machine: text,
    pageBytes: power,
  }),
  bpftrace: object<Header["bpftrace"]>({ version: text }),
  target: object<Header["target"]>({
    kind: among("local", "guest"),
    accelerator: object<Header["target"]["accelerator"]>({
      kind: among("hardware", "kvm", "tcg"),
      why: text,
    }),
    cpus: count,
    memoryBytes: count,
    commandLine: text,
  }),
  device: object<Header["device"]>({
    path: text,
    alignBytes: power,
    bytes: count,
    pfn: optional(pfn),
  }),
  workload: object<Header["workload"]>({ name: text, bytes: count, command: texts }),
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
  complete: isRecord,
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
    leaf: optional(both(object<CallLeaf>(leaf), placed)),
    parts: optional(count),
    putsInside: optional(count),
    unlisted: optional(object<UnlistedGrabs>({
      grabs: count,
      refs: count,
      slowGrabs: count,
      slowRefs: count,
    })),
  }),
  run: object<Item<"run">>({ ...key, ...run }),
  refused: object<Item<"refused">>({ ...key, ...walk }),
  leaf: both(object<Item<"leaf">>({ ...key, ...leaf }), placed),
  undo: object<Item<"undo">>({ ...key, pfn, pages }),
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
  lost: object<Item<"lost">>({ kind: text, events: count }),
  helperError: object<Item<"helperError">>({ kind: text, helper: text, code: integer }),
  unreadable: object<Item<"unreadable">>({ kind: text, text }),
  workload: object<Item<"workload">>({ kind: text, report: isReport }),
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

const isItem = variant("kind", ITEMS);
