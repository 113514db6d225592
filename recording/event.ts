/**
 * The events of a recording: what the probes saw, in the order in which the lines arrived.
 *
 * Nothing here depends on that order: every event of a call carries the thread and that thread's
 * sequence number, which survive preemption, migration and reordering across CPUs.
 *
 * @module
 */

/** A virtual address as hex text. It can exceed 2^53, so it is never a number. */
export type HexAddress = `0x${string}`;

/** Which walk a grab belongs to: the lockless one, or `__get_user_pages` running inside the call. */
export type GrabPath = "fast" | "slow";

/**
 * Which grab function ran: the one for a single page, the batched one that takes `refs`, or the one
 * that only the slow path uses (6.10 on; before, it shares the other two).
 */
export type GrabRole = "grabOne" | "grabBatch" | "grabSlow";

/** What every event of one gup-fast call carries: the key of the call. */
export interface CallKey {
  /** The thread, as the kernel numbers it in the initial pid namespace. */
  readonly tid: number;
  /** The thread's sequence number of the call, counted from 1 since the probes were attached. */
  readonly call: number;
}

/** One call, reported when it returned. */
export interface CallEvent extends CallKey {
  /** What it is. */
  readonly kind: "call";
  /**
   * Whether it is a gup-fast call, or one of the slow path without gup-fast before it, as
   * `process_vm_readv()` makes; absent, as in recordings of before 0.2, for the former.
   */
  readonly path?: GrabPath;
  /** Nanoseconds since boot at entry. */
  readonly at: number;
  /** Nanoseconds from entry to return, probes included. */
  readonly ns: number;
  /** First user address of the range. */
  readonly address: HexAddress;
  /** Pages asked for. */
  readonly asked: number;
  /** FOLL_* flags as the running kernel numbers them; {@linkcode PlanFlags} names the bits. */
  readonly flags: number;
  /** Pages pinned, or a negative errno. */
  readonly returned: number;
  /** `get_dev_pagemap()` calls made inside this call. */
  readonly lookups: number;
  /** Those of them that were real look-ups: no pgmap was handed in to be reused. */
  readonly realLookups: number;
  /** Whether a gup-fast call entered the slow path; absent in recordings of before 0.2. */
  readonly fellBack?: boolean;
  /** Its last run, if it grabbed anything; absent in recordings of format 1. */
  readonly run?: CallRun;
  /** Its last leaf, if a leaf function reported one; absent in recordings of format 1. */
  readonly leaf?: CallLeaf;
  /**
   * How many events of this call stand on lines of their own, before this one or after: runs,
   * leaves, undos and refused grabs. Absent in recordings of format 1.
   */
  readonly parts?: number;
  /**
   * Puts that this thread made inside the call; the events that tell of them may come much later.
   * Absent where there are none.
   */
  readonly putsInside?: number;
  /** Grabs of runs beyond {@linkcode PlanSummary.runsPerCall}; absent where there are none. */
  readonly unlisted?: UnlistedGrabs;
}

/** A run that is told of in the line of its call. */
export type CallRun = Omit<RunEvent, "kind" | keyof CallKey>;

/** A leaf that is told of in the line of its call. */
export type CallLeaf = Omit<LeafEvent, "kind" | keyof CallKey>;

/** Grabs of which only the sums are known: which pages they named is not. */
export interface UnlistedGrabs {
  /** How many grabs. */
  readonly grabs: number;
  /** References that they added. */
  readonly refs: number;
  /** Those of both that the slow path made. */
  readonly slowGrabs: number;
  /** References that these added. */
  readonly slowRefs: number;
  /** Whether all of them were on pages that are their own heads; absent where that is not known. */
  readonly single?: boolean;
}

/**
 * Consecutive successful grabs of one call, each adding `refs` to a head: grab number i (from 0)
 * names the page `pfn + i * step`.
 *
 * Lossless: 512 grabs of one reference are one run, and so is one grab of 512.
 */
export interface RunEvent extends CallKey {
  /** What it is. */
  readonly kind: "run";
  /** Which walk it belongs to. */
  readonly path: GrabPath;
  /** Which grab function it was. */
  readonly role: GrabRole;
  /** Page frame number of the first page that was grabbed. */
  readonly pfn: number;
  /**
   * Page frame number of the head behind `pfn`. In a run of order 0 every page is its own head, so
   * grab i has the head `pfn + i * step`; in any other run all grabs share this head.
   */
  readonly head: number;
  /** log2 of the pages behind the head. */
  readonly order: number;
  /** How many grabs. */
  readonly count: number;
  /** References that each grab added. */
  readonly refs: number;
  /** Pages from one grab to the next: `refs`, or 0 where the same page was named again. */
  readonly step: number;
  /** `_refcount` of the head after the run's first grab; told by 0.2 only. */
  readonly refcount?: number;
}

