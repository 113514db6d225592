import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type MergedSums, mergeSums, NO_RECORDINGS, sumsOf } from "../../analysis/merged.ts";
import { readReport, recordingIn } from "../../cli/recording_file.ts";
import type { CallEvent, RecordingEvent } from "../../recording/event.ts";
import { ROOT } from "../support/cli.ts";
import { inLine, LEAF, READY, reportOf, RUN, WHOLE_CALL } from "./support.ts";

const FOLDER = `${ROOT}tests/fixtures/recordings`;

/** Sums of all recordings that are kept. */
const REAL: readonly MergedSums[] = await (async () => {
  const sums: MergedSums[] = [];
  for (const name of (await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name)).sort()) {
    const folder = `${FOLDER}/${name}`;
    const isOne = name !== "README.md" && await recordingIn(folder) !== undefined;
    if (isOne) sums.push(sumsOf(await readReport(folder)));
  }
  return sums;
})();

const real = fc.constantFrom(...REAL);

Deno.test("mergeSums() is associative, and the order does not matter", () => {
  assert(REAL.length > 20);
  fc.assert(fc.property(real, real, real, (a, b, c) => {
    assertEquals(mergeSums(mergeSums(a, b), c), mergeSums(a, mergeSums(b, c)));
    assertEquals(mergeSums(a, b), mergeSums(b, a));
  }));
});

Deno.test("mergeSums() with no recording changes nothing", () => {
  for (const sums of REAL) {
    assertEquals(mergeSums(sums, NO_RECORDINGS), sums);
    assertEquals(mergeSums(NO_RECORDINGS, sums), sums);
  }
});

Deno.test("mergeSums() leaves unknown what one of them did not observe", () => {
  const seen = REAL.find(({ totals }) => (totals.pgmapLookups ?? 0) > 0);
  assert(seen !== undefined);
  const unseen = { ...seen, totals: { ...seen.totals, pgmapLookups: null } };
  assertEquals(mergeSums(unseen, seen).totals.pgmapLookups, null);
  assertEquals(mergeSums(seen, unseen).totals.pgmapLookups, null);
});

/** A call of so many pages from the buffer's start, and one grab for all of them. */
function callOf(pages: number, ns: number, call: number): CallEvent {
  const parts = inLine({ ...RUN, refs: pages, step: pages }, { ...LEAF, pages });
  return { ...WHOLE_CALL, ...parts, call, asked: pages, returned: pages, ns };
}

Deno.test("sums of the parts of a recording merge into those of the whole", async () => {
  const calls = fc.array(fc.tuple(fc.integer({ min: 1, max: 512 }), fc.nat({ max: 1e9 })), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(calls, fc.nat(), async (shapes, cut) => {
      const events = shapes.map(([pages, ns], i) => callOf(pages, ns, i + 1));
      const at = cut % (events.length + 1);
      const sums = async (part: readonly RecordingEvent[]): Promise<MergedSums> =>
        part.length === 0 ? NO_RECORDINGS : sumsOf(await reportOf([READY, ...part]));
      const whole = await sums(events);
      const merged = mergeSums(await sums(events.slice(0, at)), await sums(events.slice(at)));
      assertEquals(merged.histograms, whole.histograms);
      // A head that both have is one in the whole.
      const { heads: _heads, headOrders: _orders, ...totals } = merged.totals;
      const { heads: _, headOrders: __, ...expected } = whole.totals;
      assertEquals(totals, expected);
    }),
    { numRuns: 40 },
  );
});
