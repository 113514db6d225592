/**
 * Recordings without what tells where they were made and by whom, to be posted.
 *
 * @module
 */

import type { RecordingItem } from "./codec.ts";

/** What can be found and taken out. */
export type ScrubbedKind = "name" | "user" | "network address" | "identifier" | "path" | "process";

/** What to look for beside what is always found. */
export interface ScrubOptions {
  /** Names of hosts, users or projects, whatever their case; each becomes `NAME`. */
  readonly names?: readonly string[];
  /** Whether names of processes become numbers; default no. */
  readonly processes?: boolean;
}

/** Takes things out of a recording, an item at a time, and counts them. */
export interface Scrubber {
  /** The same item without them. Its numbers are what they were. */
  scrub(item: RecordingItem): RecordingItem;
  /** How many were found of each kind, so far. */
  readonly found: ReadonlyMap<ScrubbedKind, number>;
}

/** Patterns, what becomes of what they match, and what that is; the first that matches takes it. */
const PATTERNS: readonly (readonly [RegExp, string, ScrubbedKind])[] = [
  // "joe@box.lan:22", of ssh or of whoever built a kernel; not "dax@0".
  [/\b[\w.+-]+@(?=[\w.-]*[a-z])[\w.-]+(:\d+)?/gi, "USER@HOST", "user"],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "UUID", "identifier"],
  [/\b[0-9a-f]{2}([:-][0-9a-f]{2}){5,6}\b/gi, "MAC", "network address"],
  [/(?<![\w.-])\d{1,3}(\.\d{1,3}){3}(?![\w.-])/g, "IPV4", "network address"],
  // "fe80::1", and eight groups; times such as 09:33:38 have two colons, and none that adjoin.
  [
    /(?<![\w:])(([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|([0-9a-f]{1,4}:)*[0-9a-f]{0,4}::([0-9a-f]{1,4}:)*[0-9a-f]{1,4})(?![\w:])/gi,
    "IPV6",
    "network address",
  ],
  // The folders of a user, and what only one machine has below others.
  [/\/(home|Users)\/[^/\s"']+/g, "~", "path"],
  [/\/root(?=[/\s"']|$)/g, "~", "path"],
];

/** Roots of paths that are the same on every machine. */
const COMMON = /^\/(dev|proc|sys|usr|bin|sbin|lib|lib64|etc|tmp|run|boot)(\/|$)/;

/**
 * Makes a scrubber. It looks at every text of a recording: arguments, commands, the kernel's command
 * line and version, reasons, lines that could not be read. Host names are found where a recording is
 * known to name one (`target.host`); elsewhere they are words like any others, so give them.
 *
 * @example
 * ```ts
 * import { startScrub } from "headcount";
 * import { assertEquals } from "@std/assert";
 *
 * const scrubber = startScrub({ names: ["nvbox"] });
 * const item = { kind: "unreadable", text: "nvbox at 192.0.2.7: /home/joe/dax failed" } as const;
 * assertEquals(scrubber.scrub(item), {
 *   kind: "unreadable",
 *   text: "NAME at IPV4: ~/dax failed",
 * });
 * assertEquals(scrubber.found.get("network address"), 1);
 * ```
 */
export function startScrub({ names = [], processes = false }: ScrubOptions = {}): Scrubber {
  const found = new Map<ScrubbedKind, number>();
  const known = new Set(names.filter((name) => name !== ""));
  const processNumbers = new Map<string, number>();

  function count(kind: ScrubbedKind): void {
    found.set(kind, (found.get(kind) ?? 0) + 1);
  }

  function replace(text: string, pattern: RegExp, by: string, kind: ScrubbedKind): string {
    return text.replaceAll(pattern, () => {
      count(kind);
      return by;
    });
  }

  function scrubText(text: string): string {
    let scrubbed = text;
    for (const [pattern, by, kind] of PATTERNS) {
      scrubbed = replace(scrubbed, pattern, by, kind);
    }
    // The longest first: one may be part of another.
    for (const name of [...known].sort((a, b) => b.length - a.length)) {
      scrubbed = replace(scrubbed, wordPattern(name), "NAME", "name");
    }
    return scrubbed;
  }

  /** A word of a command: of a path that only this machine has, the last part is left. */
  function scrubWord(word: string): string {
    return scrubText(word).replaceAll(/(?<=^|=)\/[^\s=]*/g, (path) => {
      const last = path.split("/").findLast((part) => part !== "") ?? "";
      if (COMMON.test(path) || path === `/${last}`) return path;
      count("path");
      return `.../${last}`;
    });
  }

  function processName(comm: string): string {
    if (!processes) return scrubText(comm);
    const number = processNumbers.get(comm) ?? processNumbers.size + 1;
    if (!processNumbers.has(comm)) count("process");
    processNumbers.set(comm, number);
    return `process-${number}`;
  }

  function scrubAll(value: unknown): unknown {
    if (typeof value === "string") return scrubText(value);
    if (Array.isArray(value)) return value.map(scrubAll);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, scrubAll(it)]));
  }

  return {
    found,
    scrub(item) {
      switch (item.kind) {
        case "header": {
          const { target, workload, device, arguments: words } = item;
          if (target.host !== undefined) known.add(hostIn(target.host));
          return {
            ...item,
            ...(words === undefined ? {} : { arguments: words.map(scrubWord) }),
            kernel: {
              ...item.kernel,
              release: scrubText(item.kernel.release),
              version: scrubText(item.kernel.version),
            },
            target: {
              ...target,
              ...(target.host === undefined ? {} : { host: scrubText(target.host) }),
              accelerator: { ...target.accelerator, why: scrubText(target.accelerator.why) },
              commandLine: scrubText(target.commandLine),
            },
            ...(device === undefined
              ? {}
              : { device: { ...device, path: scrubWord(device.path) } }),
            workload: { ...workload, command: workload.command.map(scrubWord) },
          };
        }
        case "footer":
          return item.end.kind === "failed"
            ? { ...item, end: { ...item.end, what: scrubText(item.end.what) } }
            : item;
        case "unreadable":
          return { ...item, text: scrubText(item.text) };
        case "thread":
        case "stack":
          return { ...item, comm: processName(item.comm) };
        case "workload":
          return { ...item, report: scrubAll(item.report) as typeof item.report };
        default:
          // All else is numbers and the format's own words.
          return item;
      }
    },
  };
}

/** A name wherever it is no part of a longer word. */
function wordPattern(name: string): RegExp {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "giu");
}

/** The host of what ssh was asked for, such as `joe@box`. */
function hostIn(target: string): string {
  return target.slice(target.lastIndexOf("@") + 1);
}