/** A grab that returned failure: nothing was taken. */
export interface RefusedEvent extends CallKey {
  /** What it is. */
  readonly kind: "refused";
  /** Which walk it belongs to. */
  readonly path: GrabPath;
  /** Which grab function it was. */
  readonly role: GrabRole;
  /** Page frame number of the page that was named. */
  readonly pfn: number;
  /** References that it asked for. */
  readonly refs: number;
}

/** Where in the page tables a leaf entry sits. */
export type Level = "pte" | "pmd" | "pud";

/**
 * A leaf function that the walk called: the device's for one huge leaf entry (a PMD or a PUD), or
 * the ordinary one of a level; that of the PTEs serves all of one table in one go.
 */
export interface LeafEvent extends CallKey {
  /** What it is. */
  readonly kind: "leaf";
  /** The level that the function serves; absent for the device's, which serves PMD and PUD. */
  readonly level?: Level;
  /** First user address taken from this leaf. */
  readonly address: HexAddress;
  /** Page frame number behind `address`; the ordinary leaf functions are not told it. */
  readonly pfn?: number;
  /** Pages of the range inside this leaf. */
  readonly pages: number;
  /** Whether the leaf function succeeded; absent where only its entry is probed. */
  readonly taken?: boolean;
}

/**
 * What the walk backs out of: the device leaf's pages that it had grabbed, from `pfn` on, are put
 * again before the call returns.
 */
export interface UndoEvent extends CallKey {
  /** What it is. */
  readonly kind: "undo";
  /** Page frame number of the first page that is given back. */
  readonly pfn: number;
  /** How many pages, each with one reference. */
  readonly pages: number;
}

/**
 * The first pages of the array that a gup-fast call filled, as many as adjoin: page i (from 0) is
 * `pfn + i`. Told where pages are checked (`plan.checksPages`).
 */
export interface PagesEvent extends CallKey {
  /** What it is. */
  readonly kind: "pages";
  /** Page frame number of the first. */
  readonly pfn: number;
  /** How many adjoin. */
  readonly count: number;
  /** There may be more: no further ones were looked at. */
  readonly isCut?: boolean;
}

/** Which function put: the core of all unpins, or the one that unpins pages of one folio. */
export type PutRole = "put" | "unpin";

/**
 * Consecutive puts of one thread, each taking `refs` references from a head: put number i (from 0)
 * is on the head `pfn + i * step`.
 *
 * Whichever thread it is: a block device's completion, a worker or an interrupted bystander puts
 * what another thread has pinned. References that FOLL_GET took are put by an inline function
 * (`put_page()`, `folio_put()`) and are not among these, except where a walk backs out.
 */
export interface PutEvent extends CallKey {
  /** What it is. */
  readonly kind: "put";
  /**
   * The call of this thread inside which it ran; 0 outside any. Inside it is an undo, unless an
   * interrupt put what others had pinned.
   */
  readonly call: number;
  /** Inside a call: whether it ran in the slow path's `__get_user_pages`; absent outside any. */
  readonly path?: GrabPath;
  /** Which function it was. */
  readonly role: PutRole;
  /** Whether it puts a FOLL_PIN reference, not one of FOLL_GET. */
  readonly pin: boolean;
  /** Nanoseconds since boot at the first put. */
  readonly at: number;
  /** Page frame number of the first head. */
  readonly pfn: number;
  /** log2 of the pages behind that head. */
  readonly order: number;
  /** How many puts. */
  readonly count: number;
  /** References that each put takes. */
  readonly refs: number;
  /** Pages from one put to the next: 1 for pages that are their own heads, else 0. */
  readonly step: number;
}

/**
 * What the `page_ref` tracepoints (CONFIG_DEBUG_PAGE_REF) saw of one page's `_refcount`, counted in
 * the kernel from the attach to the end, except for changes by mapping and unmapping.
 */
export interface RefcountEvent {
  /** What it is. */
  readonly kind: "refcount";
  /** Page frame number of the page: a head's, since only heads are counted on. */
  readonly pfn: number;
  /** The sum of what was added to it. */
  readonly added: number;
  /** The sum of what was taken from it. */
  readonly taken: number;
}

/**
 * Which process a thread belongs to, where several are observed: told at its first call, and when the
 * process becomes another program.
 */
export interface ThreadEvent {
  /** What it is. */
  readonly kind: "thread";
  /** The thread. */
  readonly tid: number;
  /** Its process. */
  readonly pid: number;
  /** Nanoseconds since boot. */
  readonly at: number;
  /** Name of the thread at that time; the kernel keeps 15 bytes of it. */
  readonly comm: string;
}

