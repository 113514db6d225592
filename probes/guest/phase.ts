/**
 * What a guest tells on its way up, as a typed stream.
 *
 * @module
 */

/** The steps from nothing to a verdict. */
export type PhaseName =
  /** Kernel, initramfs and tools are looked up in the cache, or made. */
  | "prepare"
  /** The guest's kernel boots. */
  | "kernel"
  /** Modules are loaded. */
  | "modules"
  /** The host's root is mounted. */
  | "root"
  /** The channel's agents start. */
  | "agent"
  /** The guest takes commands. */
  | "ready"
  /** The devdax device is made or looked up, the kernel's facts are read. */
  | "facts"
  /** bpftrace compiles and attaches; the workload maps its buffer. */
  | "attach"
  /** The workload or a command runs, or what runs already is observed. */
  | "run";

/** Something that happened on the way. */
export type BootEvent =
  | { readonly kind: "phase"; readonly name: PhaseName }
  | { readonly kind: "accelerator"; readonly name: "kvm" | "tcg"; readonly why: string }
  | { readonly kind: "note"; readonly text: string };

/** A console line that matters. */
export type ConsoleLine =
  | { readonly kind: "phase"; readonly name: PhaseName }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "failed"; readonly what: string }
  | { readonly kind: "panic"; readonly what: string };

const PHASES: ReadonlySet<string> = new Set(["modules", "root", "agent", "ready"]);

/** Reads a line of the guest's console; undefined for the kernel's ordinary chatter. */
export function readConsoleLine(line: string): ConsoleLine | undefined {
  const panic = /Kernel panic - not syncing: (.*)/.exec(line)?.[1];
  if (panic !== undefined) return { kind: "panic", what: panic.trim() };
  const [, verb, rest] = /headcount: (phase|note|failed) (.*)/.exec(line) ?? [];
  if (verb === undefined || rest === undefined) return undefined;
  const text = rest.trim();
  if (verb === "note") return { kind: "note", text };
  if (verb === "failed") return { kind: "failed", what: text };
  return PHASES.has(text) ? { kind: "phase", name: text as PhaseName } : undefined;
}
