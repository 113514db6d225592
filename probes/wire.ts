/**
 * A line of bpftrace's JSON output as events: printf lines of the generated program, what its maps
 * hold at the end, and what bpftrace itself tells of losses and errors.
 *
 * @module
 */

import type { RecordingEvent } from "../recording/event.ts";
import type { KernelTotals } from "../recording/footer.ts";
import { isRecord, isRecordingEvent } from "../recording/shape.ts";
import { readCallMap, readCounts, readPutMap, readTotals, readWords } from "./wire_events.ts";
import { readStackMap, type StackKey } from "./wire_stacks.ts";

/** What a line of bpftrace's output can mean. */
export type WireMessage =
  | { readonly kind: "events"; readonly events: readonly RecordingEvent[] }
  /** All probes are attached: the gate runs, which bpftrace starts last. */
  | { readonly kind: "attached" }
  /** Some of the totals that the program prints at its end. */
  | { readonly kind: "totals"; readonly totals: Readonly<Partial<KernelTotals>> }
  /** What the page_ref tracepoints added to pages, or took from them, by pfn. */
  | {
    readonly kind: "counts";
    readonly name: "added" | "taken";
    readonly counts: ReadonlyMap<number, number>;
  }
  /** How many calls were made from each place, or how many pages they took. */
  | {
    readonly kind: "stacks";
    readonly name: "calls" | "pages";
    readonly sums: readonly (readonly [key: StackKey, sum: number])[];
  }
  /** Nothing that a recording needs. */
  | { readonly kind: "nothing" };

/** What the gate prints when it starts. */
export const GATE_LINE = "headcount: attached";

const NOTHING: WireMessage = { kind: "nothing" };
const ATTACHED: WireMessage = { kind: "attached" };

const TOTALS: ReadonlyMap<string, keyof KernelTotals> = new Map([
  ["@total_puts", "puts"],
  ["@total_put_refs", "putRefs"],
]);

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
      return isRecord(data) ? readMaps(data, line) : unreadable(line);
    case "lost_events": {
      // 0.17 counts in data.events; the 0.24 rewrite has a count beside it.
      const events = isRecord(data) ? data["events"] : message["count"];
      return isCount(events) ? event({ kind: "lost", events }) : unreadable(line);
    }
    case "helper_error": {
      const source = isRecord(data) ? data : message;
      const { helper, retcode } = source;
      // From 0.18 on -k tells of keys that are not in a map, which read as 0.
      if (helper === "map_lookup_elem" && retcode === 0) return NOTHING;
      return typeof helper === "string" && isInteger(retcode)
        ? event({ kind: "helperError", helper, code: retcode })
        : unreadable(line);
    }
    case "attached_probes":
      // Printed before the first of them is attached: no sign of readiness.
      return NOTHING;
    default:
      return unreadable(line);
  }
}

/** bpftrace prints one map a line. */
function readMaps(data: Readonly<Record<string, unknown>>, line: string): WireMessage {
  for (const [map, value] of Object.entries(data)) {
    const total = TOTALS.get(map);
    if (total !== undefined && isCount(value)) {
      return { kind: "totals", totals: { [total]: value } };
    }
    if (!isRecord(value)) continue;
    if (map === "@total" || map === "@call") {
      const totals = map === "@total" ? readTotals(value) : readCallMap(value);
      return totals === undefined ? unreadable(line) : { kind: "totals", totals };
    }
    if (map === "@put") {
      const events = readPutMap(value);
      return events.every(isRecordingEvent) ? { kind: "events", events } : unreadable(line);
    }
    if (map === "@added" || map === "@taken") {
      const counts = readCounts(value);
      return counts === undefined
        ? unreadable(line)
        : { kind: "counts", name: map === "@added" ? "added" : "taken", counts };
    }
    if (map === "@stack_calls" || map === "@stack_pages") {
      const sums = readStackMap(value);
      return sums === undefined
        ? unreadable(line)
        : { kind: "stacks", name: map === "@stack_calls" ? "calls" : "pages", sums };
    }
  }
  return NOTHING;
}

function readPrintf(text: string, line: string): WireMessage {
  const words = text.trim().split(" ");
  const found = readWords(words);
  if (isRecordingEvent(found)) return event(found);
  return words[0] === "headcount" ? NOTHING : unreadable(line);
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}

function event(event: RecordingEvent): WireMessage {
  return { kind: "events", events: [event] };
}

function unreadable(line: string): WireMessage {
  return event({ kind: "unreadable", text: line.slice(0, 200) });
}
