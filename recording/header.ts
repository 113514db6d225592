/**
 * The first line of a recording: everything that is needed to judge the events without the machine
 * on which they were recorded.
 *
 * @module
 */

/** The format that this version writes. */
export const RECORDING_FORMAT = "headcount.recording/2";

/** Formats that this version reads: what one writes is readable for good. */
export const READABLE_FORMATS = ["headcount.recording/1", "headcount.recording/2"] as const;

/** What a kernel function does for headcount: roles that every recording has. */
export type CoreRoleName =
  /** One call is one pinned range. */
  | "entry"
  /** Serves one huge leaf entry of device memory (to 6.16). */
  | "hugeLeaf"
  /** Grabs one page. */
  | "grabOne"
  /** Grabs a head for several of its pages. */
  | "grabBatch"
  /** Grabs a folio in the slow path only (6.10 on). */
  | "grabSlow"
  /** Looks up a page's struct dev_pagemap. */
  | "lookup"
  /** The slow path, inside a call. */
  | "slowPath";

/** Roles that recordings of before 0.2 do not have. */
export type LaterRoleName =
  /** Serves an ordinary PMD leaf entry. */
  | "pmdLeaf"
  /** Serves an ordinary PUD leaf entry. */
  | "pudLeaf"
  /** Serves the entries of one page table. */
  | "pteLeaf"
  /** The core of all puts of pins. */
  | "put"
  /** Unpins pages of one folio; may or may not come through `put`. */
  | "unpin"
  /** Backs out of a device leaf. */
  | "undo";

/** What a kernel function does for headcount. */
export type RoleName = CoreRoleName | LaterRoleName;

/** How a probe is attached. */
export type AttachKind = "fentry" | "kprobe";

/** A function that could have played a role, and why it does not. */
export interface Rejection {
  /** Name of the function. */
  readonly function: string;
  /** Why not, as the end of a sentence that begins with its name. */
  readonly why: string;
}

/** A role that is observed through a kernel function. */
export interface ProbedRole {
  /** What it is. */
  readonly kind: "probed";
  /** Name of the function. */
  readonly function: string;
  /** How it is attached. */
  readonly attach: AttachKind;
  /**
   * Whether only its entry is probed, so that its success is not seen; absent where it is, and in
   * recordings of format 1.
   */
  readonly entryOnly?: boolean;
  /** Why this function, in a few words. */
  readonly why: string;
  /** Candidates that came before it; absent in recordings of before 0.2. */
  readonly rejected?: readonly Rejection[];
}

/** A role that this kernel does not have, or does not show. */
export interface AbsentRole {
  /** What it is. */
  readonly kind: "absent";
  /** Why: "not in this kernel", "inlined", … */
  readonly why: string;
  /** What cannot be told without it. */
  readonly cost: string;
  /** Whether a verdict without this role would not be sound. */
  readonly needed: boolean;
  /** The candidates; absent in recordings of before 0.2. */
  readonly rejected?: readonly Rejection[];
}

/** One role and what became of it. */
export type Role = ProbedRole | AbsentRole;

/** The bits of FOLL_* that matter, as the running kernel numbers them. */
export interface PlanFlags {
  /** FOLL_GET. */
  readonly get: number;
  /** FOLL_PIN. */
  readonly pin: number;
  /** FOLL_WRITE. */
  readonly write: number;
  /** FOLL_LONGTERM. */
  readonly longterm: number;
}

/** What is probed on this kernel, what is not, and why. */
export interface PlanSummary {
  /** Each role and what became of it. */
  readonly roles:
    & Readonly<Record<CoreRoleName, Role>>
    & Readonly<Partial<Record<LaterRoleName, Role>>>;
  /** Bits of the FOLL_* flags. */
  readonly flags: PlanFlags;
  /** Bytes of one `struct page`. */
  readonly structPageBytes: number;
  /** Whether the `page_ref` tracepoints are counted as well; absent in recordings of before 0.2. */
  readonly pageRef?: boolean;
  /**
   * Whether the kernel counts the runs of kprobes and tracepoints that it skips (6.7 on), as it does
   * those of fentry (5.12 on); absent in recordings of before 0.3.
   */
  readonly countsMisses?: boolean;
  /**
   * Runs of one call that are told of, its last one not counted: of further ones only the sums are.
   * Absent in recordings of format 1, where all are told of.
   */
  readonly runsPerCall?: number;
  /** Whether calls tell the pages that they handed back; absent where they do not. */
  readonly checksPages?: boolean;
  /** Whether calls are counted by the stack that they come from; absent where they are not. */
  readonly countsStacks?: boolean;
  /**
   * Whether puts are seen on this device's pages only, or of any memory inside calls only, others' left
   * out; absent before 0.2.
   */
  readonly putsOfDeviceOnly?: boolean;
}

