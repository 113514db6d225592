/**
 * A line of bpftrace's JSON output as an event: printf lines of the generated program, and what
 * bpftrace itself tells of losses, errors and totals.
 *
 * @module
 */

import type { GrabPath, GrabRole, HexAddress, RecordingEvent } from "../recording/event.ts";
import type { KernelTotals } from "../recording/footer.ts";
import { isRecord, isRecordingItem } from "../recording/shape.ts";
import { GRAB_CODES } from "./script.ts";

/** What a line of bpftrace's output can mean. */
export type WireMessage =
  | { readonly kind: "event"; readonly event: RecordingEvent }
  /** All probes are attached: the gate runs, which bpftrace starts last. */
  | { readonly kind: "attached" }
  /** One of the totals that the program prints at its end. */
  | { readonly kind: "total"; readonly name: keyof KernelTotals; readonly value: number }
  /** Nothing that a recording needs. */
  | { readonly kind: "nothing" };

/** What the gate prints when it starts. */
export const GATE_LINE = "headcount: attached";

const NOTHING: WireMessage = { kind: "nothing" };
const ATTACHED: WireMessage = { kind: "attached" };

const TOTALS: ReadonlyMap<string, keyof KernelTotals> = new Map([
  ["@total_entered", "entered"],
  ["@total_calls", "calls"],
  ["@total_pages", "pages"],
  ["@total_grabs", "grabs"],
  ["@total_refs", "refs"],
  ["@total_lookups", "lookups"],
  ["@total_real_lookups", "realLookups"],
]);

/** Every total, at the value that it has when nothing happened: bpftrace omits an empty map. */
export const NO_TOTALS: KernelTotals = {
  entered: 0,
  calls: 0,
  pages: 0,
  grabs: 0,
  refs: 0,
  lookups: 0,
  realLookups: 0,
};

/** Reads one line. What cannot be understood becomes an `unreadable` event, never an error. */
export function readWireLine(line: string): WireMessage {
  if (line.trim() === "") return NOTHING;
  if (line === GATE_LINE) return ATTACHED;
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return unreadable(line);
  }
  if (!isRecord(message)) return unreadable(line);
  const data = message["data"];
  switch (message["type"]) {
    case "printf":
      return typeof data === "string" ? readPrintf(data, line) : unreadable(line);
    case "map":
      return isRecord(data) ? readTotal(data) : unreadable(line);
    case "lost_events": {
      // 0.17 counts in data.events; the 0.24 rewrite has a count beside it.
      const events = isRecord(data) ? data["events"] : message["count"];
      return isCount(events)
        ? { kind: "event", event: { kind: "lost", events } }
        : unreadable(line);
    }
    case "helper_error": {
      const source = isRecord(data) ? data : message;
      const { helper, retcode } = source;
      return typeof helper === "string" && isInteger(retcode)
        ? { kind: "event", event: { kind: "helperError", helper, code: retcode } }
        : unreadable(line);
    }
    case "attached_probes":
      // Printed before the first of them is attached: no sign of readiness.
      return NOTHING;
    default:
      return unreadable(line);
  }
}

function readTotal(data: Readonly<Record<string, unknown>>): WireMessage {
  for (const [map, value] of Object.entries(data)) {
    const name = TOTALS.get(map);
    if (name !== undefined && isCount(value)) return { kind: "total", name, value };
  }
  return NOTHING;
}

function readPrintf(text: string, line: string): WireMessage {
  const words = text.trim().split(" ");
  const event = EVENTS.get(words[0] ?? "")?.(words);
  if (event !== undefined && isRecordingItem(event)) return { kind: "event", event };
  return words[0] === "headcount" ? NOTHING : unreadable(line);
}

/**
 * Reads the words of one kind of line; undefined for a line that is not as the program prints it.
 * What is no number becomes NaN, which no recording can hold.
 */
type Reader = (words: readonly string[]) => RecordingEvent | undefined;

const EVENTS: ReadonlyMap<string, Reader> = new Map(Object.entries<Reader>({
  run: (words) => {
    if (words.length !== 10) return undefined;
    const [tid, call] = [decimal(words[1]), decimal(words[2])];
    const [path, role] = [PATHS.get(words[3] ?? ""), ROLES.get(words[4] ?? "")];
    const [pfn, head] = [hex(words[5]), hex(words[6])];
    const [order, count, refs] = [decimal(words[7]), decimal(words[8]), decimal(words[9])];
    if (path === undefined || role === undefined) return undefined;
    // The slow path's function is handed the folio each time, not the page.
    const step = role === "grabSlow" ? 0 : refs;
    return { kind: "run", tid, call, path, role, pfn, head, order, count, refs, step };
  },
  refused: (words) => {
    if (words.length !== 7) return undefined;
    const [tid, call] = [decimal(words[1]), decimal(words[2])];
    const [path, role] = [PATHS.get(words[3] ?? ""), ROLES.get(words[4] ?? "")];
    const [pfn, refs] = [hex(words[5]), decimal(words[6])];
    if (path === undefined || role === undefined) return undefined;
    return { kind: "refused", tid, call, path, role, pfn, refs };
  },
  leaf: (words) => {
    if (words.length !== 7) return undefined;
    const [tid, call, address] = [decimal(words[1]), decimal(words[2]), hexAddress(words[3])];
    const [pfn, pages, taken] = [hex(words[4]), decimal(words[5]), TAKEN.get(words[6] ?? "")];
    if (address === undefined || taken === undefined) return undefined;
    return { kind: "leaf", tid, call, address, pfn, pages, taken };
  },
  call: (words) => {
    if (words.length !== 11) return undefined;
    const [tid, call, at, ns] = [
      decimal(words[1]),
      decimal(words[2]),
      decimal(words[3]),
      decimal(words[4]),
    ];
    const [address, asked, flags] = [hexAddress(words[5]), decimal(words[6]), hex(words[7])];
    const [returned, lookups, realLookups] = [
      decimal(words[8]),
      decimal(words[9]),
      decimal(words[10]),
    ];
    if (address === undefined) return undefined;
    return {
      kind: "call",
      tid,
      call,
      at,
      ns,
      address,
      asked,
      flags,
      returned,
      lookups,
      realLookups,
    };
  },
}));

const PATHS: ReadonlyMap<string, GrabPath> = new Map([["0", "fast"], ["1", "slow"]]);

const TAKEN: ReadonlyMap<string, boolean> = new Map([["0", false], ["1", true]]);

const ROLES: ReadonlyMap<string, GrabRole> = new Map(
  Object.entries(GRAB_CODES).map(([role, code]) => [String(code), role as GrabRole]),
);

/** NaN for what is no decimal number. */
function decimal(word: string | undefined): number {
  return word !== undefined && /^-?\d{1,19}$/.test(word) ? Number(word) + 0 : NaN;
}

/** NaN for what is no hexadecimal number that a double holds. */
function hex(word: string | undefined): number {
  return word !== undefined && /^[\da-f]{1,13}$/.test(word) ? Number.parseInt(word, 16) : NaN;
}

function hexAddress(word: string | undefined): HexAddress | undefined {
  return word !== undefined && /^[\da-f]{1,16}$/.test(word) ? `0x${word}` : undefined;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}

function unreadable(line: string): WireMessage {
  return { kind: "event", event: { kind: "unreadable", text: line.slice(0, 200) } };
}
