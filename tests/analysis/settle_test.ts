import { assertEquals } from "@std/assert";
import { type CallGrabs, settle, type SettleOptions } from "../../analysis/settle.ts";
import { HEAD, LEAF, PUT, RUN } from "./support.ts";

const ONES = { ...RUN, role: "grabOne", count: 512, refs: 1, step: 1 } as const;
const SLOW = { ...RUN, path: "slow", role: "grabSlow" } as const;
const INSIDE = { ...PUT, call: 1, path: "fast" } as const;
const OPTIONS: SettleOptions = { returned: 512, isPin: true, seesUndo: true };

/** What a call's events settle to, as grabs kept, undone and slow. */
function counts(call: Partial<CallGrabs>, options: Partial<SettleOptions> = {}) {
  const whole = { runs: [], leaves: [], undos: [], puts: [], ...call };
  const { kept, undone, slow } = settle(whole, { ...OPTIONS, ...options });
  return [kept, undone, slow].map((runs) => runs.reduce((sum, { count }) => sum + count, 0));
}

Deno.test("settle() keeps everything where references match what was returned", () => {
  assertEquals(counts({ runs: [ONES] }), [512, 0, 0]);
  // An interrupt put the pins of an earlier write while this call ran.
  assertEquals(counts({ runs: [ONES], puts: [INSIDE] }), [512, 0, 0]);
});

Deno.test("settle() takes puts inside a call for grabs given back", () => {
  const puts = [{ ...INSIDE, count: 512, refs: 1 }];
  assertEquals(counts({ runs: [ONES, SLOW], puts }), [0, 512, 1]);
  assertEquals(counts({ runs: [RUN, SLOW], puts: [INSIDE] }), [0, 1, 1]);
});

Deno.test("settle() gives the last grabs back first", () => {
  const { kept, undone } = settle(
    { runs: [ONES], leaves: [], undos: [], puts: [{ ...INSIDE, refs: 12 }] },
    { ...OPTIONS, returned: 500 },
  );
  assertEquals(kept, [{ ...ONES, count: 500 }]);
  assertEquals(undone, [{ ...ONES, pfn: HEAD + 500, count: 12 }]);
});

Deno.test("settle() gives single pages back page by page", () => {
  const single = { ...ONES, order: 0 };
  const puts = [{ ...INSIDE, pfn: HEAD + 4, order: 0, count: 8, refs: 1, step: 1 }];
  assertEquals(counts({ runs: [single], puts }, { returned: 504 }), [504, 8, 0]);
});

Deno.test("settle() leaves a grab alone of which only a part was put", () => {
  assertEquals(counts({ runs: [RUN], puts: [{ ...INSIDE, refs: 100 }] }, { returned: 412 }), [
    1,
    0,
    0,
  ]);
});

Deno.test("settle() takes what the slow path put from the slow path's grabs", () => {
  const puts = [{ ...INSIDE, path: "slow" as const }];
  assertEquals(counts({ runs: [RUN, SLOW], puts }), [1, 0, 0]);
});

Deno.test("settle() gives no more back than there are references too many", () => {
  // An interrupt puts an earlier write's pins of the same head while the slow path runs.
  const theirs = { ...INSIDE, path: "slow" as const };
  assertEquals(counts({ runs: [RUN, SLOW], puts: [INSIDE, theirs] }), [0, 1, 1]);
  // Either could be the one that the walk gave back.
  const half = { ...RUN, refs: 256 };
  const puts = [{ ...INSIDE, refs: 512 }, theirs];
  assertEquals(counts({ runs: [half, half, SLOW], puts }, { returned: 768 }), [2, 0, 1]);
});

Deno.test("settle() looks up puts of pages by the million only where it needs to", () => {
  const puts = [{ ...INSIDE, order: 0, count: 2 ** 24 + 1, refs: 1, step: 1 }];
  assertEquals(counts({ runs: [RUN, SLOW], puts }, { returned: 1023 }), [1, 0, 1]);
});

Deno.test("settle() leaves puts of the other kind alone", () => {
  const puts = [{ ...INSIDE, pin: false }];
  assertEquals(counts({ runs: [RUN, SLOW], puts }), [1, 0, 1]);
  assertEquals(counts({ runs: [RUN, SLOW], puts }, { isPin: false }), [0, 1, 1]);
});

Deno.test("settle() knows gets that a device leaf backed out of by the undo", () => {
  const undos = [{ kind: "undo", tid: 412, call: 1, pfn: HEAD, pages: 100 }] as const;
  const runs = [{ ...ONES, count: 100 }, SLOW];
  assertEquals(counts({ runs, undos }, { isPin: false }), [0, 100, 1]);
  // Pins are put by the function of all pins: the undo must not count them again.
  const puts = [{ ...INSIDE, refs: 100 }];
  assertEquals(counts({ runs, undos, puts }), [0, 100, 1]);
});

Deno.test("settle() knows them by the leaf's failure where the undo is not observed", () => {
  const leaves = [{ ...LEAF, taken: false }];
  const runs = [{ ...ONES, count: 100 }, SLOW];
  assertEquals(counts({ runs, leaves }, { isPin: false, seesUndo: false }), [0, 100, 1]);
  assertEquals(counts({ runs, leaves }, { isPin: false }), [100, 0, 1]);
  const taken = [LEAF];
  assertEquals(counts({ runs, leaves: taken }, { isPin: false, seesUndo: false }), [100, 0, 1]);
});
