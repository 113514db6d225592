import { assert, assertEquals, assertThrows } from "@std/assert";
import { perfettoTrace, type RecordingItem } from "headcount";
import { RECORDINGS } from "../../support/fixture.ts";
import { exportTo, linesOf, surveyOf } from "./support.ts";

/** An event of a trace, as it is read. */
interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A trace, as it is read. */
interface Trace {
  readonly displayTimeUnit: string;
  readonly otherData: Readonly<Record<string, string>>;
  readonly traceEvents: readonly TraceEvent[];
}

function traceOf(lines: readonly RecordingItem[]): { trace: Trace; pieces: number } {
  const survey = surveyOf(lines);
  let [text, pieces] = ["", 0];
  const sink = perfettoTrace(survey, (piece) => {
    text += piece;
    pieces++;
  });
  exportTo(lines, survey, sink);
  sink.end();
  return { trace: JSON.parse(text), pieces };
}

/** A slice in whole nanoseconds. */
interface Slice {
  readonly from: number;
  readonly to: number;
  readonly event: TraceEvent;
}

/** The slices of each track, outer ones before inner ones. */
function tracksOf({ traceEvents }: Trace): ReadonlyMap<string, readonly Slice[]> {
  const tracks = new Map<string, Slice[]>();
  for (const event of traceEvents) {
    if (event.ph !== "X") continue;
    const from = Math.round((event.ts ?? NaN) * 1000);
    const to = from + Math.round((event.dur ?? NaN) * 1000);
    const track = `${event.pid} ${event.tid}`;
    tracks.set(track, [...tracks.get(track) ?? [], { from, to, event }]);
  }
  for (const slices of tracks.values()) slices.sort((a, b) => a.from - b.from || b.to - a.to);
  return tracks;
}

/** Throws where two slices of a track overlap and neither holds the other. */
function checkNesting(trace: Trace): void {
  for (const [track, slices] of tracksOf(trace)) {
    const open: Slice[] = [];
    for (const slice of slices) {
      while ((open.at(-1)?.to ?? Infinity) <= slice.from) open.pop();
      const outer = open.at(-1);
      if (outer !== undefined && slice.to > outer.to) {
        throw new Error(`${slice.event.name} leaves ${outer.event.name} on ${track}`);
      }
      open.push(slice);
    }
  }
}

/** Throws where an event is not as the Trace Event Format has it. */
function checkFormat(trace: Trace): void {
  assert(["ms", "ns"].includes(trace.displayTimeUnit));
  assert(Object.values(trace.otherData).every((value) => typeof value === "string"));
  const flows = new Map<number, TraceEvent[]>();
  const tracks = tracksOf(trace);
  for (const event of trace.traceEvents) {
    const said = JSON.stringify(event);
    assert(["X", "M", "s", "f"].includes(event.ph), said);
    assert(typeof event.name === "string" && event.name !== "", said);
    assert(Number.isSafeInteger(event.pid) && Number.isSafeInteger(event.tid), said);
    if (event.ph === "M") {
      assert(["process_name", "thread_name"].includes(event.name), said);
      assert(typeof event.args?.["name"] === "string", said);
      continue;
    }
    assert(Number.isFinite(event.ts) && (event.ts ?? -1) >= 0, said);
    assert(/^[a-z]+$/.test(event.cat ?? ""), said);
    if (event.ph === "X") {
      assert(Number.isFinite(event.dur) && (event.dur ?? -1) >= 0, said);
      assert(typeof event.args === "object", said);
      continue;
    }
    // An arrow's ends are on slices that hold them: "e" binds the last one to what encloses it.
    const at = Math.round((event.ts ?? NaN) * 1000);
    const slices = tracks.get(`${event.pid} ${event.tid}`) ?? [];
    assert(slices.some(({ from, to }) => from <= at && at < to), said);
    assertEquals(event.bp, event.ph === "f" ? "e" : undefined);
    assert(event.id !== undefined, said);
    flows.set(event.id, [...flows.get(event.id) ?? [], event]);
  }
  for (const [id, [start, end, ...more]] of flows) {
    assertEquals([start?.ph, end?.ph, more.length], ["s", "f", 0], `flow ${id}`);
    assertEquals([start?.cat, start?.name], [end?.cat, end?.name]);
    assert((start?.ts ?? NaN) <= (end?.ts ?? NaN), `flow ${id} goes back in time`);
  }
  const named = new Set(
    trace.traceEvents.filter(({ name }) => name === "thread_name").map((it) =>
      `${it.pid} ${it.tid}`
    ),
  );
  assertEquals([...tracks.keys()].filter((track) => !named.has(track)), [], "tracks have names");
}

for await (const { name } of Deno.readDir(RECORDINGS)) {
  Deno.test(`${name}: the trace is as the format has it, and its slices nest`, async () => {
    const lines = await linesOf(name);
    const { trace } = traceOf(lines);
    checkFormat(trace);
    checkNesting(trace);
    const { totals } = surveyOf(lines).report;
    const calls = trace.traceEvents.filter(({ cat, args }) =>
      cat === "call" && args?.["set_aside"] === null
    );
    assertEquals(calls.length, totals.calls);
    assertEquals(calls.reduce((sum, { args }) => sum + Number(args?.["grabs"]), 0), totals.grabs);
  });
}

Deno.test("checkNesting() sees slices that overlap, and lets those in a row be", () => {
  const slice = (ts: number, dur: number): TraceEvent => (
    { ph: "X", name: `${ts}`, cat: "call", pid: 1, tid: 1, ts, dur, args: {} }
  );
  const trace = (...traceEvents: TraceEvent[]): Trace => (
    { displayTimeUnit: "ns", otherData: {}, traceEvents }
  );
  checkNesting(trace(slice(0, 2), slice(0, 1), slice(1, 1), slice(2, 5)));
  assertThrows(() => checkNesting(trace(slice(0, 2), slice(1, 1.001))), Error, "1 leaves 0");
});

Deno.test("arrows lead from pins to what puts them, whatever the order of the lines", async () => {
  const lines = await linesOf("calls-linux-5.10-rfc-gup-test");
  const flows = (items: readonly RecordingItem[]): number[][] =>
    traceOf(items).trace.traceEvents.filter(({ ph }) => ph === "s" || ph === "f")
      .map(({ id, tid, ts }) => [id ?? NaN, tid, ts ?? NaN]);
  const { putSide: { pins } } = surveyOf(lines).report;
  assertEquals([pins.taken, pins.put], [2048, 2048]);
  const told = flows(lines);
  // Each of the two repeats pins 1,024 pages by 512, and puts them.
  assert(told.length >= 8, `${told.length}`);
  const [header, ...rest] = lines;
  assert(header !== undefined);
  assertEquals(flows([header, ...rest.toReversed()]), told);
});

Deno.test("gets have no arrows: what puts them is inlined", async () => {
  const { trace } = traceOf(await linesOf("debian-6.1-2M"));
  assertEquals(trace.traceEvents.filter(({ ph }) => ph === "s").length, 0);
});

Deno.test("a trace is written in pieces, before the recording has ended", async () => {
  const { pieces } = traceOf(await linesOf("series-linux-5.10"));
  assert(pieces > 10, `${pieces}`);
});
