import { assert, assertEquals } from "@std/assert";
import { TimelineMaker } from "headcount";

function timelineOf(calls: number, every: number, ns: (i: number) => number) {
  const maker = new TimelineMaker();
  for (let i = 0; i < calls; i++) {
    maker.add({ tid: 1 + i % 3, at: 5e9 + i * every, ns: ns(i), returned: 1 });
  }
  return maker.timeline();
}

Deno.test("no calls have no time", () => {
  assertEquals(new TimelineMaker().timeline(), {
    calls: 0,
    ns: 0,
    each: [],
    cells: [],
    times: [],
  });
});

Deno.test("few calls are told one by one, with their exact times", () => {
  const { each, times, cells } = timelineOf(3, 1000, (i) => 1001 + i);
  assertEquals(each?.map(({ at, tid }) => [at, tid]), [[0, 1], [1000, 2], [2000, 3]]);
  assertEquals(times, [[1001, 1], [1002, 1], [1003, 1]]);
  assertEquals(cells.reduce((sum, { calls }) => sum + calls, 0), 3);
});

Deno.test("many calls are cells that hold all of them, and times to within 1/32", () => {
  const { each, cells, times, calls, ns } = timelineOf(100_000, 20_000, (i) => 10_000 + i * 17);
  assertEquals([each, calls, ns], [null, 100_000, 99_999 * 20_000]);
  assert(cells.length < 240 * 40, String(cells.length));
  assert(times.length < 300, String(times.length));
  for (const all of [cells.map((cell) => cell.calls), times.map(([, count]) => count)]) {
    assertEquals(all.reduce((sum, count) => sum + count), 100_000);
  }
  const [[least = 0] = []] = times;
  assert(least <= 10_000 && least > 10_000 * 31 / 32);
  for (const { at, width, lo, hi } of cells) {
    assert(at + width > 0 && at <= ns && lo < hi);
  }
});

Deno.test("calls that come out of order make the same timeline", () => {
  const calls = Array.from({ length: 2000 }, (_, i) => ({
    tid: 1,
    at: 7e9 + i * 123_457,
    ns: 1 + i % 90 * 1000,
    returned: 1,
  }));
  const of = (some: typeof calls) => {
    const maker = new TimelineMaker();
    for (const call of some) maker.add(call);
    return maker.timeline();
  };
  assertEquals(of(calls.toReversed()), of(calls));
});