/**
 * What was called from one place, counted in the kernel and told at the end (`plan.countsStacks`): all
 * calls that returned, those outside the buffer and those that failed included.
 */
export interface StackEvent {
  /** What it is. */
  readonly kind: "stack";
  /** Name of the thread; the kernel keeps 15 bytes of it. */
  readonly comm: string;
  /**
   * The kernel's frames, innermost first: the function that was called, and what called it, each as
   * `name+offset` in decimal. Empty where the stack could not be walked.
   */
  readonly frames: readonly string[];
  /** Calls that returned. */
  readonly calls: number;
  /** Pages that they took. */
  readonly pages: number;
}

/** Events that the tracer's buffer dropped, as the tracer reported them. */
export interface LostEvent {
  /** What it is. */
  readonly kind: "lost";
  /** How many. */
  readonly events: number;
}

/** A BPF helper that failed inside a probe, for instance because a map was full. */
export interface HelperErrorEvent {
  /** What it is. */
  readonly kind: "helperError";
  /** Name of the helper, such as `map_update_elem`. */
  readonly helper: string;
  /** Negative errno. */
  readonly code: number;
}

/** A line of the tracer that could not be understood. */
export interface UnreadableEvent {
  /** What it is. */
  readonly kind: "unreadable";
  /** The line, cut to 200 characters. */
  readonly text: string;
}

/** What the workload did, in its own words. */
export interface WorkloadEvent {
  /** What it is. */
  readonly kind: "workload";
  /** The line, read. */
  readonly report: WorkloadReport;
}

/** The workload mapped its buffer and waits to be told to go. */
export interface WorkloadReady {
  /** What the line tells of. */
  readonly step: "ready";
  /** The workload's process. */
  readonly pid: number;
  /** First byte of the buffer. */
  readonly address: HexAddress;
  /** Bytes of the buffer. */
  readonly bytes: number;
}

/** One system call of the workload. */
export interface WorkloadSyscall {
  /** What the line tells of. */
  readonly step: "syscall";
  /** Name of the system call. */
  readonly name: string;
  /** First byte of the buffer that was handed in. */
  readonly address: HexAddress;
  /** Bytes asked for. */
  readonly bytes: number;
  /** Bytes moved, or registered as a buffer; or a negative errno. */
  readonly result: number;
  /** Nanoseconds that it took, by the workload's clock; absent in recordings of format 1. */
  readonly ns?: number;
}

/** One ioctl by which the kernel's own benchmark took all of the memory, and put it again. */
export interface WorkloadRepeat {
  /** What the line tells of. */
  readonly step: "repeat";
  /** How it took it: `get-fast`, `pin-fast`, ... */
  readonly name: string;
  /** Which of the repeats, from 1 on. */
  readonly repeat: number;
  /** Which of the threads that do it at the same time, from 1 on; 0 where it does not tell. */
  readonly thread: number;
  /** First byte that was to be taken; absent where it does not tell. */
  readonly address?: HexAddress;
  /** Bytes asked for. */
  readonly bytes: number;
  /** Bytes gone through, or a negative errno. */
  readonly result: number;
  /** Nanoseconds of all gets or pins, by the kernel's own clock; absent where the ioctl failed. */
  readonly getNs?: number;
  /** Nanoseconds of all puts, likewise. */
  readonly putNs?: number;
}

/** The workload is through, and waits to be told to end. */
export interface WorkloadDone {
  /** What the line tells of. */
  readonly step: "done";
  /** Bytes moved, or taken, by all system calls together. */
  readonly bytes: number;
}

/**
 * What the workload said in a run of its own, made for its times: all rounds have one without probes and
 * one with. That with probes of the first round is the recording itself, and not among these.
 */
export interface RoundEvent {
  /** What it is. */
  readonly kind: "round";
  /** Which of the rounds, from 1 on. */
  readonly round: number;
  /** Whether the probes were attached. */
  readonly probes: boolean;
  /** The line, read. */
  readonly report: WorkloadReport;
}

/** What a workload told in a run without probes, and in the run with probes after it. */
export interface WorkloadRound {
  /** Without probes. */
  readonly untraced: readonly WorkloadReport[];
  /** With probes. */
  readonly traced: readonly WorkloadReport[];
}

/** A line of a workload's JSON output. */
export type WorkloadReport = WorkloadReady | WorkloadSyscall | WorkloadRepeat | WorkloadDone;

/** What a line between header and footer can be. */
export type RecordingEvent =
  | CallEvent
  | RunEvent
  | RefusedEvent
  | LeafEvent
  | UndoEvent
  | PagesEvent
  | PutEvent
  | RefcountEvent
  | ThreadEvent
  | StackEvent
  | LostEvent
  | HelperErrorEvent
  | UnreadableEvent
  | WorkloadEvent
  | RoundEvent;