/** What runs the instructions of the traced kernel. */
export interface Accelerator {
  /** What it is. */
  readonly kind: "hardware" | "kvm" | "tcg";
  /** Why this one, in a few words. */
  readonly why: string;
}

/** Where the traced kernel ran. */
export interface TargetSummary {
  /** What it is. */
  readonly kind: "local" | "guest" | "ssh";
  /** What ssh connected to, as it was asked for; absent where ssh did not. */
  readonly host?: string;
  /** What ran its instructions. */
  readonly accelerator: Accelerator;
  /** Model of its processors, as they name it; absent in older recordings. */
  readonly processor?: string;
  /** Processors. */
  readonly cpus: number;
  /** Bytes of memory. */
  readonly memoryBytes: number;
  /** The kernel's command line. */
  readonly commandLine: string;
}

/** The devdax device whose memory was pinned, or the other memory in its place. */
export interface DeviceSummary {
  /** Path of the character device, such as `/dev/dax0.0`, or of a file; else a kind of memory. */
  readonly path: string;
  /** Mapping size: bytes behind one leaf entry. */
  readonly alignBytes: number;
  /** Bytes of it. */
  readonly bytes: number;
  /** Page frame number of the device's first page, where the kernel tells it. */
  readonly pfn?: number;
}

/** Kinds of memory. */
export const MEMORY_KINDS = [
  "devdax",
  "thp",
  "hugetlb-2M",
  "hugetlb-1G",
  "anon",
  "tmpfs",
  "tmpfs-huge",
  "fsdax",
] as const;

/** A kind of memory: how it comes about, and by what it is mapped. */
export type MemoryKind = typeof MEMORY_KINDS[number];

/** What memory was pinned, beside how large and where it is. */
export interface MemorySummary {
  /** Its kind. */
  readonly kind: MemoryKind;
  /** Devdax and fsdax: whether its struct pages are on the device (altmap) or in memory. */
  readonly map?: "dev" | "mem";
}

/** How memory is taken. */
export interface Taking {
  /**
   * By which walk: gup-fast's own, the slow path alone without asking gup-fast, or the slow path
   * inside a gup-fast call whose walk did not take all.
   */
  readonly path: "fast" | "slow" | "fast-then-slow";
  /** Whether as FOLL_GET or as FOLL_PIN. */
  readonly kind: "get" | "pin";
}

/**
 * Whose calls were seen, and which of them are judged.
 *
 * - `buffer`: those of the workload's process, judged where they touch a buffer that it told of.
 * - `command`: all calls of a command and of the processes that it started.
 * - `process`: all calls of a process that ran already, and of those that it started meanwhile.
 * - `machine`: all calls of all processes but headcount and bpftrace.
 */
export type Scope = "buffer" | "command" | "process" | "machine";

/** What was run, or what ran already. */
export interface WorkloadSummary {
  /** Name of the workload. */
  readonly name: string;
  /** Bytes of its memory; 0 where that is not known. */
  readonly bytes: number;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Whose calls were seen; absent for `buffer`. */
  readonly scope?: Scope;
  /** How it was expected to take the memory; absent in older recordings. */
  readonly expected?: Taking;
}

/** The first line of a recording. */
export interface Header {
  /** What it is. */
  readonly kind: "header";
  /** The format of the recording. */
  readonly format: typeof READABLE_FORMATS[number];
  /** Version of headcount that recorded. */
  readonly headcount: string;
  /** When the recording began, ISO 8601, UTC. */
  readonly created: string;
  /** The arguments that headcount was called with; absent in older recordings, and of its library. */
  readonly arguments?: readonly string[];
  /** The kernel that was traced. */
  readonly kernel: {
    /** `uname -r`. */
    readonly release: string;
    /** `uname -v`. */
    readonly version: string;
    /** `uname -m`. */
    readonly machine: string;
    readonly pageBytes: number;
  };
  /** The bpftrace that traced it. */
  readonly bpftrace: { readonly version: string };
  /** Where it ran. */
  readonly target: TargetSummary;
  /** Whose memory was pinned; absent where that may be any, and no device was asked for. */
  readonly device?: DeviceSummary;
  /** What memory that is; absent in older recordings, and where the workload chose it. */
  readonly memory?: MemorySummary;
  /** What was run. */
  readonly workload: WorkloadSummary;
  /** What was probed. */
  readonly plan: PlanSummary;
  /** The bpftrace program, kept beside the recording, and its hash. */
  readonly script: { readonly file: string; readonly sha256: string };
}
