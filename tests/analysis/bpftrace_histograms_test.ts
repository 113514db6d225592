import { assertEquals, assertThrows } from "@std/assert";
import { readBpftraceHistograms } from "../../analysis/bpftrace_histograms.ts";
import { type Histogram, histogram } from "../../analysis/histogram.ts";

const FOLDER = new URL("../fixtures/histograms/", import.meta.url);

/** What a version printed, by the name of the map and its key. */
async function printed(name: string): Promise<ReadonlyMap<string, Histogram>> {
  const text = await Deno.readTextFile(new URL(`bpftrace-${name}.txt`, FOLDER));
  return new Map(
    text.split("\n").flatMap(readBpftraceHistograms)
      .map(({ name, key, histogram }) => [key === undefined ? name : `${name} ${key}`, histogram]),
  );
}

/** Buckets that hold something. */
function held(histogram: Histogram | undefined): readonly (readonly [number, number, number])[] {
  return (histogram ?? []).filter(({ count }) => count > 0)
    .map(({ lo, hi, count }) => [lo, hi, count]);
}

for (const version of ["0.17.0", "0.23.2", "0.27.1"]) {
  Deno.test(`what bpftrace ${version} counted is what histogram() counts`, async () => {
    const found = await printed(`${version}-values`);
    const values = [0, 0, 1, 2, 3, 4, 7, 511, 512, 513];
    assertEquals(found.get("@h"), histogram(values.map((value) => [value, 1])));
    assertEquals(found.get("@k read"), histogram([[3, 1], [1023, 1], [1024, 1]]));
    assertEquals(found.get("@kk -2,y"), histogram([[0, 1]]));
    // 0.27 leaves blanks of a key out.
    const key = version === "0.27.1" ? "write,andmore" : "write, and more";
    assertEquals(found.get(`@k ${key}`), histogram([[300, 1]]));
    assertEquals(found.has("@c") || found.has("@s"), false);
  });

  Deno.test(`bpftrace ${version} counts what is below and above all buckets`, async () => {
    const found = await printed(`${version}-values`);
    assertEquals(held(found.get("@n")), [[-Infinity, 0, 2], [0, 1, 1], [64, 128, 1]]);
    assertEquals(held(found.get("@l")), [[0, 10, 1], [10, 20, 1], [90, 100, 1]]);
    assertEquals(held(found.get("@lu")), [[-Infinity, 0, 1], [50, 60, 1], [100, Infinity, 1]]);
    assertEquals(held(found.get("@lk b")), [[2, 3, 1]]);
  });
}

Deno.test("bounds that no double holds are exact as powers of two, as numbers and as text", async () => {
  for (const version of ["0.23.2", "0.27.1"]) {
    const large = (await printed(`${version}-values`)).get("@big");
    assertEquals(held(large), [[2 ** 53, 2 ** 54, 1], [2 ** 62, 2 ** 63, 1]]);
    assertEquals(large?.length, 10);
  }
});

Deno.test("what 0.17 counts from 2 Gi on has no upper bound", async () => {
  const found = await printed("0.17.0-large");
  assertEquals(held(found.get("@b")), [[2 ** 30, 2 ** 31, 1]]);
  for (const name of ["@c", "@d", "@e", "@f"]) {
    assertEquals(held(found.get(name)), [[2 ** 31, Infinity, 1]]);
  }
  assertEquals(held(found.get("@g")), [[4, 8, 1], [2 ** 31, Infinity, 1]]);
});

Deno.test("buckets of hist(n, bits) are finer than powers of two", async () => {
  for (const version of ["0.23.2", "0.27.1"]) {
    const found = held((await printed(`${version}-steps`)).get("@p"));
    assertEquals(found, [[0, 1, 1], [3, 4, 1], [5, 6, 1], [448, 512, 1], [512, 640, 1]]);
  }
});

Deno.test("lines that tell of no histogram have none", () => {
  for (const line of ["", "done", '{"type": "map", "data": {"@c": 1}}', '{"kind":"hist"}', "[1]"]) {
    assertEquals(readBpftraceHistograms(line), []);
  }
});

Deno.test("a damaged line is an error that says where", () => {
  const hist = (data: unknown) => JSON.stringify({ type: "hist", data });
  const cases = [
    ['{"type": "hist", "data": {"@h": [{"min": 0,', /cut off/],
    ['{"type": "hist"}', /it has no data/],
    [hist({ "@h": 5 }), /"@h" has no buckets/],
    [hist({ "@h": { "a": 5 } }), /"@h\[a\]" has no buckets/],
    [hist({ "@h": [5] }), /"@h" has a bucket that is none/],
    [hist({ "@h": [{ min: 8, max: 4, count: 1 }] }), /"@h" has the bucket \{"min":8/],
    [hist({ "@h": [{ min: 0, max: 0 }] }), /"@h" has the bucket/],
    [hist({ "@h": [{ min: 0, max: 0, count: -1 }] }), /"@h" has the bucket/],
    [hist({ "@h": [{ min: "x", max: 0, count: 1 }] }), /"@h" has the bucket/],
    [
      hist({ "@h": { a: [{ min: 0, max: 1, count: 1 }, { min: 1, max: 2, count: 1 }] } }),
      /"@h\[a\]" has a bucket to 2, and the next from 1/,
    ],
  ] as const;
  for (const [line, said] of cases) {
    const { message } = assertThrows(() => readBpftraceHistograms(line), SyntaxError);
    assertEquals(said.test(message), true, message);
  }
});

Deno.test("the bucket of all that is larger has a count, too", () => {
  const line =
    '{"type":"hist","data":{"@ns":[{"min":-2147483648,"max":0,"count":9007199254740992}]}}';
  assertThrows(() => readBpftraceHistograms(line), SyntaxError, '"@ns" has the bucket');
});

Deno.test("an error shows the beginning only of what is damaged", () => {
  const line = `{"type":"hist","data":{"@${"x".repeat(100_000)}":1}}`;
  const error = assertThrows(() => readBpftraceHistograms(line), SyntaxError, '"@xxx');
  assertEquals(error.message.length < 600, true);
});
